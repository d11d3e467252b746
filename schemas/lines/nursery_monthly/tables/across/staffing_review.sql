-- What to ask facilities about: fewer teachers than the standard of the date requires. Old ratios are tolerated.
SELECT
    as_of,
    prefecture_code,
    prefecture,
    municipality,
    area_code,
    facility_id,
    identity,
    name,
    facility_type,
    report_status,
    enrolled,
    required,
    required_tolerated,
    teachers,
    CASE
        WHEN required IS NULL OR teachers IS NULL THEN 'unknown'
        WHEN teachers >= required THEN 'met'
        WHEN teachers >= required_tolerated THEN 'tolerated'
        ELSE 'query'
    END AS verdict
FROM staffing
ORDER BY area_code, facility_id
