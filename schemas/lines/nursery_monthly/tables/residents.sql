-- Children of each municipality, wherever the facility stands: by where they live, added up over facilities, with
-- prefectures (area_code …000) and the nation (00).
WITH scopes AS (
    SELECT area_code, area_code AS scope, 'municipality' AS level FROM areas
    UNION ALL
    SELECT area_code, prefecture_area_code, 'prefecture' FROM areas
    UNION ALL
    SELECT area_code, '00', 'nation' FROM areas
)
SELECT
    c.as_of,
    s.level,
    s.scope AS area_code,
    t.age_band,
    sum(t.value)::BIGINT AS value,
    'reported' AS value_status
FROM residence_tidy AS t
JOIN scopes AS s ON s.area_code = t.residence_area_code
CROSS JOIN collection AS c
WHERE NOT is_gap(t.value_status)
GROUP BY ALL
ORDER BY s.level, s.scope, t.age_band
