-- Staff by qualification in each municipality, prefecture (area_code …000) and the nation (00); total is all of them.
WITH scopes AS (
    SELECT area_code, area_code AS scope, 'municipality' AS level FROM areas
    UNION ALL
    SELECT area_code, prefecture_area_code, 'prefecture' FROM areas
    UNION ALL
    SELECT area_code, '00', 'nation' FROM areas
),
told AS (
    SELECT area_code, qualification, full_time, part_time FROM staff WHERE qualification <> 'total'
)
SELECT
    c.as_of,
    s.level,
    s.scope AS area_code,
    coalesce(t.qualification, 'total') AS qualification,
    sum(t.full_time)::BIGINT AS full_time,
    CASE WHEN count(t.full_time) = 0 THEN 'not_submitted' ELSE 'reported' END AS full_time_status,
    sum(t.part_time)::BIGINT AS part_time,
    CASE WHEN count(t.part_time) = 0 THEN 'not_submitted' ELSE 'reported' END AS part_time_status
FROM told AS t
JOIN scopes AS s USING (area_code)
CROSS JOIN collection AS c
GROUP BY c.as_of, s.level, s.scope, GROUPING SETS ((t.qualification), ())
ORDER BY s.level, s.scope, t.qualification
