-- Municipalities in descending order of a measure, in the nation and in their prefecture. Equal values have equal
-- ranks and the next rank is passed over (1, 2, 2, 4). Who has no value keeps its row, without a rank.
WITH measured AS (
    SELECT
        r.as_of,
        r.prefecture_code,
        r.prefecture,
        r.area_code,
        r.municipality,
        r.value_status,
        m.measure,
        CASE m.measure
            WHEN 'waiting' THEN r.waiting::DOUBLE
            WHEN 'waiting_rate' THEN r.waiting_rate
            ELSE r.occupancy_rate
        END AS value
    FROM rate AS r
    CROSS JOIN (VALUES ('waiting'), ('waiting_rate'), ('occupancy_rate')) AS m (measure)
    WHERE r.age_band = 'total'
),
scoped AS (
    SELECT 'nation' AS scope, 'JP' AS place, * FROM measured
    UNION ALL
    SELECT 'prefecture', prefecture_code, * FROM measured
)
SELECT
    as_of,
    measure,
    scope,
    prefecture_code,
    prefecture,
    area_code,
    municipality,
    value,
    CASE WHEN value IS NOT NULL THEN 'reported' ELSE value_status END AS value_status,
    CASE WHEN value IS NOT NULL THEN rank() OVER (PARTITION BY measure, scope, place ORDER BY value DESC NULLS LAST) END
        AS rank,
    CASE WHEN value IS NOT NULL THEN count(*) OVER (PARTITION BY measure, scope, place, value) END AS equals,
    count(value) OVER (PARTITION BY measure, scope, place) AS ranked
FROM scoped
ORDER BY
    list_position(['waiting', 'waiting_rate', 'occupancy_rate'], measure),
    scope,
    CASE scope WHEN 'prefecture' THEN prefecture_code END,
    rank NULLS LAST,
    area_code
