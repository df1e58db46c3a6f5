"""« Vérifier un label »: pages for people, files for machines; wrong input is told in French."""

import base64
import datetime as dt
import io
import json
import re
from collections.abc import Iterator

import jwt
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from cmq.campuses.models import Campus
from cmq.core.days import years_after
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, correct_decision, void_decision
from cmq.labels.models import DecisionKind as K
from cmq.proof.actions import publish_keys
from cmq.proof.rules import Award
from cmq.web import page_cache
from tests.factories import a_campus, a_director, a_keeper
from tests.proof.making import again, an_award, decide
from tests.web.public.conftest import NASTY

pytestmark = pytest.mark.django_db
HOME = "/label/verifier/"


@pytest.fixture(autouse=True)
def _issuer(settings: object, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path
    settings.SITE_URL = "http://testserver"
    publish_keys(at=timezone.now())


def ago(years: int, days: int = 0) -> str:
    return PartialDate.of(years_after(timezone.localdate(), -years) - dt.timedelta(days=days)).iso


def running(campus: Campus | None = None, **terms: object) -> Award:
    """An award whose label runs today."""
    return an_award(ago(1), years=5, campus=campus, **terms)


def page(award: Award) -> str:
    return f"/label/verifier/{award.public_id}/"


def text(answer: object) -> str:
    body = re.search(r"<main.*?</main>", answer.content.decode(), re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&#x27;", "'").split())


def moved() -> None:
    """A quarter of a second later: the pages that are kept look whether the register has moved."""
    page_cache.shelf.looked_at = float("-inf")


def credential(client: Client, award: Award) -> str:
    return client.get(f"{page(award)}justificatif.jwt").content.decode()


# The page of an award


def test_the_page_says_how_the_label_stands_today(client: Client) -> None:
    award = running(a_campus("Campus de l’Eau"))
    answer = client.get(page(award))
    assert answer.status_code == 200
    said = text(answer)
    assert "Campus de l’Eau" in said and ": Valide" in said and "attestation.pdf" in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "told"), [(K.SUSPENDED, "Suspendu"), (K.WITHDRAWN, "Retiré"), (K.ENDED, "Terminé"), (K.RAISED, "Expiré")]
)
def test_the_page_follows_what_is_decided(client: Client, kind: K, told: str) -> None:
    award = running()
    assert ": Valide" in text(client.get(page(award)))
    decide(award.campus, kind, ago(0), **({"duration_years": 5} if kind is K.RAISED else {}))
    moved()
    said = text(client.get(page(award)))
    assert f"Aujourd’hui, {PartialDate.of(timezone.localdate())} : {told}" in said
    before = text(client.get(page(award), {"le": ago(0, days=1)}))
    assert re.search(r"Le jour demandé, [^:]+ : Valide", before)


@pytest.mark.parametrize("day", ["2025-03-01", "01/03/2025", " 2025-03-01 ", "1/3/2025"])
def test_a_day_is_understood_as_people_write_it(client: Client, day: str) -> None:
    answer = client.get(page(an_award("2024-09-01", years=1)), {"le": day})
    assert answer.status_code == 200
    assert "Le jour demandé, 1er mars 2025 : Valide" in text(answer)


@pytest.mark.parametrize(
    "day", ["2025", "03/2025", "2025-02-30", "hier", "0001-01-01", "2025-03-01T00:00", NASTY, "9" * 400]
)
def test_a_day_that_is_none_is_told_in_french(client: Client, day: str) -> None:
    answer = client.get(page(running()), {"le": day})
    assert answer.status_code == 422
    assert "Donnez un jour qui existe" in text(answer) and ": Valide" in text(answer)


def test_an_empty_day_is_today(client: Client) -> None:
    assert "Le jour demandé" not in text(client.get(page(running()), {"le": ""}))


def test_what_is_not_known_is_said_and_not_attested(client: Client) -> None:
    award = an_award("2024", years=None, act="", nor="", category="")
    said = text(client.get(page(award)))
    assert "Incertain" in said and "non connu du registre" in said
    assert "Aucune attestation : le registre n’atteste que ce qu’il sait au jour près" in said
    for name in ("attestation.pdf", "justificatif.jwt"):
        answer = client.get(page(award) + name)
        assert answer.status_code == 404
        assert "Rien à télécharger" in text(answer) and "n’est pas connu" in text(answer)


def test_a_copy_forgiven_leads_to_the_true_address(client: Client) -> None:
    award = running()
    careless = award.public_id.lower().replace("-", "")
    answer = client.get(f"/label/verifier/{careless}/", {"le": "2025-03-01"})
    assert (answer.status_code, answer["Location"]) == (302, f"{page(award)}?le=2025-03-01")


