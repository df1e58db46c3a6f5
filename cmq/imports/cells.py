"""One cell of a template: its text understood, or a French sentence that says what is wrong with it. Pure functions."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cmq.core.partial_dates import MONTHS, PartialDate
from cmq.core.text import fold, one_line
from cmq.organisations.codes import is_siret
from cmq.reference.codes import is_uai, normalize_uai, uai_check_letter

Parser = Callable[[str], Any]
AnyEnum = TypeVar("AnyEnum", bound=Enum)

LIST_SEPARATOR = "|"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# A formula begins so; « -5 % » or « + de 40 membres » does not.
_FORMULA = re.compile(r"\s*(?:[=@]|[+-][A-Za-z(=@])")
_SPREADSHEET_ERRORS = frozenset(
    "#N/A #REF! #NAME? #VALUE! #DIV/0! #NUM! #NULL! #NOM? #VALEUR! #NOMBRE! #NUL! #SPILL! #CALC!".split()  # noqa: SIM905
)
_LOST_SIGN = "\ufffd"
# What « é », « è », « ’ », « É », « ° »… become when UTF-8 is read as Windows text and saved again.
_READ_TWICE = re.compile(r"Ã[\u0080-\u00bf‰€Š‡]|â€[™œ“”¦\u009d]|Â[°«»\u00a0]")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+")
_SERIAL_DATE = re.compile(r"\d{5}(?:[.,]\d+)?")
_SPACES = re.compile(r"\s+")
_SOURCE = re.compile(r"(?P<title>(?:[^<>]*[^<>\s])?)\s*(?:<(?P<url>[^<>\s]+)>)?")
_DATES_IN_TITLE = re.compile(
    r"(?<![\d/])(?:(?:\d{1,2}/)?\d{1,2}/)?(?:19|20)\d{2}(?![\d/])|\b(?:" + "|".join(MONTHS) + r")\s+(?:19|20)\d{2}\b"
)


class CellError(ValueError):
    """What is wrong with a cell: a French sentence."""


@dataclass(frozen=True)
class SourceText:
    """A source as a cell gives it."""

    title: str
    url: str = ""

    @property
    def published_on(self) -> PartialDate | None:
        """The date that the title bears, when it bears exactly one."""
        return date_in(self.title)


def check_signs(text: str) -> None:
    """Raise `CellError` for what no cell may hold: control characters, formulas, a spreadsheet's accidents."""
    if found := _CONTROL.search(text):
        raise CellError(f"caractère de contrôle interdit (code {ord(found[0])}) : retapez le texte de la cellule.")
    if text.strip() in _SPREADSHEET_ERRORS:
        raise CellError(f"« {text.strip()} » est une erreur du tableur, pas une valeur.")
    if _FORMULA.match(text):
        raise CellError("formule de tableur interdite : remplacez-la par sa valeur (collage spécial, valeurs seules).")
    if _LOST_SIGN in text:
        raise CellError("des caractères ont été perdus (« � ») : reprenez le fichier d’origine, en UTF-8.")
    if _READ_TWICE.search(text):
        raise CellError("les accents sont abîmés (« Ã© » pour « é ») : le fichier a été lu dans le mauvais codage.")


def text(longest: int, *, lines: bool = False) -> Parser:
    """A parser of text of at most `longest` signs, on one line unless `lines`."""

    def parse(value: str) -> str:
        cleaned = value.strip() if lines else one_line(value)
        if len(cleaned) > longest:
            raise CellError(f"texte trop long : {len(cleaned)} caractères, {longest} au plus.")
        return cleaned

    return parse


def choice(choices: Iterable[AnyEnum]) -> Callable[[str], AnyEnum]:
    """A parser of one of a fixed list, by its word or its label; case and accents forgiven."""
    given = [each for each in choices if each.value]
    known = {fold(str(each.value)): each for each in given}
    known |= {fold(str(getattr(each, "label", each.value))): each for each in given}

    def parse(value: str) -> AnyEnum:
        if fold(value) not in known:
            words = ", ".join(f"« {each.value} »" for each in given)
            raise CellError(f"« {one_line(value)[:60]} » n’est pas une valeur prévue. Valeurs possibles : {words}.")
        return known[fold(value)]

    return parse


