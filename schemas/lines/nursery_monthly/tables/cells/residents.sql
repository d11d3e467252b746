WITH scopes AS (
    SELECT area_code, area_code AS scope, 'municipality' AS level FROM areas
    UNION ALL
    SELECT area_code, prefecture_area_code, 'prefecture' FROM areas
    UNION ALL
    SELECT area_code, '00', 'nation' FROM areas
)
SELECT s.level, s.scope AS area_code, t.age_band, t.part, 'value' AS "column"
FROM residence_cells AS t
JOIN scopes AS s ON s.area_code = t.residence_area_code
