-- Which figure of the survey each reported capacity is part of.
-- One of no stated type is part of no figure in particular: its target is null, and no sum there is whole.
WITH kinds AS (
    SELECT f.area_code, f.facility_id, any_value(t.facility_type) AS facility_type
    FROM facilities AS f
    LEFT JOIN national_facility_types AS t ON t.code = f.facility_type
    WHERE t.code IS NOT NULL OR f.facility_type IS NULL OR f.facility_type = 'centre'
    GROUP BY f.area_code, f.facility_id
)
SELECT
    e.area_code AS reporter,
    CASE WHEN t.facility_type IS NOT NULL THEN concat_ws(
        '_',
        'capacity',
        t.facility_type,
        CASE WHEN e.age_band IN ('age1', 'age2') THEN 'age1_2'
            WHEN e.age_band IN ('age3', 'age4', 'age5') THEN 'age3plus'
            ELSE e.age_band END
    ) END AS target,
    'enrolment' AS "table",
    e.area_code,
    e.facility_id,
    e.field,
    e.value,
    e.value_status
FROM enrolment_tidy AS e
JOIN kinds AS t USING (area_code, facility_id)
WHERE e.item = 'capacity'