def yes_no(value: str) -> bool:
    """« oui » or « non »."""
    answers = {"oui": True, "o": True, "vrai": True, "1": True, "non": False, "n": False, "faux": False, "0": False}
    if fold(value) not in answers:
        raise CellError(f"« {one_line(value)[:60]} » : écrivez « oui » ou « non ».")
    return answers[fold(value)]


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """A parser of a whole number between two bounds."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value.strip()) or not lowest <= int(value) <= highest:
            raise CellError(f"« {one_line(value)[:60]} » : écrivez un nombre entier de {lowest} à {highest}.")
        return int(value)

    return parse


def partial_date(value: str) -> PartialDate:
    """« 2017 », « 02/2017 », « 2017-02 », « 13/02/2017 » or « 2017-02-13 »."""
    typed = value.strip()
    if _SERIAL_DATE.fullmatch(typed):
        raise CellError(
            f"« {typed} » est une date que le tableur a changée en numéro : mettez la colonne au format Texte et "
            "retapez la date."
        )
    try:
        return PartialDate.parse(typed)
    except ValueError as error:
        raise CellError(
            f"« {one_line(typed)[:40]} » n’est pas une date. Écrivez 2017, 02/2017 ou 13/02/2017 "
            "(ou 2017-02, 2017-02-13)."
        ) from error


def uai(value: str) -> str:
    """A UAI whose check letter is right; spaces and lower case are forgiven."""
    typed = _SPACES.sub("", value).upper()
    found = normalize_uai(value)
    if found:
        return found
    _refuse_scientific(typed, "UAI")
    if re.fullmatch(r"[0-9]{14}", typed):
        raise CellError(f"« {typed} » est un SIRET, pas un UAI : les colonnes sont-elles mélangées ?")
    if re.fullmatch(r"[0-9]{5,6}[A-Z]", typed):
        padded = typed.zfill(8)
        likely = f" : sans doute {padded}" if is_uai(padded) else ""
        raise CellError(f"« {typed} » a perdu un zéro au début (tableur){likely}. Mettez la colonne au format Texte.")
    if re.fullmatch(r"[0-9]{7}[A-Z]", typed):
        raise CellError(f"« {typed} » : la lettre de contrôle devrait être {uai_check_letter(typed[:7])}.")
    raise CellError(f"« {typed[:40]} » n’est pas un UAI (7 chiffres et une lettre, par exemple 0590122M).")


def siret(value: str) -> str:
    """A SIRET whose check digit is right; spaces are forgiven."""
    typed = _SPACES.sub("", value)
    if is_siret(typed):
        return typed
    _refuse_scientific(typed, "SIRET")
    if is_uai(typed.upper()):
        raise CellError(f"« {typed} » est un UAI, pas un SIRET : les colonnes sont-elles mélangées ?")
    if re.fullmatch(r"[0-9]{9,13}", typed):
        padded = typed.zfill(14)
        likely = f" : sans doute {padded}" if is_siret(padded) else ""
        raise CellError(
            f"« {typed} » n’a que {len(typed)} chiffres sur 14, le tableur a pu retirer des zéros{likely}. "
            "Mettez la colonne au format Texte."
        )
    if re.fullmatch(r"[0-9]{14}", typed):
        raise CellError(f"« {typed} » n’est pas un SIRET : son chiffre de contrôle est faux.")
    raise CellError(f"« {typed[:40]} » n’est pas un SIRET (14 chiffres).")


def nor(value: str) -> str:
    """The number of an act, like MENE1925423A."""
    typed = _SPACES.sub("", value).upper()
    if not re.fullmatch(r"[A-Z]{4}[0-9]{7}[A-Z]", typed):
        raise CellError(f"« {typed[:40]} » n’est pas un NOR : il s’écrit comme MENE1925423A.")
    return typed


def web_address(value: str) -> str:
    """An http(s) address with a host."""
    typed = value.strip()
    try:
        parts = urlsplit(typed)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or _SPACES.search(typed):
        raise CellError(f"« {one_line(typed)[:80]} » n’est pas une adresse web : elle commence par https://.")
    return typed


def many(parse_one: Parser) -> Callable[[str], tuple[Any, ...]]:
    """A parser of values set apart by « | », none twice."""

    def parse(value: str) -> tuple[Any, ...]:
        parts = [part.strip() for part in value.split(LIST_SEPARATOR)]
        return tuple(dict.fromkeys(parse_one(part) for part in parts if part))

    return parse


def source(value: str) -> SourceText:
    """« titre <adresse> », or a title alone."""
    found = _SOURCE.fullmatch(value.strip())
    if not found or not one_line(found["title"]):
        raise CellError(f"« {one_line(value)[:80]} » : écrivez une source « titre <https://adresse> ».")
    title = text(300)(found["title"])
    if re.search(r"https?://", title):
        raise CellError(f"« {title[:80]} » : mettez l’adresse de la source entre « < » et « > », après son titre.")
    url = text(600)(web_address(found["url"])) if found["url"] else ""
    return SourceText(title, url)


def date_in(title: str) -> PartialDate | None:
    """The only date written in a title (« Défi métiers 11/02/2020 », « Banque des Territoires mars 2021 »), or None."""
    found = _DATES_IN_TITLE.findall(title)
    if len(found) != 1:
        return None
    words = found[0].split()
    try:
        if len(words) == 2:
            return PartialDate(int(words[1]), MONTHS.index(words[0]) + 1)
        return PartialDate.parse(found[0])
    except ValueError:
        return None


def name_with_kind(kinds: type[AnyEnum], usual: AnyEnum) -> Callable[[str], tuple[str, AnyEnum]]:
    """A parser of « kind : name », or a name alone, which is of the usual kind."""
    words = {fold(str(each.value)): each for each in kinds}

    def parse(value: str) -> tuple[str, AnyEnum]:
        head, colon, tail = value.partition(":")
        if colon and fold(head) in words and one_line(tail):
            return text(250)(tail), words[fold(head)]
        return text(250)(value), usual

    return parse


def described(values: Sequence[str]) -> str:
    """A list of words for a French sentence."""
    return ", ".join(f"« {value} »" for value in values)


def _refuse_scientific(typed: str, name: str) -> None:
    if _SCIENTIFIC.fullmatch(typed):
        raise CellError(
            f"« {typed} » : le tableur a arrondi ce {name} et ses chiffres sont perdus. Mettez la colonne au format "
            f"Texte, puis recopiez le {name} depuis sa source."
        )
