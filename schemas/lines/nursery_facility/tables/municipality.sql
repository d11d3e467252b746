-- Facilities and capacity of each municipality, by kind and by public or private, with their totals.
WITH told AS (
    SELECT
        area_code,
        coalesce(facility_type, 'unknown') AS facility_type,
        coalesce(ownership, 'unknown') AS ownership,
        capacity
    FROM register
    WHERE is_current
),
sums AS (
    SELECT
        area_code,
        coalesce(facility_type, 'total') AS facility_type,
        coalesce(ownership, 'total') AS ownership,
        count(*) AS facilities,
        sum(capacity)::BIGINT AS capacity,
        count(*) FILTER (capacity IS NULL) AS capacity_unknown
    FROM told
    GROUP BY area_code, CUBE (facility_type, ownership)
),
nobody AS (
    SELECT area_code, 'total' AS facility_type, 'total' AS ownership, 0 AS facilities, NULL AS capacity, 0 AS capacity_unknown
    FROM respondents
    WHERE area_code NOT IN (SELECT area_code FROM told)
)
SELECT
    c.as_of,
    a.prefecture_code,
    a.prefecture,
    a.municipality,
    s.area_code,
    s.facility_type,
    s.ownership,
    s.facilities::BIGINT AS facilities,
    s.capacity::BIGINT AS capacity,
    s.capacity_unknown::BIGINT AS capacity_unknown,
    r.value_status
FROM (FROM sums UNION ALL FROM nobody) AS s
JOIN respondents AS r USING (area_code)
CROSS JOIN collection AS c
JOIN areas AS a USING (area_code)
ORDER BY s.area_code, s.facility_type, s.ownership
