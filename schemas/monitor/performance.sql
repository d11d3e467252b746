-- One row per release, in order.
SELECT
    c.line,
    c.as_of,
    r.stage,
    r.number,
    r.released_on,
    r.entries AS reporters_in,
    r.respondents AS reporters_due,
    r.released_on - c.as_of AS days_after_reference,
    r.working_days_after_deadline,
    r.seconds_after_last_arrival
FROM releases AS r
CROSS JOIN collection AS c
ORDER BY r.position
