-- Facilities and capacity of each prefecture and of the nation (prefecture_code 00).
WITH scopes AS (
    SELECT prefecture_code, area_code FROM areas
    UNION ALL
    SELECT '00', area_code FROM areas
),
names AS (
    SELECT DISTINCT prefecture_code, prefecture FROM areas
    UNION ALL
    SELECT '00', '全国'
),
due AS (
    SELECT
        s.prefecture_code,
        count(*) AS municipalities_due,
        count(*) FILTER (r.value_status IN ('reported', 'none')) AS municipalities_in
    FROM respondents AS r JOIN scopes AS s USING (area_code)
    GROUP BY ALL
),
sums AS (
    SELECT
        s.prefecture_code,
        m.facility_type,
        m.ownership,
        sum(m.facilities)::BIGINT AS facilities,
        sum(m.capacity)::BIGINT AS capacity,
        sum(m.capacity_unknown)::BIGINT AS capacity_unknown
    FROM municipality AS m JOIN scopes AS s USING (area_code)
    GROUP BY ALL
)
SELECT
    c.as_of,
    s.prefecture_code,
    n.prefecture,
    s.facility_type,
    s.ownership,
    s.facilities,
    s.capacity,
    s.capacity_unknown,
    d.municipalities_in::BIGINT AS municipalities_in,
    d.municipalities_due::BIGINT AS municipalities_due
FROM sums AS s
JOIN due AS d USING (prefecture_code)
JOIN names AS n USING (prefecture_code)
CROSS JOIN collection AS c
ORDER BY s.prefecture_code, s.facility_type, s.ownership
