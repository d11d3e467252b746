-- Every facility of the register, one row per period for which its description held, told edition by edition.
SELECT
    c.as_of,
    a.prefecture_code,
    a.prefecture,
    a.municipality,
    p.area_code,
    p.identity,
    p.valid_from,
    p.valid_to,
    p.valid_from <= c.as_of AND (p.valid_to IS NULL OR p.valid_to > c.as_of) AS is_current,
    array_to_string(p.fields, '|') AS changed,
    p.facility_id,
    p.name,
    p.name_kana,
    p.facility_type,
    t.facility_type AS category,
    p.ownership,
    p.operator_name,
    p.corporate_number,
    p.address,
    p.phone,
    p.capacity
FROM periods AS p
CROSS JOIN collection AS c
JOIN areas AS a USING (area_code)
LEFT JOIN national_facility_types AS t ON t.code = p.facility_type
ORDER BY p.area_code, p.identity, p.valid_from
