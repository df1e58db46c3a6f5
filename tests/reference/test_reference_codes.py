"""UAI, postcodes and the rest: what is accepted, what is refused."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from cmq.reference import codes

REAL = ["0590122M", "0010001W", "6200665D", "9740049K", "0753291V"]
DIGITS = st.text("0123456789", min_size=7, max_size=7)


@pytest.mark.parametrize("uai", REAL)
def test_real_uai_are_accepted(uai: str) -> None:
    assert codes.is_uai(uai)
    codes.validate_uai(uai)


@pytest.mark.parametrize(
    "value", ["", "0590122", "0590122m", "0590122N", "590122M", " 0590122M", "0590122M\n", "٠٥٩٠١٢٢M", "059012２M"]
)
def test_what_is_not_a_uai_is_refused(value: str) -> None:
    assert not codes.is_uai(value)
    with pytest.raises(ValidationError):
        codes.validate_uai(value)


@given(digits=DIGITS, place=st.integers(0, 6), other=st.sampled_from("0123456789"))
def test_any_changed_digit_is_refused(digits: str, place: int, other: str) -> None:
    uai = digits + codes.uai_check_letter(digits)
    changed = uai[:place] + other + uai[place + 1 :]
    assert codes.is_uai(changed) == (changed == uai)


@given(digits=DIGITS, place=st.integers(0, 5))
def test_two_exchanged_neighbours_are_refused(digits: str, place: int) -> None:
    uai = digits + codes.uai_check_letter(digits)
    changed = uai[:place] + uai[place + 1] + uai[place] + uai[place + 2 :]
    assert codes.is_uai(changed) == (changed == uai)


@given(st.text(max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    codes.is_uai(text)
    codes.normalize_uai(text)
    codes.normalize_postcode(text)
    codes.without_cedex(text)


def test_a_check_letter_needs_seven_digits() -> None:
    with pytest.raises(ValueError, match="seven digits"):
        codes.uai_check_letter("59012")


def test_a_uai_is_read_as_people_type_it() -> None:
    assert codes.normalize_uai(" 0590122 m ") == "0590122M"
    assert codes.normalize_uai("0590122X") is None
    assert codes.normalize_uai("0" * 10_000) is None


@pytest.mark.parametrize(
    ("uai", "departement"),
    [("0590122M", "59"), ("6200665D", "2A"), ("7200583N", "2B"), ("9740049K", "974"), ("9840004G", "987"),
     ("9830001J", "988")],
)  # fmt: skip
def test_departement_of_a_uai(uai: str, departement: str) -> None:
    assert codes.uai_departement(uai) == departement


def test_a_postcode_gets_its_zero_back() -> None:
    assert codes.normalize_postcode("1505") == "01505"
    assert codes.normalize_postcode("59 000") == "59000"
    assert codes.normalize_postcode("590000") is None
    assert codes.normalize_postcode("2A000") is None


def test_departement_of_a_postcode() -> None:
    assert codes.postcode_departement("59110") == "59"
    assert codes.postcode_departement("97400") == "974"


def test_cedex_is_taken_off() -> None:
    assert codes.without_cedex("LILLE CEDEX 09") == "LILLE"
    assert codes.without_cedex("Cedexville") == "Cedexville"
