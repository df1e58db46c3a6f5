"""Cells: what is understood, and what a spreadsheet has ruined is refused with the reason."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.campuses.models import CampusField, NameKind
from cmq.core.partial_dates import PartialDate
from cmq.imports import cells
from cmq.imports.cells import CellError, SourceText
from cmq.imports.template import SHEETS
from cmq.organisations.codes import is_siret
from cmq.reference.codes import uai_check_letter

GOOD_SIRET = "21590350100017"


def refused(parse: cells.Parser, value: str) -> str:
    with pytest.raises(CellError) as caught:
        parse(value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2,17003E+13", "le tableur a arrondi ce SIRET"),
        ("2.17003E+13", "le tableur a arrondi ce SIRET"),
        ("2.1590350100017E13", "le tableur a arrondi ce SIRET"),
        ("0590122M", "est un UAI, pas un SIRET"),
        ("21590350100018", "chiffre de contrôle est faux"),
        ("2159035010001", "n’a que 13 chiffres sur 14"),
        ("douze", "n’est pas un SIRET"),
    ],
)
def test_a_ruined_siret_is_refused_with_the_reason(value: str, reason: str) -> None:
    assert reason in refused(cells.siret, value)


def test_a_siret_that_lost_its_first_zero_is_shown_whole() -> None:
    whole = next(f"{number:014}" for number in range(57_207_840_123, 57_207_840_133) if is_siret(f"{number:014}"))
    assert f"sans doute {whole}" in refused(cells.siret, whole.lstrip("0"))


def test_a_siret_keeps_its_digits_whatever_the_spaces() -> None:
    assert is_siret(GOOD_SIRET)
    assert cells.siret("215 903 501 00017") == GOOD_SIRET


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("590122M", "a perdu un zéro au début (tableur) : sans doute 0590122M"),
        ("0590122A", "la lettre de contrôle devrait être M"),
        (GOOD_SIRET, "est un SIRET, pas un UAI"),
        ("5,90122E+5", "le tableur a arrondi ce UAI"),
        ("Lille", "n’est pas un UAI"),
    ],
)
def test_a_ruined_uai_is_refused_with_the_reason(value: str, reason: str) -> None:
    assert reason in refused(cells.uai, value)


@given(st.integers(min_value=0, max_value=9_999_999))
def test_every_uai_is_read_back_and_never_without_its_zeros(number: int) -> None:
    uai = f"{number:07}" + uai_check_letter(f"{number:07}")
    assert cells.uai(f" {uai.lower()} ") == uai
    if uai.startswith("0"):
        refused(cells.uai, uai.lstrip("0"))


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2017", PartialDate(2017)),
        ("02/2017", PartialDate(2017, 2)),
        ("2017-02", PartialDate(2017, 2)),
        ("13/02/2017", PartialDate(2017, 2, 13)),
        ("2017-02-13", PartialDate(2017, 2, 13)),
    ],
)
def test_a_date_keeps_its_precision(value: str, date: PartialDate) -> None:
    assert cells.partial_date(value) == date


@pytest.mark.parametrize("value", ["42779", "42779,0", "42779.5"])
def test_a_serial_number_is_no_date(value: str) -> None:
    assert "le tableur a changée en numéro" in refused(cells.partial_date, value)


@pytest.mark.parametrize("value", ["31/02/2017", "hier", "13/02/17", "février 2017", "2017-13"])
def test_what_is_no_date_is_refused(value: str) -> None:
    assert "n’est pas une date" in refused(cells.partial_date, value)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)))
def test_every_day_written_as_the_french_or_as_iso_is_that_day(day: dt.date) -> None:
    french = f"{day:%d/%m}/{day.year}"
    assert cells.partial_date(day.isoformat()) == cells.partial_date(french) == PartialDate.of(day)


@pytest.mark.parametrize("value", ["=cmd|' /C calc'!A0", "@SUM(1)", "+HYPERLINK(1)", "-A1", "  =1+1", "+(1)"])
def test_a_formula_is_refused(value: str) -> None:
    assert "formule de tableur interdite" in refused(cells.check_signs, value)


@pytest.mark.parametrize("value", ["-5 %", "+ de 40 membres", "Métiers d’art", "a = b", "–", "– avec l’IUT"])
def test_plain_text_is_no_formula(value: str) -> None:
    cells.check_signs(value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("a\x00b", "caractère de contrôle interdit (code 0)"),
        ("a\x1bb", "caractère de contrôle interdit (code 27)"),
        ("\x9d", "caractère de contrôle"),
        ("#REF!", "est une erreur du tableur"),
        ("#NOM?", "est une erreur du tableur"),
        ("Lyc\ufffde", "des caractères ont été perdus"),
        ("LycÃ©e", "les accents sont abîmés"),
        ("lâ€™eau", "les accents sont abîmés"),
    ],
)
def test_traces_of_accidents_are_refused(value: str, reason: str) -> None:
    assert reason in refused(cells.check_signs, value)


@given(st.text(alphabet="aàâäæcçeéèêëiîïoôöœuùûüÿñ’'«» -ÉÈÀÇ°·", max_size=80))
def test_french_is_never_taken_for_damaged_text(value: str) -> None:
    if not value.strip().startswith(("-", "=", "@", "+")):
        cells.check_signs(value)


@given(st.text(max_size=60))
def test_no_text_makes_a_parser_crash(value: str) -> None:
    """Whatever a cell holds, the answer is a value or a French sentence."""
    for column in (column for sheet in SHEETS for column in sheet.columns):
        try:
            cells.check_signs(value)
            if value.strip():
                column.parse(value)
        except CellError as error:
            assert str(error)


def test_sources_are_titles_with_their_addresses() -> None:
    parse = cells.many(cells.source)
    assert parse("Défi métiers 11/02/2020 <https://exemple.fr/a> | Région Picardie | ") == (
        SourceText("Défi métiers 11/02/2020", "https://exemple.fr/a"),
        SourceText("Région Picardie"),
    )


@pytest.mark.parametrize(
    "value",
    ["<https://exemple.fr>", "Titre <ftp://exemple.fr>", "Titre https://exemple.fr", "A <https://a.fr> B", "A <<"],
)
def test_a_source_without_a_title_or_with_a_false_address_is_refused(value: str) -> None:
    assert refused(cells.source, value)


@pytest.mark.parametrize(
    ("title", "date"),
    [
        ("Défi métiers 11/02/2020", PartialDate(2020, 2, 11)),
        ("Banque des Territoires mars 2021", PartialDate(2021, 3)),
        ("Focus OI 11/2024", PartialDate(2024, 11)),
        ("L’Étudiant EducPros 2013", PartialDate(2013)),
        ("Site du campus", None),
        ("Destimed 11/12/2019 et 21/09/2021", None),
        ("Dossier 31/02/2020", None),
        ("Arrêté n° 12/34/2020/5", None),
    ],
)
def test_the_date_of_a_source_is_the_only_one_of_its_title(title: str, date: PartialDate | None) -> None:
    assert SourceText(title).published_on == date


def test_choices_forgive_case_accents_and_labels() -> None:
    parse = cells.choice(CampusField)
    assert parse("Derniere_Activite") is parse("dernière trace d’activité") is CampusField.LAST_SEEN
    assert "Valeurs possibles : « nom », « sigle »" in refused(parse, "couleur")


def test_other_names_say_their_nature_or_are_spellings() -> None:
    parse = cells.name_with_kind(NameKind, NameKind.SPELLING)
    assert parse("ancien : Textile, Mode") == ("Textile, Mode", NameKind.FORMER)
    assert parse("Énergie : demain") == ("Énergie : demain", NameKind.SPELLING)


def test_numbers_and_yes_no_are_what_they_say() -> None:
    assert cells.whole(1, 5)("3") == 3
    for value in ("0", "6", "3,5", "trois", "-1", "٣"):
        assert "nombre entier de 1 à 5" in refused(cells.whole(1, 5), value)
    assert cells.yes_no("Oui") is True and cells.yes_no("non") is False
    assert refused(cells.yes_no, "peut-être")


def test_addresses_begin_with_http_and_have_a_host() -> None:
    assert cells.web_address(" https://exemple.fr/é ") == "https://exemple.fr/é"
    for value in ("javascript:alert(1)", "exemple.fr", "https://", "http://[", "https://a b.fr"):
        assert "n’est pas une adresse web" in refused(cells.web_address, value)
