-- One row per facility that owes a report, with its figures of the month as reported, and how full it is.
WITH known AS (
    SELECT area_code, facility_id, any_value(identity) AS identity, any_value(name) AS name,
        any_value(facility_type) AS facility_type, any_value(ownership) AS ownership
    FROM facilities
    WHERE facility_id IS NOT NULL
    GROUP BY area_code, facility_id
)
SELECT
    c.as_of,
    a.prefecture_code,
    a.prefecture,
    a.municipality,
    k.area_code,
    k.facility_id,
    k.identity,
    k.name,
    k.facility_type,
    t.facility_type AS category,
    k.ownership,
    r.value_status AS report_status,
    COLUMNS(e.* EXCLUDE (area_code, facility_id, name, entry_id)),
    e.enrolled / nullif(e.capacity, 0) AS occupancy,
    e.enrolled_age0 / nullif(e.capacity_age0, 0) AS occupancy_age0,
    e.enrolled_age1 / nullif(e.capacity_age1, 0) AS occupancy_age1,
    e.enrolled_age2 / nullif(e.capacity_age2, 0) AS occupancy_age2,
    e.enrolled_age3 / nullif(e.capacity_age3, 0) AS occupancy_age3,
    e.enrolled_age4 / nullif(e.capacity_age4, 0) AS occupancy_age4,
    e.enrolled_age5 / nullif(e.capacity_age5, 0) AS occupancy_age5
FROM known AS k
CROSS JOIN collection AS c
JOIN areas AS a USING (area_code)
JOIN respondents AS r USING (area_code, facility_id)
LEFT JOIN enrolment AS e USING (area_code, facility_id)
LEFT JOIN national_facility_types AS t ON t.code = k.facility_type
ORDER BY k.area_code, k.facility_id
