"""The attestation: tagged, in French, true to the day, silent where the register is not certain."""

import datetime as dt
import io
import re
from collections.abc import Iterator

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from cmq.campuses.models import Campus
from cmq.core.codes import qr_code
from cmq.core.errors import Refusal
from cmq.core.models import Source
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind as K
from cmq.proof import attestation
from cmq.proof.rules import Award
from tests.factories import a_campus, an_origin
from tests.proof.making import NOW, TODAY, again, an_award, decide

pytestmark = pytest.mark.django_db


def read(award: Award, on: dt.date = TODAY) -> PdfReader:
    return PdfReader(io.BytesIO(attestation.pdf(award, on=on, at=NOW)))


def words(reader: PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def elements(node: object) -> Iterator[DictionaryObject]:
    """Every element of the tree of tags."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, ArrayObject):
        for child in node:
            yield from elements(child)
    elif isinstance(node, DictionaryObject):
        yield node
        yield from elements(node.get("/K"))


def test_it_is_tagged_as_pdf_ua_wants_it() -> None:
    reader = read(an_award(campus=a_campus("Campus d’essai")))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "fr-FR"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata.title == "Attestation de label – Campus d’essai"
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert all(page["/Tabs"] == "/S" for page in reader.pages)
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts and all("/ToUnicode" in font for font in fonts)


def test_every_part_has_its_tag_and_the_code_its_words() -> None:
    award = an_award()
    tags = list(elements(read(award).trailer["/Root"]["/StructTreeRoot"]))
    kinds = [tag.get("/S") for tag in tags]
    assert kinds.count("/H1") == 1 and kinds.count("/H2") >= 2
    assert {"/Table", "/TR", "/TH", "/TD", "/L", "/LI", "/P", "/Link", "/Figure"} <= set(kinds)
    (figure,) = [tag for tag in tags if tag.get("/S") == "/Figure"]
    assert figure["/Alt"].startswith("Code QR qui mène à la page de vérification")
    assert f"https://registre.example/label/verifier/{award.public_id}/" in figure["/Alt"]


def test_it_says_what_is_known_and_what_is_not() -> None:
    campus = a_campus("Campus de l’Eau", filiere="Services à la personne, bien-être")
    award = an_award("2024-09-01", years=5, campus=campus, nor="", signed_on="2024-07-04", category="")
    said = words(read(award))
    for text in (
        "Campus de l’Eau",
        "Hauts-de-France",
        "Au 25 novembre 2026 : label valide.",
        "Le label court du 1er septembre 2024 au 31 août 2029 (calculé : date de la décision plus durée) inclus.",
        "Catégorie non connu",
        "Acte Arrêté du 4 juillet 2024",
        "Acte signé le 4 juillet 2024",
        "Acte publié le non connu du registre",
        "Numéro NOR non connu du registre",
        f"identifiant {award.public_id}",
        "Établie le 25 novembre 2026",
        "page 1 sur 1",
        "Journal officiel du 01/02/2024, https://exemple.fr/source",
        "l’arrêté conjoint des ministres",
    ):
        assert text in said, text
    assert "émonstration" not in said


def test_it_is_black_on_white() -> None:
    """Nothing is told by colour: every colour set is black or white."""
    content = b"".join(page.get_contents().get_data() for page in read(an_award()).pages).decode("latin-1")
    for values in re.findall(r"((?:[\d.]+ ){1,4})(?:sc|scn|SC|SCN|g|G|rg|RG|k|K)\b", content):
        assert {float(value) for value in values.split()} <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("kind", "date", "told"),
    [
        (K.SUSPENDED, "2026-11-01", "label suspendu"),
        (K.WITHDRAWN, "2026-11-01", "label retiré"),
        (K.ENDED, "2026-11-01", "label terminé"),
        (K.RENEWED, "2026-11-01", "label expiré"),
    ],
)
def test_it_says_the_standing_of_the_day(kind: K, date: str, told: str) -> None:
    award = an_award("2024-01-01", years=5)
    decide(award.campus, kind, date, **({"duration_years": 5} if kind is K.RENEWED else {}))
    award = again(award.original)
    assert told in words(read(award))
    assert "label valide" in words(read(award, dt.date(2026, 10, 31)))


@pytest.mark.parametrize("sources", [1, 60])
def test_a_demonstration_is_marked_on_every_page(sources: int) -> None:
    campus = a_campus("Campus fictif", is_demo=True)
    award = an_award(campus=campus)
    award.decision.sources.set(Source.objects.create(title=f"Source fictive n° {number}") for number in range(sources))
    reader = read(award)
    assert len(reader.pages) == (1 if sources == 1 else 3)
    for page in reader.pages:
        assert "Démonstration : ce campus n’existe pas" in page.extract_text()
    assert words(reader).count("n’a aucune valeur") == len(reader.pages) + 1


@pytest.mark.parametrize(
    ("start", "years", "told"),
    [
        ("2024-09-01", None, "le dernier jour du label n’est pas connu"),
        ("2024", 5, "le premier jour du label n’est pas connu"),
        ("2024-09", 5, "entre le 1er septembre 2024 et le 30 septembre 2024"),
    ],
)
def test_nothing_is_attested_that_is_not_known_for_certain(start: str, years: int | None, told: str) -> None:
    award = an_award(start, years=years)
    assert told in attestation.refusal(award)
    with pytest.raises(Refusal, match="Aucune attestation"):
        attestation.pdf(award, on=TODAY, at=NOW)


@pytest.mark.parametrize("name", ['#panic(1) = *gras* _x_ $a$ <b> \\ "é" @ref', "a" * 240, "木 العربية 😀"])
def test_a_name_is_text_and_never_an_instruction(name: str) -> None:
    """The signs of the setting language stay signs; signs that the font lacks do not stop the page."""
    reader = read(an_award(campus=renamed(name)))
    if name.startswith("#"):
        assert "#panic(1) = *gras* _x_ $a$ <b> \\" in words(reader)
    else:
        assert attestation.shown(name)[:20] in words(reader)
    assert len(reader.pages) == 1


def test_every_sign_that_is_kept_has_its_glyph() -> None:
    """All at once: a font or a standard that changes shows here, not on a campus's attestation."""
    signs = "".join(chr(point) for point in range(32, 0x2400))
    kept = "".join(sign for sign in signs if attestation.shown(sign) == sign)
    assert len(kept) > 1_500
    assert {*"éèçœŒ«»’–…€→≥ŁžΩЖ\u202f\u00a0"} <= set(kept)
    assert attestation.shown("e\u0301 木😀\n") == "é ??\n"
    assert read(an_award(campus=renamed("Campus d’essai"), act=kept[:190])).pages
    award = an_award(campus=renamed(kept[:250]))
    for start in range(0, len(kept), 250):
        award.campus.name = kept[start : start + 250]
        assert attestation.pdf(award, on=TODAY, at=NOW)


def renamed(name: str) -> Campus:
    campus = a_campus("Campus d’essai")
    campus.name = name
    campus.save()
    return campus


def test_the_same_award_on_the_same_instant_is_the_same_file() -> None:
    award = an_award()
    assert attestation.pdf(award, on=TODAY, at=NOW) == attestation.pdf(award, on=TODAY, at=NOW)


def test_a_code_says_the_address_and_nothing_else() -> None:
    drawn = qr_code("https://registre.example/label/verifier/7K3M9-QX2TA/")
    assert drawn.startswith("<svg ") and "<script" not in drawn


def test_without_a_source_nothing_is_said_of_sources() -> None:
    decision = record_decision(
        kind=K.AWARDED, decided_on=PartialDate(2024, 1, 1), campus=a_campus(), terms=Terms(duration_years=3)
    )
    assert "D’où cela vient" not in words(read(again(decision)))
    assert an_origin()
