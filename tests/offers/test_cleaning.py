"""What may be kept of a stranger's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.offers.cleaning import MASKED_ADDRESS, MASKED_NUMBER, clean_line, clean_text, mask_contacts, twin_key


@pytest.mark.parametrize(
    "number",
    [
        "06 01 02 03 04",
        "0601020304",
        "06.01.02.03.04",
        "+33 6 01 02 03 04",
        "+33 (0)6 01 02 03 04",
        "0033601020304",
        "03-21-00-00-00",
    ],
)
def test_telephone_numbers_are_hidden_however_they_are_written(number: str) -> None:
    assert mask_contacts(f"Appelez le {number}, merci.") == f"Appelez le {MASKED_NUMBER}, merci."


@pytest.mark.parametrize(
    "address",
    [
        "jeanne.p@exemple.fr",
        "RH+emploi@sous.exemple.co.uk",
        "rh @ exemple.fr",
        "rh(at)exemple.fr",
        "rh [arobase] exemple.fr",
    ],
)
def test_addresses_are_hidden_however_they_are_written(address: str) -> None:
    assert mask_contacts(f"Écrire à {address} vite") == f"Écrire à {MASKED_ADDRESS} vite"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Demandez Mme Jeanne Personne au siège.", "Demandez Mme [nom masqué] au siège."),
        ("M. DE LA TOUR vous reçoit", "M. [nom masqué] vous reçoit"),
        ("Écrire à Madame Marie-Ève d’Exemple.", "Écrire à Madame [nom masqué]."),
        ("Mr J. Personne, chef", "Mr [nom masqué], chef"),
        ("Contact : Jeanne PERSONNE", "Contact : [nom masqué]"),
        ("votre tutrice : Ève EXEMPLE, cheffe", "votre tutrice : [nom masqué], cheffe"),
    ],
)
def test_names_that_are_presented_as_such_are_hidden(text: str, kept: str) -> None:
    assert clean_text(text) == kept == clean_text(kept)
    assert clean_line(text, longest=200) == kept


@pytest.mark.parametrize(
    "text",
    [
        "Madame, Monsieur, le poste est à Berck",
        "Monsieur le maire recrute",
        "Contact : Mairie de Berck",
        "Contact : service RH",
        "Maîtrise de CATIA et SolidWorks",
        "Lieu : Lille Centre",
        "Madame Monsieur",
    ],
)
def test_other_capitals_are_left(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "text", ["SIRET 73282932000074", "35H, 12 34 56", "de 2026 à 2027", "1900 à 2 100 € @ Lille", "59000 Lille"]
)
def test_other_figures_are_left(text: str) -> None:
    assert mask_contacts(text) == text


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("<p>Un</p><p>Deux</p>", "Un\nDeux"),
        ("Un<br/>Deux", "Un\nDeux"),
        ("<script>alert(1)</script>Soigner", "Soigner"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Soigner", "alert(1) Soigner"),
        ("&amp;lt;b&amp;gt;Soigner", "Soigner"),
        ("a < b et c > d &amp; e", "a < b et c > d & e"),
        ("<img src=x onerror=alert(1)>Soin", "Soin"),
        ("Soin\u202e\u0000\u200b", "Soin"),
        (None, ""),
        (12, ""),
    ],
)
def test_no_tag_is_left(raw: object, kept: str) -> None:
    assert clean_text(raw) == kept


@given(st.text(max_size=400))
def test_cleaning_twice_changes_nothing_and_lets_no_tag_pass(text: str) -> None:
    once = clean_text(text)
    assert "<script" not in once.lower() and "\x00" not in once
    assert clean_text(once).split() == once.split() or "&" in once or "<" in once


@given(st.text(max_size=600), st.integers(20, 200))
def test_a_line_is_one_line_and_no_longer_than_asked(text: str, longest: int) -> None:
    line = clean_line(text, longest=longest)
    assert len(line) <= longest and "\n" not in line and line == line.strip()


def test_a_hostile_text_takes_no_time() -> None:
    for text in ("a" * 200_000, "<" * 200_000, "0" * 200_000, "a@" * 100_000, "(at)" * 50_000):
        assert len(clean_text(text)) <= 20_000


def test_twins_need_an_employer_a_title_and_a_commune() -> None:
    same = {twin_key(employer=name, folded_title="soudeur", commune="62108") for name in ("Été SA", "ETE  sa")}
    assert len(same) == 1 and same != {""}
    assert twin_key(employer="", folded_title="soudeur", commune="62108") == ""
    assert twin_key(employer="A", folded_title="soudeur", commune="") == ""
