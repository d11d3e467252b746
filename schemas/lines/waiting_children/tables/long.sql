-- One row per municipality that owes a report and cell of the form (88), whether it has come or not.
WITH told AS (
    SELECT area_code, field, value, value_status FROM capacity_tidy
    UNION ALL BY NAME
    SELECT area_code, field, value, value_status FROM applicants_tidy
),
arrived AS (
    SELECT area_code, 'capacity' AS "table" FROM capacity
    UNION ALL
    SELECT area_code, 'applicants' FROM applicants
),
silent AS (
    SELECT
        r.area_code,
        m.field,
        CASE r.value_status WHEN 'none' THEN 0 END::BIGINT AS value,
        CASE WHEN r.value_status IN ('none', 'excluded', 'unknown') THEN r.value_status ELSE 'not_submitted' END AS value_status
    FROM respondents AS r
    CROSS JOIN measures AS m
    ANTI JOIN arrived AS a ON a.area_code = r.area_code AND a."table" = m."table"
)
SELECT
    c.as_of,
    r.prefecture_code,
    r.area_code,
    m."table",
    m.age_band,
    coalesce(m.facility_type, m.category) AS category,
    f.value,
    f.value_status
FROM (FROM told UNION ALL BY NAME FROM silent) AS f
JOIN respondents AS r USING (area_code)
JOIN measures AS m USING (field)
CROSS JOIN collection AS c
ORDER BY r.area_code, m.position
