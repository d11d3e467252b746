-- One row per municipality that owes a report. One that has not reported keeps its row: its figures
-- are null and value_status says why. A nil return counts as zero.
WITH cells AS (
    SELECT area_code, field, age_band, value, value_status FROM capacity_tidy
    UNION ALL BY NAME
    SELECT area_code, field, age_band, value, value_status FROM applicants_tidy
),
gaps AS (
    SELECT area_code, count(*) AS cells, count(*) FILTER (is_gap(value_status)) AS missing
    FROM cells
    GROUP BY area_code
),
signed AS (
    SELECT measure, field, 1 AS sign FROM headline WHERE measure IN ('capacity', 'enrolled', 'excluded')
    UNION ALL
    SELECT 'on_hold', field, CASE measure WHEN 'applicants' THEN 1 ELSE -1 END
    FROM headline
    WHERE measure IN ('applicants', 'enrolled')
),
sums AS (
    SELECT
        area_code,
        concat('headline_', measure, '_', age_band) AS name,
        CASE WHEN NOT bool_or(is_gap(value_status)) THEN sum(sign * value)::BIGINT END AS value
    FROM cells JOIN signed USING (field)
    GROUP BY area_code, measure, age_band
),
headlines AS (
    FROM (
        PIVOT sums
        ON name IN (
            'headline_capacity_total', 'headline_capacity_age0', 'headline_capacity_age1_2', 'headline_capacity_age3plus',
            'headline_enrolled_total', 'headline_enrolled_age0', 'headline_enrolled_age1', 'headline_enrolled_age2',
            'headline_enrolled_age3plus',
            'headline_on_hold_total', 'headline_on_hold_age0', 'headline_on_hold_age1', 'headline_on_hold_age2',
            'headline_on_hold_age3plus',
            'headline_excluded_total', 'headline_excluded_age0', 'headline_excluded_age1', 'headline_excluded_age2',
            'headline_excluded_age3plus'
        )
        USING first(value)
        GROUP BY area_code
    )
)
SELECT
    c.as_of,
    r.area_code,
    p.prefecture_code,
    p.prefecture,
    p.municipality,
    p.designation,
    p.reporting_body,
    r.value_status,
    r.flag,
    CASE WHEN r.value_status IN ('none', 'excluded') THEN 0 ELSE (SELECT count(*) FROM measures) - coalesce(g.cells - g.missing, 0) END
        AS values_missing,
    coalesce(COLUMNS(h.* EXCLUDE (area_code)), CASE r.value_status WHEN 'none' THEN 0 END),
    coalesce(COLUMNS(k.* EXCLUDE (area_code, prefecture, municipality, entry_id)), CASE r.value_status WHEN 'none' THEN 0 END),
    coalesce(COLUMNS(a.* EXCLUDE (area_code, prefecture, municipality, entry_id)), CASE r.value_status WHEN 'none' THEN 0 END)
FROM respondents AS r
CROSS JOIN collection AS c
JOIN areas AS p USING (area_code)
LEFT JOIN gaps AS g USING (area_code)
LEFT JOIN headlines AS h USING (area_code)
LEFT JOIN capacity AS k USING (area_code)
LEFT JOIN applicants AS a USING (area_code)
ORDER BY r.area_code
