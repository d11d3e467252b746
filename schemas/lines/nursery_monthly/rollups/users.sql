-- Which figure of the survey each number of children by residence is part of.
-- One of no stated type is part of no figure in particular: its target is null, and no sum there is whole.
WITH kinds AS (
    SELECT f.area_code, f.facility_id, any_value(t.facility_type) AS facility_type
    FROM facilities AS f
    LEFT JOIN national_facility_types AS t ON t.code = f.facility_type
    WHERE t.code IS NOT NULL OR f.facility_type IS NULL OR f.facility_type = 'centre'
    GROUP BY f.area_code, f.facility_id
)
SELECT
    r.residence_area_code AS reporter,
    CASE WHEN t.facility_type IS NOT NULL THEN concat_ws(
        '_',
        'using',
        t.facility_type,
        CASE WHEN r.age_band IN ('age3', 'age4', 'age5') THEN 'age3plus' ELSE r.age_band END
    ) END AS target,
    'residence' AS "table",
    r.area_code,
    r.facility_id,
    r.residence_area_code,
    r.field,
    r.value,
    r.value_status
FROM residence_tidy AS r
JOIN kinds AS t USING (area_code, facility_id)
