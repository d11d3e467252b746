-- The estimate beside the counts: one row per headline figure, nation or prefecture, and level of the interval.
-- What is counted is never changed by it; lower bounds are rounded down and upper bounds up to whole numbers.
SELECT
    c.line,
    c.as_of,
    e.scope,
    e.prefecture_code,
    e.prefecture,
    e.measure,
    e.label_ja,
    e.label_en,
    e.unit,
    e.counted,
    e.reporters_in,
    e.reporters_due,
    e.reporters_in / nullif(e.reporters_due, 0) AS coverage_by_count,
    e.weight_in / nullif(e.weight_due, 0) AS coverage_by_weight,
    e.level,
    round(e.counted + e.missing) AS estimate,
    floor(e.counted + e.low) AS lower,
    ceil(e.counted + e.high) AS upper,
    e.growth,
    e.lateness,
    e.method,
    e.basis,
    e.reason_ja,
    e.reason_en
FROM estimates AS e
CROSS JOIN collection AS c
ORDER BY e.scope, e.prefecture_code NULLS FIRST, e.position, e.level
