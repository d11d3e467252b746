-- Each prefecture, and the nation (prefecture_code 00).
WITH rows_of AS (
    SELECT prefecture_code, prefecture, * EXCLUDE (as_of, prefecture_code, prefecture, municipality, area_code, occupancy)
    FROM municipality
    UNION ALL
    SELECT '00', '全国', * EXCLUDE (as_of, prefecture_code, prefecture, municipality, area_code, occupancy)
    FROM municipality
),
sums AS (
    SELECT prefecture_code, prefecture, sum(COLUMNS(* EXCLUDE (prefecture_code, prefecture)))::BIGINT
    FROM rows_of
    GROUP BY prefecture_code, prefecture
)
SELECT
    c.as_of,
    s.*,
    CASE WHEN s.values_missing = 0 THEN s.enrolled / nullif(s.capacity, 0) END AS occupancy
FROM sums AS s
CROSS JOIN collection AS c
ORDER BY s.prefecture_code
