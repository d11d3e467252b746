-- Some of the two-year-olds live in another municipality.
SELECT
    area_code,
    number::VARCHAR AS facility_id,
    area_code AS residence_area_code,
    municipality AS residence,
    enrolled - elsewhere AS resident,
    e0 AS resident_age0,
    e1 AS resident_age1,
    e2 - elsewhere AS resident_age2,
    e3 AS resident_age3,
    e4 AS resident_age4,
    e5 AS resident_age5
FROM world
UNION ALL
SELECT
    area_code,
    number::VARCHAR AS facility_id,
    neighbour AS residence_area_code,
    neighbour_name AS residence,
    elsewhere AS resident,
    0 AS resident_age0,
    0 AS resident_age1,
    elsewhere AS resident_age2,
    0 AS resident_age3,
    0 AS resident_age4,
    0 AS resident_age5
FROM world
WHERE elsewhere > 0
ORDER BY area_code, facility_id, resident DESC
