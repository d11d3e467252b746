-- One row per facility of the lists that are in, with what the register knows of it. Nothing is estimated from signs.
WITH statuses AS (
    SELECT
        area_code,
        facility_id,
        name,
        any_value(value_status) FILTER (age_band = 'age0') AS status_age0,
        any_value(value_status) FILTER (age_band = 'age1') AS status_age1,
        any_value(value_status) FILTER (age_band = 'age2') AS status_age2,
        any_value(value_status) FILTER (age_band = 'age3') AS status_age3,
        any_value(value_status) FILTER (age_band = 'age4') AS status_age4,
        any_value(value_status) FILTER (age_band = 'age5') AS status_age5
    FROM vacancy_tidy
    WHERE item = 'vacancy'
    GROUP BY area_code, facility_id, name
),
known AS (
    SELECT identity, any_value(name) AS name, any_value(address) AS address, any_value(phone) AS phone,
        any_value(facility_type) AS facility_type, any_value(ownership) AS ownership
    FROM facilities
    WHERE identity IS NOT NULL
    GROUP BY identity
)
SELECT
    c.as_of,
    a.prefecture_code,
    a.prefecture,
    a.municipality,
    v.area_code,
    v.identity,
    v.name,
    k.name AS name_register,
    k.address,
    k.phone,
    coalesce(k.facility_type, v.facility_type) AS facility_type,
    t.facility_type AS category,
    coalesce(k.ownership, v.ownership) AS ownership,
    v.as_of_date AS updated,
    v.vacancy_age0,
    s.status_age0 AS vacancy_age0_status,
    v.vacancy_age1,
    s.status_age1 AS vacancy_age1_status,
    v.vacancy_age2,
    s.status_age2 AS vacancy_age2_status,
    v.vacancy_age3,
    s.status_age3 AS vacancy_age3_status,
    v.vacancy_age4,
    s.status_age4 AS vacancy_age4_status,
    v.vacancy_age5,
    s.status_age5 AS vacancy_age5_status,
    concat_ws('|', CASE WHEN v.vacancy_age0 > 0 OR s.status_age0 = 'unknown' THEN 'age0' END, CASE WHEN v.vacancy_age1 > 0 OR s.status_age1 = 'unknown' THEN 'age1' END, CASE WHEN v.vacancy_age2 > 0 OR s.status_age2 = 'unknown' THEN 'age2' END, CASE WHEN v.vacancy_age3 > 0 OR s.status_age3 = 'unknown' THEN 'age3' END, CASE WHEN v.vacancy_age4 > 0 OR s.status_age4 = 'unknown' THEN 'age4' END, CASE WHEN v.vacancy_age5 > 0 OR s.status_age5 = 'unknown' THEN 'age5' END) AS open_ages
FROM vacancy_identified AS v
CROSS JOIN collection AS c
JOIN areas AS a USING (area_code)
LEFT JOIN statuses AS s
    ON s.area_code = v.area_code AND s.name = v.name AND s.facility_id IS NOT DISTINCT FROM v.facility_id
LEFT JOIN known AS k USING (identity)
LEFT JOIN national_facility_types AS t ON t.code = coalesce(k.facility_type, v.facility_type)
ORDER BY v.area_code, v.name, v.facility_id
