-- One row per level of the relay, lowest first.
SELECT
    c.line,
    c.as_of,
    h.level,
    h.deadline,
    h.entry_closes,
    h.corrections_close,
    h.given AS working_days,
    h.least AS least_working_days,
    h.given < h.least AS is_short
FROM hops AS h
CROSS JOIN collection AS c
ORDER BY h.position
