"""Conventions of official files, one by one."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.official import cells

FRENCH = st.text(alphabet="abcdefghijklmnopqrstuvwxyz ,.'ABCÉÈÀÇéèêëàâîïôöûüùçœ’«»–", max_size=60)


@given(st.lists(st.tuples(FRENCH, st.sampled_from(["cp1252", "utf-8", "twice"])), max_size=5))
def test_text_of_mixed_encodings_is_mended_whatever_the_mixture(parts: list[tuple[str, str]]) -> None:
    def written(text: str, how: str) -> bytes:
        return text.encode().decode("latin-1").encode() if how == "twice" else text.encode(how)

    # Two neighbours never make a sequence together: a plain sign stands between.
    raw = b"|".join(written(text, how) for text, how in parts)
    assert cells.decode_mixed(raw) == "|".join(text for text, _ in parts)


def test_what_is_written_twice_in_windows_1252_is_mended() -> None:
    assert cells.decode_mixed("MÃ©tier dâ€™art, Ã©levage".encode()) == "Métier d’art, élevage"


@pytest.mark.parametrize(
    ("cell", "value"), [("12", 12), ("1 234", 1234), ("*", None), ("nd", None), ("", None), ("-3", None), ("²", None)]
)
def test_numbers(cell: str, value: int | None) -> None:
    assert cells.whole(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"), [("59.4", 59), ("59,6 %", 60), ("101", None), ("", None), ("nan", None), ("inf", None)]
)
def test_rates(cell: str, value: int | None) -> None:
    assert cells.percent(cell) == value


@pytest.mark.parametrize("cell", ["31/08/2023", "2023-08-31", "2023-08-31T00:00:00+02:00", "20230831"])
def test_dates(cell: str) -> None:
    assert cells.date(cell) == dt.date(2023, 8, 31)


@pytest.mark.parametrize("cell", ["", "31/02/2023", "bientôt", "0000-00-00"])
def test_what_is_no_date_is_unknown(cell: str) -> None:
    assert cells.date(cell) is None


def test_codes_take_their_one_form() -> None:
    assert [cells.rncp(c) for c in ("37307", "RNCP37307", "rncp 1", "", "RS5000")] == [
        "RNCP37307",
        "RNCP37307",
        "",
        "",
        "",
    ]
    assert [cells.rome(c) for c in ("A1416 - Polyculture", "z9999", "")] == ["A1416", "", ""]
    assert [cells.level(c) for c in ("NIV5", "5", "niveau 4", "REPRISE", "9", "")] == [5, 5, 4, None, None, None]
    assert [cells.yes(c) for c in ("O", "non", "1", "", "?")] == [True, False, True, None, None]


def test_foreign_text_loses_its_tags_and_keeps_its_paragraphs() -> None:
    hostile = "<p>Soigner &amp; aider</p><script>alert(1)</script><ul><li>laver</li><li onclick=x>nourrir</li></ul>"
    assert cells.plain(hostile) == "Soigner & aider\nlaver\nnourrir"
    assert cells.plain("a < b et c > d") == "a < b et c > d"
