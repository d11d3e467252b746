-- Every figure by prefecture, in three scopes. Two ways lead to the nation, and give the same figure:
-- the 47 rows of 'whole', or those of 'excluding_cities' (都道府県分) together with the rows of 'city'
-- (指定都市・中核市). Adding 'city' to 'whole' would count the cities twice.
WITH parts AS (
    SELECT
        area_code,
        prefecture_code,
        prefecture,
        prefecture_area_code,
        reporting_body AS part_code,
        CASE WHEN reporting_body = area_code THEN 'city' ELSE 'excluding_cities' END AS scope,
        CASE WHEN reporting_body = area_code THEN municipality ELSE prefecture END AS name
    FROM areas
),
coverage AS (
    SELECT
        p.part_code,
        any_value(p.prefecture_code) AS prefecture_code,
        any_value(p.prefecture) AS prefecture,
        any_value(p.prefecture_area_code) AS prefecture_area_code,
        any_value(p.scope) AS scope,
        any_value(p.name) AS name,
        count(*) FILTER (r.value_status IN ('reported', 'none')) AS reporters_in,
        count(*) FILTER (r.value_status <> 'excluded') AS reporters_due,
        sum(r.weight_in) AS weight_in,
        sum(r.weight_due) AS weight_due
    FROM parts AS p JOIN respondents AS r USING (area_code)
    GROUP BY p.part_code
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
        p.part_code,
        f."table",
        f.age_band,
        f.category,
        sum(f.value)::BIGINT AS value,
        gap(f.value_status) AS value_status,
        count(*) FILTER (is_gap(f.value_status)) AS values_missing
    FROM figures AS f JOIN parts AS p USING (area_code)
    GROUP BY ALL
),
summed AS (
    FROM counted
    UNION ALL
    SELECT
        n.part_code,
        'headline',
        n.age_band,
        h.measure,
        sum(n.value)::BIGINT,
        gap(n.value_status),
        sum(n.values_missing)::BIGINT
    FROM counted AS n
    JOIN measures AS m
        ON m."table" = n."table" AND m.age_band = n.age_band AND coalesce(m.facility_type, m.category) = n.category
    JOIN headline AS h USING (field)
    GROUP BY n.part_code, n.age_band, h.measure
),
scoped AS (
    SELECT
        v.prefecture_code,
        v.prefecture,
        v.scope,
        v.part_code AS area_code,
        v.name AS area,
        s.* EXCLUDE (part_code),
        v.reporters_in,
        v.reporters_due,
        v.weight_in,
        v.weight_due
    FROM summed AS s JOIN coverage AS v USING (part_code)
    UNION ALL
    SELECT
        v.prefecture_code,
        v.prefecture,
        'whole',
        v.prefecture_area_code,
        v.prefecture,
        s."table",
        s.age_band,
        s.category,
        sum(s.value)::BIGINT,
        gap(s.value_status),
        sum(s.values_missing)::BIGINT,
        sum(v.reporters_in)::BIGINT,
        sum(v.reporters_due)::BIGINT,
        sum(v.weight_in),
        sum(v.weight_due)
    FROM summed AS s JOIN coverage AS v USING (part_code)
    GROUP BY v.prefecture_code, v.prefecture, v.prefecture_area_code, s."table", s.age_band, s.category
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
    f.prefecture_code,
    f.prefecture,
    f.scope,
    f.area_code,
    f.area,
    f."table",
    f.age_band,
    f.category,
    n.label_ja,
    n.label_en,
    n.unit,
    f.value,
    f.value_status,
    f.values_missing,
    f.reporters_in,
    f.reporters_due,
    f.weight_in / nullif(f.weight_due, 0) AS coverage_by_weight
FROM scoped AS f
JOIN names AS n USING ("table", age_band, category)
CROSS JOIN collection AS d
ORDER BY
    f.prefecture_code,
    CASE f.scope WHEN 'whole' THEN 0 WHEN 'excluding_cities' THEN 1 ELSE 2 END,
    f.area_code,
    n.position,
    f.age_band
