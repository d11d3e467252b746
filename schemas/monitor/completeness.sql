-- One row per prefecture in which anybody is a reporter.
SELECT
    c.line,
    c.as_of,
    r.prefecture_code,
    any_value(r.prefecture) AS prefecture,
    any_value(d.today) AS observed_on,
    count(*) AS reporters,
    count(*) FILTER (r.status = 'reported') AS reported,
    count(*) FILTER (r.status = 'nil') AS nil_returns,
    count(*) FILTER (r.status = 'exempt') AS exempt,
    count(*) FILTER (r.status = 'held') AS held,
    count(*) FILTER (r.status IN ('held', 'due', 'reminded', 'overdue')) AS missing,
    count(*) FILTER (r.status = 'overdue') AS overdue,
    count(*) FILTER (r.extended) AS extended,
    count(*) FILTER (r.on_time) AS on_time,
    count(*) FILTER (NOT r.on_time AND r.status <> 'overdue') AS late,
    count(*) FILTER (r.on_time) / nullif(count(r.on_time), 0) AS on_time_rate
FROM reporters AS r
CROSS JOIN collection AS c
CROSS JOIN day AS d
GROUP BY c.line, c.as_of, r.prefecture_code
ORDER BY r.prefecture_code
