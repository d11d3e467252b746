SELECT
    area_code,
    number::VARCHAR AS facility_id,
    name,
    facility_type,
    CASE WHEN u15 < 0.3 THEN '公立' ELSE '私立' END AS ownership,
    prefecture,
    municipality,
    '7000012050002' AS corporate_number,
    capacity,
    c0 AS capacity_age0,
    c1 AS capacity_age1,
    c2 AS capacity_age2,
    c3 AS capacity_age3,
    c4 AS capacity_age4,
    c5 AS capacity_age5
FROM world
