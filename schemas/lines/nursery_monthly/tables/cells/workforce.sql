WITH scopes AS (
    SELECT area_code, area_code AS scope, 'municipality' AS level FROM areas
    UNION ALL
    SELECT area_code, prefecture_area_code, 'prefecture' FROM areas
    UNION ALL
    SELECT area_code, '00', 'nation' FROM areas
)
SELECT s.level, s.scope AS area_code, unnest([t.qualification, 'total']) AS qualification, t.part, t.field AS "column"
FROM staff_cells AS t
JOIN scopes AS s USING (area_code)
WHERE t.qualification <> 'total' AND t.field IN ('full_time', 'part_time')
