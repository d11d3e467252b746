"""Corporate numbers (法人番号): thirteen digits, the first a check digit.

Source: 行政手続における特定の個人を識別するための番号の利用等に関する法律施行令第35条 (thirteen digits) and
法人番号の指定等に関する省令（平成26年財務省令第70号）第2条 (the check digit).
"""

from keiyu.codes.errors import MalformedCodeError


def check_digit(base12: str) -> str:
    """Return the check digit of a 12-digit base number (基礎番号).

    Nine minus the remainder by 9 of the weighted sum, the weights being 1 and 2 in turn from the right.

    Raises:
        MalformedCodeError: not twelve digits.
    """
    if not _digits(base12, 12):
        raise MalformedCodeError(base12, "12桁の基礎番号", "a 12-digit base number")
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(base12)))
    return str(9 - total % 9)


def is_valid(text13: str) -> bool:
    """Return whether a text is thirteen ASCII digits, the first the right check digit."""
    return _digits(text13, 13) and check_digit(text13[1:]) == text13[0]


def _digits(text: str, width: int) -> bool:
    return len(text) == width and text.isascii() and text.isdigit()
