-- How full each facility was, fiscal year by fiscal year: enrolled on the first of each month over capacity on it.
-- A year counts as over where every reported month was over capacity and the year's average reached 120 percent.
WITH months AS (
    SELECT
        area_code,
        facility_id,
        as_of,
        CASE WHEN month(as_of) >= 4 THEN year(as_of) ELSE year(as_of) - 1 END AS fiscal_year,
        enrolled,
        capacity
    FROM enrolment_earlier
    WHERE enrolled IS NOT NULL AND capacity > 0
),
years AS (
    SELECT
        area_code,
        facility_id,
        fiscal_year,
        count(*) AS months,
        count(*) FILTER (enrolled > capacity) AS months_over,
        sum(enrolled) / sum(capacity) AS average,
        count(*) = count(*) FILTER (enrolled > capacity) AND sum(enrolled) * 100 >= sum(capacity) * 120 AS is_over
    FROM months
    GROUP BY ALL
),
runs AS (
    SELECT
        *,
        fiscal_year - row_number() OVER (PARTITION BY area_code, facility_id, is_over ORDER BY fiscal_year) AS run
    FROM years
),
counted AS (
    SELECT
        *,
        CASE WHEN is_over
            THEN row_number() OVER (PARTITION BY area_code, facility_id, is_over, run ORDER BY fiscal_year)
            ELSE 0
        END AS years_over
    FROM runs
)
SELECT
    c.as_of,
    a.prefecture_code,
    a.prefecture,
    a.municipality,
    y.area_code,
    y.facility_id,
    y.fiscal_year::BIGINT AS fiscal_year,
    y.months,
    y.months_over,
    y.average,
    y.is_over,
    y.years_over,
    y.years_over >= 5 AND y.months = 12 AS is_reduced_next
FROM counted AS y
CROSS JOIN collection AS c
JOIN areas AS a USING (area_code)
ORDER BY y.area_code, y.facility_id, y.fiscal_year
