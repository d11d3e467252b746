-- Teachers are the full-time equivalents of the qualifications that count towards the standard of the kind of facility.
SELECT s.area_code, s.facility_id, 'teachers' AS "column", s.part
FROM staff_cells AS s
JOIN occupancy AS o USING (area_code, facility_id)
JOIN staffing_counted AS q ON q.facility_type = o.facility_type AND q.qualification = s.qualification
WHERE s.field = 'fte'
