-- One row per municipality: what its register holds, and what its situation reports add up to.
WITH register AS (
    SELECT area_code, count(*) AS shelters, sum(shelter_capacity)::BIGINT AS shelter_capacity
    FROM shelter
    GROUP BY area_code
),
now AS (
    SELECT
        area_code,
        count(*) FILTER (open_status IN ('open', 'full', 'permanent')) AS shelters_open,
        count(*) FILTER (evacuees > 0) AS shelters_with_evacuees,
        sum(evacuees)::BIGINT AS evacuees,
        sum(households)::BIGINT AS households,
        max(updated_at) AS updated_at
    FROM situation
    GROUP BY area_code
)
SELECT
    c.as_of,
    r.area_code,
    p.prefecture_code,
    p.prefecture,
    p.municipality,
    r.value_status,
    r.flag,
    coalesce(g.shelters, CASE r.value_status WHEN 'none' THEN 0 END) AS shelters,
    coalesce(g.shelter_capacity, CASE r.value_status WHEN 'none' THEN 0 END) AS shelter_capacity,
    coalesce(n.shelters_open, CASE r.value_status WHEN 'none' THEN 0 END) AS shelters_open,
    coalesce(n.shelters_with_evacuees, CASE r.value_status WHEN 'none' THEN 0 END) AS shelters_with_evacuees,
    coalesce(n.evacuees, CASE r.value_status WHEN 'none' THEN 0 END) AS evacuees,
    coalesce(n.households, CASE r.value_status WHEN 'none' THEN 0 END) AS households,
    n.updated_at
FROM respondents AS r
CROSS JOIN collection AS c
JOIN areas AS p USING (area_code)
LEFT JOIN register AS g USING (area_code)
LEFT JOIN now AS n USING (area_code)
ORDER BY r.area_code
