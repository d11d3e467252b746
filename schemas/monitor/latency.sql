-- One row per stage that anything has passed.
WITH passed AS (
    SELECT 1 AS position, 'decision' AS stage, to_acceptance AS seconds FROM deeds WHERE accepted
    UNION ALL
    SELECT 2, 'current', to_current - to_acceptance FROM deeds WHERE accepted
    UNION ALL
    SELECT 3, 'whole', to_current FROM deeds WHERE accepted
)
SELECT
    c.line,
    c.as_of,
    p.stage,
    count(*) AS submissions,
    quantile_cont(p.seconds, 0.5) AS p50,
    quantile_cont(p.seconds, 0.9) AS p90,
    quantile_cont(p.seconds, 0.95) AS p95,
    quantile_cont(p.seconds, 0.99) AS p99,
    max(p.seconds) AS longest
FROM passed AS p
CROSS JOIN collection AS c
WHERE p.seconds IS NOT NULL
GROUP BY c.line, c.as_of, p.stage, p.position
ORDER BY p.position
