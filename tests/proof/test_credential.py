"""The signed credential: a stranger checks it from files only; the site tells every forgery apart."""

import base64
import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import OKPKey

from cmq.campuses.models import Category
from cmq.core.days import years_after
from cmq.core.errors import Refusal
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, complete_act, correct_decision, void_decision
from cmq.labels.models import DecisionKind as K
from cmq.proof import credential, keys, statuses
from cmq.proof.checking import check, identifier_in, text_of
from cmq.proof.rules import Standing
from cmq.proof.statuses import Purpose
from tests.factories import a_campus, a_keeper
from tests.proof.making import NOW, TODAY, again, an_award, decide
from tests.proof.strangers import as_files, part, refused, stranger

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key")]


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


# A stranger


def test_a_stranger_checks_it_offline() -> None:
    award = an_award()
    said = stranger(as_files(credential.issue(award, at=NOW), award))
    assert said["credentialSubject"]["id"] == f"https://registre.example/campus/{award.campus.slug}/"


def test_the_script_of_the_guide_says_the_same(tmp_path: Path) -> None:
    """Run on its own, with files only, at the hour that it really is."""
    now = timezone.now()
    today = timezone.localdate()
    award = an_award(PartialDate.of(years_after(today, -1)).iso, years=5)
    guide = (ROOT / "docs" / "guide" / "verifier.md").read_text()
    (tmp_path / "script.py").write_text(
        re.search(r"```python\n# justificatif\.py[^\n]*\n(.+?)```", guide, re.DOTALL)[1]
    )

    def run() -> tuple[int, str]:
        lists = {purpose.value: statuses.status_list(purpose, 0, at=now, on=today) for purpose in Purpose}
        for name, text in {"credential": token, "jwks": json.dumps(keys.key_set()), **lists}.items():
            (tmp_path / name).write_text(text)
        command = [sys.executable, "script.py", "credential", "jwks", "revocation", "suspension"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    token = credential.issue(award, at=now)
    code, said = run()
    assert code == 0 and award.campus.name in said
    decide(award.campus, K.SUSPENDED, today.isoformat())
    assert run() == (1, "refusé : suspension\n")
    decide(award.campus, K.WITHDRAWN, today.isoformat())
    token = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
    code, said = run()
    assert code == 1 and "InvalidSignatureError" in said


def test_with_nothing_but_cryptography() -> None:
    token = credential.issue(an_award(), at=NOW)
    (published,) = keys.key_set()["keys"]
    x, signature = (
        base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) for text in (published["x"], token.split(".")[2])
    )
    Ed25519PublicKey.from_public_bytes(x).verify(signature, token.rpartition(".")[0].encode())


