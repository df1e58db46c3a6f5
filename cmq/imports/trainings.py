"""A table of trainings: its template, and its rows understood for one campus. Reads, writes nothing."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cmq.campuses.models import Campus
from cmq.core.errors import Refusal, require
from cmq.core.text import fold
from cmq.imports import cells
from cmq.imports.parsing import Row, parse_table
from cmq.imports.reading import read
from cmq.imports.report import RowError
from cmq.imports.tables import NamedFile, Table
from cmq.imports.template import FORMAT_LIST, Column, Sheet
from cmq.organisations.models import Organisation
from cmq.reference.audiences import LEARNERS
from cmq.reference.models import Commune, CommuneKind
from cmq.reference.queries import folded_place
from cmq.trainings import rules
from cmq.trainings.models import Stage, Training, TrainingKind, Way, current_members
from cmq.trainings.rules import TrainingTerms

MOST_TRAININGS = 10_000
_BATCH = 400


def _code(read_code: Any) -> cells.Parser:
    def parse(value: str) -> str:
        try:
            return str(read_code(value))
        except Refusal as refusal:
            raise cells.CellError(str(refusal)) from refusal

    return parse


def _day(value: str) -> dt.date:
    found = cells.partial_date(value)
    if not found.is_full:
        raise cells.CellError(f"« {value.strip()[:20]} » : donnez le jour, comme 01/09/2026.")
    return found.first


def _words(choices: Iterable[Any]) -> str:
    return cells.described([str(each.value) for each in choices])


TRAININGS = Sheet(
    "formations",
    "Une formation par ligne. L’intitulé, l’organisation, le diplôme et la commune la font reconnaître.",
    (
        Column("intitule", "intitulé", cells.text(250), True, "Aide à domicile : bases de la domotique"),
        Column("organisation", "membre du campus qui la donne : UAI, SIRET ou nom", cells.text(250), True, "0590122M"),
        Column("diplome", "diplôme ou certification", cells.text(200), False, "CAP"),
        Column("niveau", "niveau, de 3 à 8", cells.whole(3, 8), False, "3"),
        Column("rncp", "code RNCP", _code(rules.rncp), False, "RNCP12345"),
        Column("voie", f"voie : {_words(TrainingKind)}", cells.choice(TrainingKind), False, "professionnelle"),
        Column("enseignement", f"enseignement : {_words(Stage)}", cells.choice(Stage), False, "secondaire"),
        Column("modalites", f"{_words(Way)} ; {FORMAT_LIST}", cells.many(cells.choice(Way)), False, "apprentissage"),
        Column("publics", f"{_words(LEARNERS)} ; {FORMAT_LIST}", cells.many(cells.choice(LEARNERS)), False, "salaries"),
        Column("rome", f"métiers visés, codes ROME ; {FORMAT_LIST}", cells.many(_code(rules.rome)), False, "K1304"),
        Column("modules", f"modules ; {FORMAT_LIST}", cells.many(cells.text(200)), False, "Sécurité au domicile"),
        Column("colorations", f"colorations ; {FORMAT_LIST}", cells.many(cells.text(200)), False, "Domotique"),
        Column("commune", "commune : « Nom (département) »", cells.text(120), False, "La Madeleine (59)"),
        Column("adresse", "adresse", cells.text(250)),
        Column("places", "nombre de places", cells.whole(1, 100_000), False, "24"),
        Column("prochaine_rentree", "jour de la prochaine rentrée", _day, False, "01/09/2026"),
        Column("inscription", "adresse pour s’inscrire", cells.web_address, False, "https://exemple.fr/inscription"),
        Column("debut", "offerte depuis ce jour", _day),
        Column("fin", "offerte jusqu’à ce jour", _day),
    ),
    key=("intitule", "organisation", "diplome", "commune"),
)


@dataclass(frozen=True)
class Understood:
    """A table of trainings understood: the good rows with their numbers, and what is wrong with the others."""

    lines: tuple[tuple[int, TrainingTerms], ...]
    errors: tuple[RowError, ...]


def understand(file: NamedFile, campus: Campus, *, on: dt.date) -> Understood:
    """Each row as a training of the campus, or what is wrong with it.

    Raises `Refusal` for a file that cannot be read as a table of trainings at all.
    """
    table = _table(file)
    rows, errors = parse_table(TRAININGS, table)
    header = next((error for error in errors if error.row == 1), None)
    require(header is None, f"L’en-tête n’est pas celui du modèle. {header}")
    finder = _Finder(campus, rows, on=on)
    lines: list[tuple[int, TrainingTerms]] = []
    first: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        try:
            terms = finder.terms(row)
            rules.check(terms, campus)
        except _Wrong as wrong:
            errors.append(row.error(wrong.column, str(wrong)))
        except Refusal as refusal:
            errors.append(row.error("", str(refusal)))
        else:
            commune = terms.commune.pk if terms.commune else None
            key = (terms.organisation.pk, Training.key_of(terms.title, terms.diploma, commune))
            if key in first:
                errors.append(row.error("", _repeats(row, first[key])))
            else:
                first[key] = row
                lines.append((row.number, terms))
    return Understood(tuple(lines), tuple(sorted(errors, key=lambda error: (error.row, error.column))))


def _repeats(row: Row, first: Row) -> str:
    """Why a row that means the training of an earlier one is refused, and what to do with it."""
    differ = [name for name in TRAININGS.headers if name not in TRAININGS.key and row[name] != first[name]]
    if not differ:
        return f"cette ligne répète la ligne {first.number} : supprimez-la, la formation n’est inscrite qu’une fois."
    return (
        f"c’est la formation de la ligne {first.number} (mêmes intitulé, organisation, diplôme et commune), mais elle "
        f"dit autre chose : {', '.join(differ)}. Gardez la bonne des deux lignes."
    )


def _table(file: NamedFile) -> Table:
    tables, errors = read([file])
    require(not errors, str(errors[0]) if errors else "")
    named = [table for table in tables if fold(table.name) == TRAININGS.name]
    chosen = named or tables
    require(chosen, "Ce fichier ne contient aucune ligne sous son en-tête.")
    require(len(chosen) == 1, "Ce classeur a plusieurs feuilles : nommez « formations » celle des formations.")
    table = chosen[0]
    number = len(table.rows) + len(table.misfits)
    require(number, "Ce fichier ne contient aucune ligne sous son en-tête.")
    require(number <= MOST_TRAININGS, f"Trop de lignes : {MOST_TRAININGS} formations au plus par tableau.")
    return table


class _Wrong(Refusal):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class _Finder:
    """What the names in a table mean: members and communes, asked once for all rows."""

    def __init__(self, campus: Campus, rows: Iterable[Row], *, on: dt.date) -> None:
        pks = current_members(campus, on=on).values("organisation")
        self._members: dict[str, list[Organisation]] = defaultdict(list)
        for organisation in Organisation.objects.filter(pk__in=pks):
            for name in {organisation.name, organisation.uai or "", organisation.siret or ""} - {""}:
                self._members[fold(name)].append(organisation)
        typed = {row["commune"] for row in rows if row["commune"]}
        names = sorted({folded_place(_split(text)[0]) for text in typed})
        self._communes: dict[str, list[Commune]] = defaultdict(list)
        for start in range(0, len(names), _BATCH):
            found = Commune.objects.filter(folded_name__in=names[start : start + _BATCH], kind=CommuneKind.COMMUNE)
            for commune in found:
                self._communes[commune.folded_name].append(commune)

    def terms(self, row: Row) -> TrainingTerms:
        """A row as a training. Raises `_Wrong`."""
        return TrainingTerms(
            row["intitule"],
            self._organisation(row["organisation"]),
            row["diplome"] or "",
            row["niveau"],
            row["rncp"] or "",
            row["voie"],
            row["enseignement"],
            row["modalites"] or (),
            row["publics"] or (),
            row["rome"] or (),
            row["modules"] or (),
            row["colorations"] or (),
            self._commune(row["commune"]) if row["commune"] else None,
            row["adresse"] or "",
            row["places"],
            row["prochaine_rentree"],
            row["inscription"] or "",
            row["debut"],
            row["fin"],
        )

    def _organisation(self, text: str) -> Organisation:
        found = self._members[fold(text)] or self._members[fold(text.replace(" ", ""))]
        if not found:
            raise _Wrong("organisation", f"« {text[:60]} » n’est pas membre actuel du campus : inscrivez-le d’abord.")
        if len(found) > 1:
            raise _Wrong("organisation", f"plusieurs membres s’appellent « {text[:60]} » : donnez l’UAI ou le SIRET.")
        return found[0]

    def _commune(self, text: str) -> Commune:
        name, departement = _split(text)
        found = self._communes[folded_place(name)]
        if departement:
            found = [each for each in found if each.departement_id == departement]
        if not found:
            raise _Wrong("commune", f"aucune commune « {text[:80]} » : écrivez « Nom (département) ».")
        if len(found) > 1:
            raise _Wrong("commune", f"plusieurs communes s’appellent « {name[:80]} » : précisez le département.")
        return found[0]


def _split(text: str) -> tuple[str, str]:
    """« La Madeleine (59) » → « La Madeleine », « 59 »."""
    name, bracket, rest = text.partition("(")
    code = rest.strip().removesuffix(")").strip().upper() if bracket else ""
    return name.strip(), code.zfill(2) if code else ""
