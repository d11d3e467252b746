-- One row per municipality with a facility that owes a report. What is missing is left out of the sums and counted.
WITH gaps AS (
    SELECT area_code, facility_id, count(*) FILTER (is_gap(value_status)) AS missing
    FROM enrolment_tidy
    GROUP BY ALL
),
counts AS (
    SELECT
        o.area_code,
        count(*) AS facilities_due,
        count(*) FILTER (o.report_status IN ('reported', 'none')) AS facilities_in,
        sum(
            CASE o.report_status
                WHEN 'none' THEN 0
                WHEN 'excluded' THEN 0
                WHEN 'reported' THEN coalesce(g.missing, 0)
                ELSE (SELECT count(*) FROM measures WHERE "table" = 'enrolment')
            END
        )::BIGINT AS values_missing
    FROM occupancy AS o LEFT JOIN gaps AS g USING (area_code, facility_id)
    GROUP BY o.area_code
),
sums AS (
    SELECT o.area_code, sum(COLUMNS(e.* EXCLUDE (area_code, facility_id, name, entry_id)))::BIGINT
    FROM occupancy AS o LEFT JOIN enrolment AS e USING (area_code, facility_id)
    GROUP BY o.area_code
)
SELECT
    c.as_of,
    a.prefecture_code,
    a.prefecture,
    a.municipality,
    n.area_code,
    n.facilities_due,
    n.facilities_in,
    n.values_missing,
    COLUMNS(s.* EXCLUDE (area_code)),
    CASE WHEN n.values_missing = 0 THEN s.enrolled / nullif(s.capacity, 0) END AS occupancy
FROM counts AS n
JOIN sums AS s USING (area_code)
JOIN areas AS a USING (area_code)
CROSS JOIN collection AS c
ORDER BY n.area_code
