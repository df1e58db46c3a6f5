"""The documents of the procedure: the same words as text and as a tagged PDF, none of them markup."""

import base64
import datetime as dt
import io
import re

from pypdf import PdfReader

from cmq.core import documents
from cmq.core.documents import Document, Part, Picture, Table

NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
TRAPS = "#let x = 1 *gras* = Titre `code` $x^2$ <étiquette> @renvoi // rien \\ fin"
WHOLE = Document(
    "Procès-verbal",
    "Démonstration",
    [Part(paragraphs=["Sans titre.", TRAPS]), Part("Présences", ["Avant."], ["Une", f"Deux {TRAPS}"], ["Après 🎓."])],
)


def test_the_text_says_everything_in_order() -> None:
    said = documents.text(WHOLE)
    order = [
        "Procès-verbal",
        "Démonstration",
        "Sans titre.",
        "Présences\n---------",
        "Avant.",
        "- Une\n- Deux",
        "Après 🎓.",
    ]
    assert sorted(order, key=said.index) == order
    assert said.count(TRAPS) == 2


def test_the_pdf_is_tagged_and_takes_nothing_as_markup() -> None:
    reader = PdfReader(io.BytesIO(documents.pdf(WHOLE, at=NOW)))
    said = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert reader.metadata.title == "Procès-verbal"
    assert "<pdfuaid:part>1</pdfuaid:part>" in reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert said.count("#let x = 1 *gras* = Titre") == 2 and "Après ?." in said
    assert said.count("Démonstration") == 2


def test_an_empty_document_is_still_one() -> None:
    assert documents.pdf(Document("Rien", "", []), at=NOW).startswith(b"%PDF")


def test_tables_and_pictures_are_tagged_and_said_in_words() -> None:
    part = Part(
        "Chiffres",
        tables=[Table(f"Par an {TRAPS}", ["Année", "Valeur"], [["2024", "12"], ["2025", TRAPS]])],
        pictures=[Picture("illustrations/dessin.PNG", base64.b64decode(PIXEL), "Un point noir", "Photo : personne")],
    )
    whole = Document("Bilan", "", [part])
    assert "Année | Valeur\n2024 | 12" in documents.text(whole) and "[Un point noir]" in documents.text(whole)
    made = documents.pdf(whole, at=NOW)
    assert b"Un point noir" in made or b"/Alt" in made
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    assert "Photo : personne" in said and "2024" in said


def test_a_short_table_stays_with_its_caption_and_a_long_one_goes_on() -> None:
    def pages_of(rows: int, before: int) -> list[str]:
        table = Table("Légende du tableau", ["Ligne", "Valeur"], [[f"ligne {number}", "x"] for number in range(rows)])
        whole = Document("Bilan", "", [Part("Avant", items=["Un point."] * before), Part("Chiffres", tables=[table])])
        return [page.extract_text() for page in PdfReader(io.BytesIO(documents.pdf(whole, at=NOW))).pages]

    for before in (30, 33, 36, 39):
        (page,) = (page for page in pages_of(6, before) if "Légende du tableau" in page)
        assert "Chiffres" in page and "ligne 0" in page and "ligne 5" in page
    assert sum("ligne" in page for page in pages_of(90, 5)) > 1
