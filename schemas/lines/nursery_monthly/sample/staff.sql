SELECT
    area_code,
    number::VARCHAR AS facility_id,
    'nursery_teacher' AS qualification,
    teachers - 1 AS full_time,
    2 AS part_time,
    teachers::DOUBLE AS fte
FROM world