@pytest.mark.parametrize("identifier", ["7K3M9-QX2TA", "x", "é", "0" * 300, "<b>", "%2e%2e"])
def test_an_unknown_identifier_is_told_clearly(client: Client, identifier: str) -> None:
    answer = client.get(f"/label/verifier/{identifier}/")
    assert answer.status_code == 404
    assert "Identifiant inconnu" in text(answer)
    for name in ("attestation.pdf", "justificatif.jwt"):
        assert client.get(f"/label/verifier/{identifier}/{name}").status_code == 404


def test_a_printed_code_outlives_a_correction(client: Client) -> None:
    award, keeper = running(), a_keeper()
    address = page(award)
    corrected = correct_decision(
        award.decision,
        kind=K.AWARDED,
        decided_on=award.decision.decided_on,
        filiere=None,
        terms=Terms(duration_years=3),
        by=keeper,
    )
    assert client.get(address).status_code == 200
    void_decision(corrected, reason="Jamais attribué.", by=keeper)
    moved()
    said = text(client.get(address))
    assert "Sans effet" in said and "Jamais attribué." in said


def test_a_demonstration_is_marked_everywhere(client: Client) -> None:
    award = running(a_campus("Campus fictif", is_demo=True))
    answer = client.get(page(award))
    assert "Démonstration : ce campus n’existe pas" in text(answer)
    assert b'content="noindex"' in answer.content
    pdf = PdfReader(io.BytesIO(client.get(f"{page(award)}attestation.pdf").content))
    assert "Démonstration : ce campus n’existe pas" in pdf.pages[0].extract_text()
    said = client.post(HOME, {"text": credential(client, award)})
    assert "Démonstration" in text(said) and "DÉMONSTRATION" in text(said)


@pytest.mark.parametrize("others", [0, 2])
def test_a_page_asks_the_database_a_bounded_number_of_times(client: Client, others: int) -> None:
    award = running()
    for _ in range(others):
        decide(award.campus, K.SUSPENDED, ago(0, days=300 - 10 * _))
        decide(award.campus, K.RESTORED, ago(0, days=295 - 10 * _))
        running()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(page(award))
    assert len(queries) <= 12


# What is kept, and until when


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, dt.date]]:
    """Today, to be turned."""
    today = {"is": timezone.localdate()}
    monkeypatch.setattr(timezone, "localdate", lambda *arguments: today["is"])
    return today


def test_a_page_is_kept_and_forgotten_at_midnight(client: Client, clock: dict[str, dt.date]) -> None:
    award = an_award(ago(1), years=1)
    clock["is"] = dt.date.fromisoformat(ago(0)) - dt.timedelta(days=1)
    moved()
    assert ": Valide" in text(client.get(page(award)))
    with CaptureQueriesContext(connection) as queries:
        client.get(page(award))
        client.get(f"{page(award)}attestation.pdf")
        client.get(f"{page(award)}attestation.pdf")
    assert len(queries) <= 8
    clock["is"] += dt.timedelta(days=1)
    moved()
    assert ": Expiré" in text(client.get(page(award)))
    pdf = client.get(f"{page(award)}attestation.pdf").content
    assert "label expiré" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


# Files


