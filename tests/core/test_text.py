"""Text brought to one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.core.text import agreed, fold, one_line, slug_of


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("L’Île-d'Yeu", "l ile d yeu"),
        ("Œuvres & Cœur", "oeuvres coeur"),
        ("  ÉCO-construction  ", "eco construction"),
        ("", ""),
        ("<script>alert(1)</script>", "script alert 1 script"),
    ],
)
def test_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_one_line_has_no_control_character(text: str) -> None:
    line = one_line(text)
    assert line.isprintable() or not any(ord(c) < 32 for c in line)
    assert line == " ".join(line.split())


def test_slugs_are_cut_between_words() -> None:
    assert slug_of("mot " * 40, max_length=10) == "mot-mot"


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "dossier déposé, à lire"), (1, "dossier déposé, à lire"), (2, "dossiers déposés, à lire")],
)
def test_a_wording_agrees_with_its_number(count: int, said: str) -> None:
    assert agreed("dossier(s) déposé(s), à lire", count) == said
