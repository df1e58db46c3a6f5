"""The documents of the procedure: the same words as text and as a tagged PDF, none of them markup."""

import io
import re

from pypdf import PdfReader

from cmq.proof import documents
from cmq.proof.documents import Document, Part
from tests.proof.making import NOW

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
