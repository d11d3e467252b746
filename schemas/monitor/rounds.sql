-- One row per form; a reporter counts under the form of its last submission.
WITH each AS (
    SELECT
        reporter,
        arg_max(CASE WHEN nil THEN 'nil' ELSE coalesce(layout, 'unknown') END, turn) AS layout,
        count(*) AS rounds,
        count(*) FILTER (returned) AS returned,
        count(*) FILTER (NOT (live OR returned OR held)) AS replaced,
        bool_or(live) AS is_in
    FROM deeds
    GROUP BY reporter
)
SELECT
    c.line,
    c.as_of,
    e.layout,
    count(*) AS reporters,
    sum(e.rounds)::BIGINT AS submissions,
    sum(e.returned)::BIGINT AS returned,
    sum(e.replaced)::BIGINT AS replaced,
    count(*) FILTER (e.rounds = 1 AND e.is_in) AS right_first_time,
    avg(e.rounds) AS mean_rounds,
    max(e.rounds) AS most_rounds
FROM each AS e
CROSS JOIN collection AS c
GROUP BY c.line, c.as_of, e.layout
ORDER BY e.layout
