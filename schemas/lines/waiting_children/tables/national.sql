-- The nation: the prefectures without their designated and core cities, and those cities; never the
-- whole prefectures, which hold the cities already.
SELECT
    p.as_of,
    p."table",
    p.age_band,
    p.category,
    p.label_ja,
    p.label_en,
    p.unit,
    sum(p.value)::BIGINT AS value,
    gap(p.value_status) AS value_status,
    sum(p.values_missing)::BIGINT AS values_missing,
    sum(p.reporters_in)::BIGINT AS reporters_in,
    sum(p.reporters_due)::BIGINT AS reporters_due,
    (SELECT sum(weight_in) / nullif(sum(weight_due), 0) FROM respondents) AS coverage_by_weight
FROM prefecture AS p
LEFT JOIN measures AS m
    ON m."table" = p."table" AND m.age_band = p.age_band AND coalesce(m.facility_type, m.category) = p.category
WHERE p.scope IN ('excluding_cities', 'city')
GROUP BY p.as_of, p."table", p.age_band, p.category, p.label_ja, p.label_en, p.unit
ORDER BY any_value(m.position) NULLS FIRST, p.category, p.age_band
