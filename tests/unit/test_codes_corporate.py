"""Corporate numbers."""

import pytest

from keiyu.codes.corporate import check_digit, is_valid
from keiyu.codes.errors import MalformedCodeError


@pytest.mark.parametrize("number", ["8000012010038", "7000012050002", "8000020131016"])
def test_numbers_in_force(number: str) -> None:
    assert is_valid(number)
    assert check_digit(number[1:]) == number[0]


@pytest.mark.parametrize(
    "text", ["", "8000012010039", "000012010038", "８000012010038", "80000120100380", "T800001201003"]
)
def test_what_is_not_a_corporate_number(text: str) -> None:
    assert not is_valid(text)


def test_a_base_number_has_twelve_digits() -> None:
    with pytest.raises(MalformedCodeError, match="12桁の基礎番号"):
        check_digit("8000012010038")
