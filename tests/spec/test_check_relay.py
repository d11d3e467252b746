"""Who may send whose report: the municipality, the body that relays it, or the ministry's operator."""

from spec.checking import Checker

WAITING = Checker("waiting_children")
CHIYODA, YOKOHAMA, TOKYO, KANAGAWA, NAKA_WARD = "131016", "141003", "130001", "140007", "141046"


def zeros(*codes: str) -> str:
    return "\n\n".join(f"{table} {code} total" for table in ("capacity", "applicants") for code in codes)


def test_these_may_send() -> None:
    pairs = [(CHIYODA, CHIYODA), (CHIYODA, TOKYO), (CHIYODA, None), (YOKOHAMA, YOKOHAMA), (YOKOHAMA, None)]
    files, senders = zip(*((zeros(reporter), sender) for reporter, sender in pairs), strict=True)
    assert WAITING.findings(*files, senders=senders) == []


def test_another_prefecture_may_not() -> None:
    assert WAITING.findings(zeros(CHIYODA), senders=[KANAGAWA]) == [
        "relay.sender error capacity!A2 東京都千代田区（131016）の報告が 神奈川県（140007）から送られました。"
        "報告できるのは本人又は経由する 東京都（130001）です。"
    ]


def test_the_prefecture_of_a_designated_city_may_not_for_its_figures_would_count_twice() -> None:
    [told] = WAITING.findings(zeros(YOKOHAMA), senders=[KANAGAWA])
    assert told.endswith("報告できるのは本人又は経由する 神奈川県横浜市（141003）です。")


def test_only_the_misdirected_rows_of_a_file_go_back() -> None:
    checked = WAITING.check(zeros(CHIYODA, YOKOHAMA), senders=[TOKYO])
    assert {v.reporter: v.accepted for v in checked.verdicts} == {CHIYODA: True, YOKOHAMA: False}
    assert [f.place.reporter for _, f in checked.findings] == [YOKOHAMA]


def test_senders_belong_to_their_own_files_of_a_batch() -> None:
    checked = WAITING.check(zeros(CHIYODA), zeros(CHIYODA), zeros(CHIYODA), senders=[TOKYO, KANAGAWA, None])
    assert [n for n, _ in checked.findings] == [1]
    assert [v.accepted for v in checked.verdicts] == [True, False, True]


def test_a_ward_a_prefecture_and_an_unknown_code_are_no_municipality() -> None:
    codes = (NAKA_WARD, TOKYO, "999997")
    assert WAITING.each(*map(zeros, codes)) == [
        [f"relay.reporter error capacity!A2 団体コード {code} は、基準日に存在する市区町村のものではありません。"]
        for code in codes
    ]