def test_its_shape_is_that_of_the_recommendations() -> None:
    award = an_award("2024-09-01", years=5, category=Category.EXCELLENCE, signed_on="2024-07-04")
    token = credential.issue(award, at=NOW)
    (published,) = keys.key_set()["keys"]
    assert part(token, 0) == {"alg": "EdDSA", "typ": "vc+jwt", "kid": published["kid"]}
    said = part(token, 1)
    assert said["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert said["@context"][1].startswith("https://purl.imsglobal.org/spec/ob/v3p0/context")
    assert said["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert said["id"] == f"https://registre.example/label/verifier/{award.public_id}/"
    assert said["issuer"]["id"] == said["iss"] == "did:web:registre.example"
    assert (said["validFrom"], said["validUntil"]) == ("2024-09-01T00:00:00+02:00", "2029-08-31T23:59:59+02:00")
    assert said["credentialSubject"]["type"] == ["AchievementSubject"]
    achievement = said["credentialSubject"]["achievement"]
    assert achievement["type"] == ["Achievement"]
    assert {"id", "name", "description", "criteria"} <= set(achievement)
    assert "excellence" in achievement["name"]
    assert "NOR MENE2400001A, signé le 4 juillet 2024" in said["evidence"][0]["narrative"]
    for entry in said["credentialStatus"]:
        assert entry["type"] == "BitstringStatusListEntry"
        assert entry["statusListIndex"] == str(award.decision.pk)
    assert said["exp"] - 1 == int(dt.datetime.fromisoformat(said["validUntil"]).timestamp())


def test_a_status_list_has_the_shape_of_the_recommendation() -> None:
    an_award()
    said = part(statuses.status_list(Purpose.REVOCATION, 0, at=NOW, on=TODAY), 1)
    assert said["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert said["id"] == "https://registre.example/label/statuts/revocation/0/"
    assert said["credentialSubject"]["type"] == "BitstringStatusList"
    assert said["credentialSubject"]["statusPurpose"] == "revocation"


def test_the_published_keys_are_the_same_everywhere() -> None:
    (published,), document = keys.key_set()["keys"], keys.did_document()
    assert document["id"] == "did:web:registre.example"
    assert document["assertionMethod"] == [document["verificationMethod"][0]["id"]] == [published["kid"]]
    assert "d" not in published and "d" not in document["verificationMethod"][0]["publicKeyJwk"]


def test_a_port_is_part_of_the_issuer(settings: object) -> None:
    settings.SITE_URL = "http://127.0.0.1:8000"
    assert keys.issuer() == "did:web:127.0.0.1%3A8000"


def test_a_demonstration_says_so_everywhere() -> None:
    said = part(credential.issue(an_award(campus=a_campus("Campus fictif", is_demo=True)), at=NOW), 1)
    assert said["name"].startswith("DÉMONSTRATION")
    assert said["credentialSubject"]["achievement"]["description"].startswith("DÉMONSTRATION")


# What becomes of it


def test_a_suspension_suspends_it_and_its_lifting_gives_it_back() -> None:
    award = an_award("2024-01-01", years=5)
    token = credential.issue(award, at=NOW)
    decide(award.campus, K.SUSPENDED, "2026-11-01")
    with pytest.raises(ValueError, match="suspension"):
        stranger(as_files(token, award))
    checked = check(token, on=TODAY)
    assert checked.standing is Standing.SUSPENDED and "suspendu" in checked.revoked
    decide(award.campus, K.RESTORED, "2026-11-20")
    assert stranger(as_files(token, award))
    assert check(token, on=TODAY).revoked == ""


@pytest.mark.parametrize("kind", [K.WITHDRAWN, K.ENDED])
def test_a_withdrawal_or_an_end_revokes_it(kind: K) -> None:
    award = an_award("2024-01-01", years=5)
    token = credential.issue(award, at=NOW)
    decide(award.campus, kind, "2026-11-01")
    with pytest.raises(ValueError, match="revocation"):
        stranger(as_files(token, award))
    assert "révoqué" in check(token, on=TODAY).revoked


def test_a_renewal_before_the_term_revokes_it_from_that_day() -> None:
    award = an_award("2024-01-01", years=5)
    token = credential.issue(award, at=NOW)
    decide(award.campus, K.RAISED, "2026-11-25", duration_years=5)
    assert award.decision.pk in statuses.places(Purpose.REVOCATION, on=TODAY)
    assert award.decision.pk not in statuses.places(Purpose.REVOCATION, on=TODAY - dt.timedelta(days=1))
    assert "révoqué" in check(token, on=TODAY).revoked


def test_an_extended_label_that_is_cut_short_revokes_what_the_extension_said() -> None:
    award = an_award("2024-01-01", years=1)
    decide(award.campus, K.EXTENDED, "2024-12-01", ends_on="2027-06-30")
    token = credential.issue(again(award.original), at=NOW)
    assert part(token, 1)["validUntil"].startswith("2027-06-30")
    decide(award.campus, K.RENEWED, "2026-11-25", duration_years=5)
    assert "révoqué" in check(token, on=TODAY).revoked
    assert check(token, on=TODAY - dt.timedelta(days=1)).revoked == ""


def test_an_expiry_is_told_by_its_dates_and_revokes_nothing() -> None:
    award = an_award("2024-01-01", years=5)
    token, later = credential.issue(award, at=NOW), dt.datetime(2029, 1, 1, tzinfo=dt.UTC)
    assert statuses.places(Purpose.REVOCATION, on=later.date()) == set()
    with pytest.raises(ValueError, match="time"):
        stranger(as_files(token, award), on=later)
    assert check(token, on=later.date()).standing is Standing.EXPIRED


@pytest.mark.parametrize("change", ["correct", "void", "complete"])
def test_a_correction_revokes_what_was_said_before(change: str) -> None:
    award, keeper = an_award("2024-01-01", years=5), a_keeper()
    token = credential.issue(award, at=NOW)
    if change == "void":
        void_decision(award.decision, reason="Saisie par erreur.", by=keeper)
    elif change == "complete":
        complete_act(award.decision, published_on=award.decision.decided_on, by=None)
    else:
        terms = Terms(duration_years=3, category=Category.CMQ)
        correct_decision(
            award.decision, kind=K.AWARDED, decided_on=award.decision.decided_on, filiere=None, terms=terms, by=keeper
        )
    with pytest.raises(ValueError, match="revocation"):
        stranger(as_files(token, award))
    assert "révoqué" in check(token, on=TODAY).revoked
    if change != "void":
        assert stranger(as_files(credential.issue(again(award.original), at=NOW), again(award.original)))


def test_none_is_given_where_the_register_is_not_certain() -> None:
    for award in (an_award(years=None), an_award("2024", years=5), an_award("2020-01-01", years=2)):
        assert credential.refusal(award, on=TODAY)
        with pytest.raises(Refusal):
            credential.issue(award, at=NOW)
    suspended = an_award("2024-01-01")
    decide(suspended.campus, K.SUSPENDED, "2026-11-01")
    assert "suspendu" in credential.refusal(again(suspended.original), on=TODAY)


# Forgeries


def test_the_true_one_is_accepted() -> None:
    award = an_award()
    checked = check(f"  {credential.issue(award, at=NOW)}\n", on=TODAY)
    assert checked.award.original == award.original
    assert (checked.standing, checked.revoked, checked.signed_at) == (Standing.VALID, "", NOW)


def test_a_changed_content_is_refused() -> None:
    head, content, signature = credential.issue(an_award(), at=NOW).split(".")
    said = part(f"{head}.{content}.{signature}", 1) | {"validUntil": "2099-01-01T00:00:00+01:00"}
    assert "Signature fausse" in refused(f"{head}.{packed(said)}.{signature}")


def test_another_key_is_refused_even_under_our_name() -> None:
    token, stranger_key = credential.issue(an_award(), at=NOW), Ed25519PrivateKey.generate()
    said, head = part(token, 1), part(token, 0)
    forged = jwt.encode(said, stranger_key, algorithm="EdDSA", headers=head)
    assert "Signature fausse" in refused(forged)
    unknown = jwt.encode(said, stranger_key, algorithm="EdDSA", headers={"kid": "did:web:registre.example#autre"})
    assert "Clé inconnue" in refused(unknown)
    assert "Clé inconnue" in refused(jwt.encode(said, stranger_key, algorithm="EdDSA"))
    embedded = head | {"jwk": OKPKey.import_key(stranger_key.public_key()).as_dict(private=False)}
    assert "Signature fausse" in refused(jwt.encode(said, stranger_key, algorithm="EdDSA", headers=embedded))


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES256", "RS256", "Ed448", "", 7, None])
def test_another_algorithm_is_refused(algorithm: object) -> None:
    head, content, signature = credential.issue(an_award(), at=NOW).split(".")
    header = packed(part(f"{head}.{content}.{signature}", 0) | {"alg": algorithm})
    for sign in ("", signature):
        assert "Algorithme refusé" in refused(f"{header}.{content}.{sign}")


def test_a_public_key_taken_for_a_password_is_refused() -> None:
    """The old confusion: HS256 with the public key as its secret."""
    token = credential.issue(an_award(), at=NOW)
    secret = base64.urlsafe_b64decode(keys.key_set()["keys"][0]["x"] + "=")
    forged = jwt.encode(part(token, 1), secret, algorithm="HS256", headers={"kid": part(token, 0)["kid"]})
    assert "Algorithme refusé : HS256" in refused(forged)


@pytest.mark.parametrize(
    "text", ["", "  ", "bonjour", "a.b.c", "....", "é.é.é", "eyJ.eyJ.x", "9" * 60_000, "[1]", "{}"]
)
def test_what_is_no_credential_is_refused_clearly(text: str) -> None:
    assert refused(text)[-1] in ".?"


def test_another_document_of_ours_is_no_label() -> None:
    an_award()
    assert "pas le justificatif d’un label" in refused(statuses.status_list(Purpose.REVOCATION, 0, at=NOW, on=TODAY))


def test_a_credential_of_an_award_that_is_gone_is_refused() -> None:
    award = an_award(campus=a_campus("Campus fictif", is_demo=True))
    token = credential.issue(award, at=NOW)
    award.campus.labels.all().delete()
    type(award.decision).objects.delete_demonstration()
    assert "Décision inconnue" in refused(token)


@pytest.fixture
def token(key: None) -> str:
    return credential.issue(an_award(), at=NOW)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 9_999), sign=st.sampled_from("ABCXYZabcxyz0189-_."))
def test_no_single_change_goes_unseen(token: str, place: int, sign: str) -> None:
    place %= len(token)
    forged = token[:place] + sign + token[place + 1 :]
    # The last sign of a base64 text has bits that mean nothing.
    if base64_parts(forged) != base64_parts(token):
        assert refused(forged)


def base64_parts(token: str) -> list[bytes]:
    parts = []
    for text in token.split("."):
        try:
            parts.append(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except ValueError:
            parts.append(text.encode())
    return parts


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"%PDF-1.7 x", "attestation PDF"), (b"\xff\xfe\x00", "pas fait de texte"), (b"x" * 200_000, "trop grand")],
)
def test_a_file_that_is_none_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        text_of(content)


def test_an_identifier_is_found_in_its_address() -> None:
    identifier = an_award().public_id
    for text in (identifier, identifier.lower(), f" https://ailleurs.example/label/verifier/{identifier}/ "):
        assert identifier_in(text) == identifier
    assert identifier_in("bonjour") == identifier_in("x" * 900) == ""
