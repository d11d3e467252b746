-- Teachers that the standard of the date requires for the children enrolled, and those there are (full-time equivalent).
-- Each age's need is cut to one decimal, their sum is rounded, additions and the least number follow.
WITH bands AS (
    SELECT
        area_code,
        facility_id,
        CASE WHEN age_band IN ('age1', 'age2') THEN 'age1_2' WHEN age_band IN ('age4', 'age5') THEN 'age4_5' ELSE age_band END
            AS age_band,
        sum(value) AS children,
        bool_or(is_gap(value_status)) AS incomplete
    FROM enrolment_tidy
    WHERE item = 'enrolled' AND age_band <> 'total'
    GROUP BY ALL
),
valid AS (
    SELECT s.*
    FROM staffing_standards AS s CROSS JOIN collection AS c
    WHERE (s.valid_from IS NULL OR s.valid_from <= c.as_of) AND (s.valid_to IS NULL OR s.valid_to > c.as_of)
),
ratios AS (
    SELECT
        o.area_code,
        o.facility_id,
        v.age_band,
        min(v.children_per_teacher::INT) FILTER (v.standing = 'current') AS ratio,
        max(v.children_per_teacher::INT) AS ratio_tolerated,
        max(v.additional_staff::INT) AS additional,
        max(v.minimum_staff::INT) AS least
    FROM occupancy AS o
    JOIN valid AS v
        ON v.facility_type = o.facility_type
        AND (v.capacity_min IS NULL OR o.capacity >= v.capacity_min::INT)
        AND (v.capacity_max IS NULL OR o.capacity <= v.capacity_max::INT)
    GROUP BY ALL
),
demand AS (
    SELECT
        r.area_code,
        r.facility_id,
        bool_or(b.incomplete) AS incomplete,
        sum(floor(b.children * 10 / r.ratio)) AS tenths,
        sum(floor(b.children * 10 / r.ratio_tolerated)) AS tenths_tolerated,
        max(r.additional) AS additional,
        max(r.least) AS least
    FROM ratios AS r JOIN bands AS b USING (area_code, facility_id, age_band)
    GROUP BY ALL
),
required AS (
    SELECT
        area_code,
        facility_id,
        greatest(floor((tenths + 5) / 10) + additional, least)::BIGINT AS required,
        greatest(floor((tenths_tolerated + 5) / 10) + additional, least)::BIGINT AS required_tolerated
    FROM demand
    WHERE NOT incomplete
),
teachers AS (
    SELECT s.area_code, s.facility_id, sum(s.fte) AS teachers
    FROM staff AS s
    JOIN occupancy AS o USING (area_code, facility_id)
    JOIN staffing_counted AS q ON q.facility_type = o.facility_type AND q.qualification = s.qualification
    GROUP BY ALL
)
SELECT
    c.as_of,
    o.prefecture_code,
    o.prefecture,
    o.municipality,
    o.area_code,
    o.facility_id,
    o.identity,
    o.name,
    o.facility_type,
    o.report_status,
    o.enrolled,
    q.required,
    q.required_tolerated,
    t.teachers,
    CASE WHEN t.teachers IS NULL THEN 'not_submitted' ELSE 'reported' END AS teachers_status
FROM occupancy AS o
CROSS JOIN collection AS c
LEFT JOIN required AS q USING (area_code, facility_id)
LEFT JOIN teachers AS t USING (area_code, facility_id)
ORDER BY o.area_code, o.facility_id
