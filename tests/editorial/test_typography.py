"""What French print asks of spaces, quotes and apostrophes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.core.text import fold
from cmq.editorial.typography import NARROW, NBSP, french

SIGNS = st.text(st.sampled_from(list("aé1 «»\"'’;:!?.,-–…%€()[]\n") + [NBSP, NARROW]), max_size=60)


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Vraiment ?", f"Vraiment{NARROW}?"),
        ("Vraiment?", f"Vraiment{NARROW}?"),
        ("Quoi ?!", f"Quoi{NARROW}?!"),
        ("Un point ; un autre", f"Un point{NARROW}; un autre"),
        ("Deux choses : l'eau", f"Deux choses{NBSP}: l’eau"),
        ("Deux choses: trois", f"Deux choses{NBSP}: trois"),
        ('Le "mot" juste', f"Le «{NBSP}mot{NBSP}» juste"),
        ("Le « mot » juste", f"Le «{NBSP}mot{NBSP}» juste"),
        ("Le «mot» juste", f"Le «{NBSP}mot{NBSP}» juste"),
        ("aujourd'hui, l'élève", "aujourd’hui, l’élève"),
        ("Attendez...", "Attendez…"),
        ("Lille - Berck", "Lille – Berck"),
        ("10 000 euros, 1 250 000 habitants", f"10{NARROW}000 euros, 1{NARROW}250{NARROW}000 habitants"),
        ("25 % à 30 km", f"25{NBSP}% à 30{NBSP}km"),
        ("12 €", f"12{NBSP}€"),
        ("n° 3, p. 12, Mme Roux", f"n°{NBSP}3, p.{NBSP}12, Mme{NBSP}Roux"),
        # What must stay as it is.
        ("À 10:30", "À 10:30"),
        ("https://exemple.fr/?q=1;b", "https://exemple.fr/?q=1;b"),
        ("En 2024 150 élèves", "En 2024 150 élèves"),
        ("06 12 34 56 78", "06 12 34 56 78"),
        ("peut-être", "peut-être"),
        ('un écran de 12"', 'un écran de 12"'),
        ("", ""),
    ],
)
def test_what_is_typed_becomes_what_is_printed(typed: str, set_: str) -> None:
    assert french(typed) == set_


@given(SIGNS)
def test_what_is_set_stays_set(text: str) -> None:
    assert french(french(text)) == french(text)


@given(st.text(max_size=80))
def test_no_word_is_changed(text: str) -> None:
    bare = re.compile(r"[\W_]+")
    assert bare.sub("", french(text)) == bare.sub("", text)


@given(SIGNS)
def test_words_stay_apart(text: str) -> None:
    assert fold(french(text)).split() == fold(text).split()
