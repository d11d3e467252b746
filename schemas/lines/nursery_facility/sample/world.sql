-- Made-up facilities: kind, name, capacity and children by age, and the staff that they need.
WITH kinds AS (
    SELECT
        d.*,
        CASE
            WHEN u0 < 0.5 THEN '保育所'
            WHEN u0 < 0.75 THEN '幼保連携型認定こども園'
            ELSE '小規模保育事業Ａ型'
        END AS facility_type,
        list_extract(['みどり', 'ひかり', 'さくら', 'そら', 'うみ', 'つくし', 'ひまわり', 'こばと'], 1 + floor(u1 * 8)::INT) AS stem
    FROM draws AS d
),
sized AS (
    SELECT
        *,
        stem || CASE facility_type WHEN '保育所' THEN '保育園' WHEN '幼保連携型認定こども園' THEN 'こども園' ELSE '保育室' END
            || CASE WHEN number > 1 THEN '第' || number ELSE '' END AS name,
        3 + floor(u2 * 4)::INT AS c0,
        6 + floor(u3 * 5)::INT AS c1,
        8 + floor(u4 * 5)::INT AS c2,
        CASE WHEN facility_type = '小規模保育事業Ａ型' THEN 0 ELSE 10 + floor(u5 * 8)::INT END AS c3,
        CASE WHEN facility_type = '小規模保育事業Ａ型' THEN 0 ELSE 12 + floor(u6 * 8)::INT END AS c4,
        CASE WHEN facility_type = '小規模保育事業Ａ型' THEN 0 ELSE 12 + floor(u7 * 8)::INT END AS c5
    FROM kinds
),
small AS (
    SELECT
        * REPLACE (
            least(c0, 4) AS c0,
            CASE WHEN facility_type = '小規模保育事業Ａ型' THEN 6 ELSE c1 END AS c1,
            CASE WHEN facility_type = '小規模保育事業Ａ型' THEN 8 ELSE c2 END AS c2
        )
    FROM sized
),
taken AS (
    SELECT
        *,
        c0 - floor(u8 * 3)::INT AS e0,
        c1 - floor(u9 * 3)::INT AS e1,
        c2 - floor(u10 * 3)::INT AS e2,
        c3 - CASE WHEN c3 > 0 THEN floor(u11 * 4)::INT ELSE 0 END AS e3,
        c4 - CASE WHEN c4 > 0 THEN floor(u12 * 4)::INT ELSE 0 END AS e4,
        c5 - CASE WHEN c5 > 0 THEN floor(u13 * 4)::INT ELSE 0 END AS e5,
        floor(u14 * 3)::INT AS elsewhere
    FROM small
)
SELECT
    *,
    c0 + c1 + c2 + c3 + c4 + c5 AS capacity,
    e0 + e1 + e2 + e3 + e4 + e5 AS enrolled,
    2 + ceil(e0 / 3.0 + (e1 + e2) / 6.0 + e3 / 15.0 + (e4 + e5) / 25.0)::INT AS teachers
FROM taken
ORDER BY area_code, number
