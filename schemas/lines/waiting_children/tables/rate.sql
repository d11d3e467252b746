-- Rates of each municipality by age, with their numerators and denominators. Ages 1 and 2 are joined, as capacity
-- joins them. A figure of which a part is missing is null, and so is a rate without a denominator; nothing is rounded. The
-- population is the latest one of schemas/codes/child_population.csv up to the reference date, under the same code.
WITH cells AS (
    SELECT
        l.area_code,
        CASE WHEN l.age_band IN ('age1', 'age2') THEN 'age1_2' ELSE l.age_band END AS age_band,
        h.measure,
        l.value,
        l.value_status
    FROM long AS l
    JOIN measures AS m
        ON m."table" = l."table" AND m.age_band = l.age_band AND coalesce(m.facility_type, m.category) = l.category
    JOIN headline AS h ON h.field = m.field
    WHERE h.measure IN ('capacity', 'enrolled', 'applicants', 'waiting')
),
sums AS (
    SELECT
        area_code,
        age_band,
        measure,
        CASE WHEN NOT bool_or(is_gap(value_status)) THEN sum(value)::BIGINT END AS value
    FROM cells
    GROUP BY ALL
),
figures AS (
    SELECT
        area_code,
        age_band,
        any_value(value) FILTER (measure = 'applicants') AS applicants,
        any_value(value) FILTER (measure = 'waiting') AS waiting,
        any_value(value) FILTER (measure = 'enrolled') AS enrolled,
        any_value(value) FILTER (measure = 'capacity') AS capacity
    FROM sums
    GROUP BY ALL
),
population AS (
    SELECT p.area_code, p.valid_from AS children_at, p.under15::BIGINT AS children
    FROM child_population AS p
    JOIN collection AS c ON p.valid_from <= c.as_of
    QUALIFY row_number() OVER (PARTITION BY p.area_code ORDER BY p.valid_from DESC) = 1
),
status AS (
    SELECT area_code, age_band, gap(value_status) AS value_status FROM cells GROUP BY ALL
)
SELECT
    c.as_of,
    p.area_code,
    p.prefecture_code,
    p.prefecture,
    p.municipality,
    f.age_band,
    f.applicants,
    f.waiting,
    f.enrolled,
    f.capacity,
    f.applicants - f.enrolled AS on_hold,
    f.waiting / nullif(f.applicants, 0) AS waiting_rate,
    f.enrolled / nullif(f.capacity, 0) AS occupancy_rate,
    (f.applicants - f.enrolled) / nullif(f.applicants, 0) AS on_hold_rate,
    n.children,
    n.children_at,
    1000 * f.waiting / nullif(n.children, 0) AS waiting_per_thousand,
    s.value_status
FROM figures AS f
JOIN status AS s USING (area_code, age_band)
JOIN areas AS p USING (area_code)
LEFT JOIN population AS n ON n.area_code = f.area_code AND f.age_band = 'total'
CROSS JOIN collection AS c
ORDER BY p.area_code, list_position(['total', 'age0', 'age1_2', 'age3plus'], f.age_band)
