-- Every figure by prefecture, in three scopes. Two ways lead to the nation, and give the same figure:
-- the 47 rows of 'whole', or those of 'excluding_cities' (都道府県分) together with the rows of 'city'
-- (指定都市・中核市). Adding 'city' to 'whole' would count the cities twice.
WITH scopes AS (
    SELECT area_code, prefecture_code, prefecture, 'whole' AS scope, prefecture_area_code AS scope_code, prefecture AS name
    FROM areas
    UNION ALL
    SELECT area_code, prefecture_code, prefecture, 'excluding_cities', prefecture_area_code, prefecture
    FROM areas
    WHERE reporting_body <> area_code
    UNION ALL
    SELECT area_code, prefecture_code, prefecture, 'city', area_code, municipality
    FROM areas
    WHERE reporting_body = area_code
),
coverage AS (
    SELECT
        s.scope,
        s.scope_code,
        any_value(s.prefecture_code) AS prefecture_code,
        any_value(s.prefecture) AS prefecture,
        any_value(s.name) AS name,
        count(*) FILTER (r.value_status IN ('reported', 'none')) AS reporters_in,
        count(*) AS reporters_due
    FROM scopes AS s JOIN respondents AS r USING (area_code)
    GROUP BY s.scope, s.scope_code
),
-- A difference is taken within a municipality, and only where nothing of it is missing.
on_hold AS (
    SELECT
        l.area_code,
        'headline' AS "table",
        l.age_band,
        'on_hold' AS category,
        CASE WHEN NOT bool_or(is_gap(l.value_status))
            THEN sum(CASE h.measure WHEN 'applicants' THEN l.value ELSE -l.value END)::BIGINT
        END AS value,
        gap(l.value_status) AS value_status
    FROM long AS l
    JOIN measures AS m
        ON m."table" = l."table" AND m.age_band = l.age_band AND coalesce(m.facility_type, m.category) = l.category
    JOIN headline AS h ON h.field = m.field AND h.measure IN ('applicants', 'enrolled')
    GROUP BY l.area_code, l.age_band
),
figures AS (
    SELECT area_code, "table", age_band, category, value, value_status FROM long
    UNION ALL
    FROM on_hold
    UNION ALL
    SELECT area_code, 'headline', age_band, 'municipalities_waiting', (value > 0)::BIGINT, value_status
    FROM long
    WHERE category = 'waiting' AND age_band = 'total'
),
counted AS (
    SELECT
        s.scope,
        s.scope_code,
        f."table",
        f.age_band,
        f.category,
        sum(f.value)::BIGINT AS value,
        gap(f.value_status) AS value_status,
        count(*) FILTER (is_gap(f.value_status)) AS values_missing
    FROM figures AS f JOIN scopes AS s USING (area_code)
    GROUP BY ALL
),
headlines AS (
    SELECT
        n.scope,
        n.scope_code,
        'headline' AS "table",
        n.age_band,
        h.measure AS category,
        sum(n.value)::BIGINT AS value,
        gap(n.value_status) AS value_status,
        sum(n.values_missing)::BIGINT AS values_missing
    FROM counted AS n
    JOIN measures AS m
        ON m."table" = n."table" AND m.age_band = n.age_band AND coalesce(m.facility_type, m.category) = n.category
    JOIN headline AS h USING (field)
    GROUP BY n.scope, n.scope_code, n.age_band, h.measure
),
names AS (
    SELECT "table", age_band, coalesce(facility_type, category) AS category, label_ja, label_en, unit, position
    FROM measures
    UNION ALL
    SELECT
        'headline',
        a.code,
        h.measure,
        concat(h.label_ja, '（', a.label_ja, '）'),
        concat(h.label_en, ': ', a.label_en),
        '人',
        1000 + h.position
    FROM (
        SELECT measure, label_ja, label_en, min(position) AS position FROM headline GROUP BY ALL
        UNION ALL
        VALUES ('on_hold', '保留児童数', 'On hold', 1000)
    ) AS h
    CROSS JOIN (SELECT DISTINCT code, label_ja, label_en FROM codes WHERE dimension = 'age_band') AS a
    UNION ALL
    VALUES (
        'headline', 'total', 'municipalities_waiting', '待機児童のいる市区町村数', 'Municipalities with waiting children',
        '団体', 3000
    )
)
SELECT
    d.as_of,
    v.prefecture_code,
    v.prefecture,
    v.scope,
    v.scope_code AS area_code,
    v.name AS area,
    f."table",
    f.age_band,
    f.category,
    n.label_ja,
    n.label_en,
    n.unit,
    f.value,
    f.value_status,
    f.values_missing,
    v.reporters_in,
    v.reporters_due
FROM (FROM counted UNION ALL FROM headlines) AS f
JOIN names AS n USING ("table", age_band, category)
JOIN coverage AS v USING (scope, scope_code)
CROSS JOIN collection AS d
ORDER BY
    v.prefecture_code,
    CASE v.scope WHEN 'whole' THEN 0 WHEN 'excluding_cities' THEN 1 ELSE 2 END,
    v.scope_code,
    n.position,
    f.age_band