def test_the_attestation_is_a_file(client: Client) -> None:
    award = running()
    answer = client.get(f"{page(award)}attestation.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="attestation-{award.public_id}.pdf"'
    assert answer.content.startswith(b"%PDF-1.7")


def test_a_stranger_checks_what_the_site_publishes(client: Client) -> None:
    """From addresses only, as a verifier of another house would."""
    award = running()
    answer = client.get(f"{page(award)}justificatif.jwt")
    assert answer["Content-Type"] == "application/vc+jwt"
    token = answer.content.decode()
    published = jwt.PyJWKSet.from_dict(client.get("/.well-known/jwks.json").json())
    said = jwt.decode(token, published[jwt.get_unverified_header(token)["kid"]], algorithms=["EdDSA"])
    assert client.get(said["id"].removeprefix("http://testserver")).status_code == 200
    assert client.get(said["credentialSubject"]["id"].removeprefix("http://testserver")).status_code == 200
    for entry in said["credentialStatus"]:
        listed = client.get(entry["statusListCredential"].removeprefix("http://testserver"))
        assert listed["Access-Control-Allow-Origin"] == "*"
        jwt.decode(listed.content.decode(), published[jwt.get_unverified_header(token)["kid"]], algorithms=["EdDSA"])
    document = client.get("/.well-known/did.json")
    assert document.json()["id"] == said["iss"] == "did:web:testserver"
    for public in (answer, document, client.get("/.well-known/jwks.json")):
        assert public["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["revocation/1", "revocation/999999999", "autre/0", "suspension/5"])
def test_a_list_that_is_none(client: Client, path: str) -> None:
    assert client.get(f"/label/statuts/{path}/").status_code == 404


def test_without_a_key_pages_say_so(client: Client, settings: object) -> None:
    award = running()
    settings.SIGNING_KEYS = ""
    answer = client.get(f"{page(award)}justificatif.jwt")
    assert answer.status_code == 404 and "pas encore de clé de signature" in text(answer)
    assert client.get("/label/statuts/revocation/0/").status_code == 503
    assert client.get(f"{page(award)}attestation.pdf").status_code == 200


@pytest.mark.parametrize("path", ["", "attestation.pdf", "justificatif.jwt"])
def test_only_reading_is_allowed(client: Client, path: str) -> None:
    award = running()
    assert client.post(page(award) + path).status_code == 405
    assert client.put(HOME).status_code == 405


# Something to check


def test_the_form_explains_in_plain_words(client: Client) -> None:
    said = text(client.get(HOME))
    for word in ("identifiant", "justificatif", "hors ligne", "n’est pas gardé", "arrêté conjoint"):
        assert word in said


def test_a_pasted_credential_is_checked(client: Client) -> None:
    award = running(a_campus("Campus de l’Eau"))
    token = credential(client, award)
    for given in (
        {"text": f"\r\n{token[:90]}\r\n{token[90:]} "},
        {"file": SimpleUploadedFile("l.jwt", token.encode())},
    ):
        answer = client.post(HOME, given)
        assert answer.status_code == 200
        assert "La signature est bonne" in text(answer) and "Campus de l’Eau" in text(answer)
    decide(award.campus, K.WITHDRAWN, ago(0))
    answer = client.post(HOME, {"text": token})
    assert answer.status_code == 200
    assert "ce justificatif ne vaut plus" in text(answer) and "Retiré" in text(answer)


def test_an_identifier_leads_to_its_page(client: Client) -> None:
    award = running()
    for given in (award.public_id, award.public_id.lower(), f"http://testserver{page(award)}"):
        answer = client.post(HOME, {"text": given})
        assert (answer.status_code, answer["Location"]) == (302, page(award))


def forged(token: str, **changes: object) -> str:
    head, content, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(content + "==")) | changes
    return f"{head}.{base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip('=')}.{signature}"


def test_a_forged_one_is_refused_with_the_reason(client: Client) -> None:
    answer = client.post(HOME, {"text": forged(credential(client, running()), validUntil="2099-12-31T00:00:00Z")})
    assert answer.status_code == 422
    assert "Ce n’est pas vérifié" in text(answer) and "Signature fausse" in text(answer)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Collez un justificatif"),
        ({"text": " "}, "Collez un justificatif"),
        ({"text": "7K3M9-QX2TB"}, "mal recopié"),
        ({"text": "bonjour"}, "mal recopié"),
        ({"text": "a.b.c"}, "n’est pas un justificatif signé"),
        ({"text": "é" * 300}, "n’est pas un justificatif signé"),
        ({"text": "x" * 61_000}, "trop long"),
        ({"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}, "attestation PDF"),
        ({"file": SimpleUploadedFile("a.jwt", b"\xff\xfe")}, "pas fait de texte"),
        ({"file": SimpleUploadedFile("a.jwt", b"")}, "Collez un justificatif"),
        ({"file": SimpleUploadedFile("a.jwt", b"x" * 150_000)}, "trop grand"),
    ],
)
def test_what_is_nothing_is_refused_clearly(client: Client, given: dict[str, object], told: str) -> None:
    if isinstance(given.get("file"), SimpleUploadedFile):
        given["file"].seek(0)
    answer = client.post(HOME, given)
    assert answer.status_code == 422
    assert told in text(answer)


def test_an_identifier_of_nothing_is_told(client: Client) -> None:
    from cmq.proof.identifiers import public_id

    answer = client.post(HOME, {"text": public_id(10**7)})
    assert answer.status_code == 422 and "Identifiant inconnu" in text(answer)


def test_the_form_is_protected_against_other_sites() -> None:
    assert Client(enforce_csrf_checks=True).post(HOME, {"text": "x"}).status_code == 403


# Where it is linked from


def test_the_page_of_a_campus_and_its_desk_lead_there(client: Client) -> None:
    campus = a_campus()
    award = running(campus)
    vague = again(decide(campus, K.RENEWED, ago(0)))
    desk = Client()
    desk.force_login(a_director(campus), backend="django.contrib.auth.backends.ModelBackend")
    for answer in (client.get(campus.get_absolute_url()), desk.get(f"/espace/campus/{campus.slug}/")):
        html = answer.content.decode()
        for each in (award, vague):
            assert f'href="{page(each)}"' in html
        assert f'href="{page(award)}attestation.pdf"' in html
        assert f'href="{page(vague)}attestation.pdf"' not in html


def test_the_site_map_leads_there(client: Client) -> None:
    assert f'href="{HOME}"' in client.get("/plan-du-site/").content.decode()
    assert "http://testserver/label/verifier/" in client.get("/sitemap/pages-1.xml").getvalue().decode()
