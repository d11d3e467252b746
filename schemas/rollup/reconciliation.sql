-- One row per municipality and figure of the survey that facility reports cover, once either side has told it.
WITH known AS (
    SELECT area_code, count(*) AS facilities_due, count(*) FILTER (is_in) AS facilities_in
    FROM facilities_due
    GROUP BY area_code
),
nation AS (
    SELECT
        count(*) AS facilities_due,
        count(*) FILTER (is_in) AS facilities_in,
        (SELECT bool_and(is_listed) FROM listing) AS is_listed
    FROM facilities_due
),
sums AS (
    SELECT rollup, reporter AS area_code, target, sum(value)::BIGINT AS value, bool_or(is_gap(value_status)) AS has_gap
    FROM contributions
    WHERE target IS NOT NULL
    GROUP BY ALL
),
unclear AS (
    SELECT DISTINCT rollup, reporter AS area_code FROM contributions WHERE target IS NULL
),
frame AS (
    SELECT r.rollup, r.complete, a.*, f.target, f.label_ja, f.label_en, f.position
    FROM rollups AS r
    JOIN fields AS f USING (rollup)
    CROSS JOIN areas AS a
),
compared AS (
    SELECT
        f.*,
        coalesce(k.facilities_in, 0) AS facilities_in,
        coalesce(k.facilities_due, 0) AS facilities_due,
        coalesce(
            s.value,
            CASE WHEN coalesce(k.facilities_in, 0) = coalesce(k.facilities_due, 0) AND g.is_listed THEN 0 END
        ) AS from_facilities,
        v.value AS from_survey,
        coalesce(v.value_status, 'not_submitted') AS survey_status,
        NOT coalesce(s.has_gap, FALSE) AND u.area_code IS NULL AND CASE f.complete
            WHEN 'nation' THEN n.facilities_in = n.facilities_due AND n.is_listed
            ELSE coalesce(k.facilities_in, 0) = coalesce(k.facilities_due, 0) AND g.is_listed
        END AS is_whole
    FROM frame AS f
    CROSS JOIN nation AS n
    JOIN listing AS g USING (area_code)
    LEFT JOIN known AS k USING (area_code)
    LEFT JOIN sums AS s ON s.rollup = f.rollup AND s.area_code = f.area_code AND s.target = f.target
    LEFT JOIN unclear AS u ON u.rollup = f.rollup AND u.area_code = f.area_code
    LEFT JOIN survey AS v ON v.area_code = f.area_code AND v.field = f.target
)
SELECT
    c.as_of,
    d.prefecture_code,
    d.prefecture,
    d.municipality,
    d.area_code,
    d.rollup,
    d.target AS field,
    d.label_ja,
    d.label_en,
    d.from_facilities,
    d.from_survey,
    d.survey_status,
    d.from_facilities - d.from_survey AS difference,
    d.facilities_in,
    d.facilities_due,
    coalesce(d.is_whole, FALSE) AS is_whole,
    CASE
        WHEN d.from_survey IS NULL THEN 'not_surveyed'
        WHEN d.from_facilities IS NULL THEN 'incomplete'
        WHEN d.is_whole AND d.from_facilities = d.from_survey THEN 'equal'
        WHEN d.is_whole OR d.from_facilities > d.from_survey THEN 'differs'
        ELSE 'incomplete'
    END AS state
FROM compared AS d
CROSS JOIN collection AS c
WHERE d.from_survey IS NOT NULL OR d.facilities_in > 0 OR d.from_facilities > 0
ORDER BY d.area_code, d.rollup, d.position
