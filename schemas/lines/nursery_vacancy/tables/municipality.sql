-- One row per municipality that owes a list. What is shown by a sign (○, △) is counted, never turned into a number.
WITH facilities AS (
    SELECT area_code, count(*) AS facilities, sum(waiting)::BIGINT AS waiting, sum(enrolled)::BIGINT AS enrolled,
        sum(capacity)::BIGINT AS capacity
    FROM vacancy
    GROUP BY area_code
),
vacancies AS (
    SELECT
        area_code,
        sum(value)::BIGINT AS vacancy,
        sum(value) FILTER (age_band = 'age0')::BIGINT AS vacancy_age0,
        sum(value) FILTER (age_band = 'age1')::BIGINT AS vacancy_age1,
        sum(value) FILTER (age_band = 'age2')::BIGINT AS vacancy_age2,
        sum(value) FILTER (age_band = 'age3')::BIGINT AS vacancy_age3,
        sum(value) FILTER (age_band = 'age4')::BIGINT AS vacancy_age4,
        sum(value) FILTER (age_band = 'age5')::BIGINT AS vacancy_age5,
        count(*) FILTER (value_status = 'unknown') AS vacancies_unknown
    FROM vacancy_tidy
    WHERE item = 'vacancy'
    GROUP BY area_code
)
SELECT
    c.as_of,
    r.area_code,
    p.prefecture_code,
    p.prefecture,
    p.municipality,
    r.value_status,
    r.flag,
    coalesce(f.facilities, CASE r.value_status WHEN 'none' THEN 0 END) AS facilities,
    coalesce(COLUMNS(v.* EXCLUDE (area_code)), CASE r.value_status WHEN 'none' THEN 0 END),
    coalesce(f.waiting, CASE r.value_status WHEN 'none' THEN 0 END) AS waiting,
    coalesce(f.enrolled, CASE r.value_status WHEN 'none' THEN 0 END) AS enrolled,
    coalesce(f.capacity, CASE r.value_status WHEN 'none' THEN 0 END) AS capacity
FROM respondents AS r
CROSS JOIN collection AS c
JOIN areas AS p USING (area_code)
LEFT JOIN facilities AS f USING (area_code)
LEFT JOIN vacancies AS v USING (area_code)
ORDER BY r.area_code
