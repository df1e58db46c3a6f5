"""Small files of the template for tests."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook

from cmq.imports.tables import NamedFile

A_SOURCE = "Journal d’essai 01/02/2024 <https://exemple.fr/article>"
A_CAMPUS = {
    "nom": "Campus d’essai des métiers du bois",
    "region": "Grand Est",
    "sigle": "CEMB",
    "filiere": "Matériaux, matériaux innovants",
    "filiere_deduite": "oui",
    "academies": "Nancy-Metz | Reims",
    "siege": "Épinal (88)",
    "territoire": "88 | Ardennes",
    "autres_noms": "ancien : Campus du bois d’essai",
    "fiabilite": "haute",
    "sources": A_SOURCE,
    "constate_le": "01/02/2024",
}
A_DECISION = {
    "campus": A_CAMPUS["nom"],
    "region": "Grand Est",
    "evenement": "obtenu",
    "date": "02/2024",
    "categorie": "excellence",
    "duree_ans": "3",
    "sources": A_SOURCE,
}
A_MEMBER = {
    "campus": A_CAMPUS["nom"],
    "organisation": "Lycée Valentine Labbé",
    "nature": "lycee",
    "role": "support",
    "uai": "0590122M",
    "commune": "La Madeleine (59)",
    "sources": A_SOURCE,
}


def a_csv(sheet: str, *rows: Mapping[str, str], delimiter: str = ";", encoding: str = "utf-8") -> NamedFile:
    """A CSV of these rows; its header is every column that one of them has."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return NamedFile(f"{sheet}.csv", out.getvalue().encode(encoding))


def raw(text: str, name: str = "campus.csv") -> NamedFile:
    """A CSV written by hand."""
    return NamedFile(name, text.encode())


def a_workbook(sheets: Mapping[str, Iterable[Iterable[Any]]]) -> NamedFile:
    """A workbook: sheet name → rows, header first."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        tab = workbook.create_sheet(name)
        for row in rows:
            tab.append(list(row))
    return saved(workbook)


def saved(workbook: Workbook, name: str = "classeur.xlsx") -> NamedFile:
    """A workbook as a file."""
    out = io.BytesIO()
    workbook.save(out)
    return NamedFile(name, out.getvalue())


def with_part(file: NamedFile, part: str, content: bytes) -> NamedFile:
    """The same package with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file.content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return NamedFile(file.name, out.getvalue())
