"""Delivery reports and complaints are read as the standards say, believed for the HMAC alone, counted once."""

import hashlib
import hmac
import io
import json
import mailbox
import time
from collections.abc import Iterable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.newsletter import links, returns
from cmq.newsletter.actions import returning, sending
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import Consent, Delivery, End, Issue, Subscriber
from cmq.newsletter.returns import BadReport, Kind, Return

from .conftest import Postman
from .letter_world import agreed, crowd, subscribed

SECRET = "secret partagé"


def message_id(subscriber: Subscriber, number: int = 1) -> str:
    token = links.token(Purpose.LETTER, subscriber.pk, subscriber.key, str(number))
    return f"<lettre.{number}.{token}@campus.exemple.fr>"


def a_report(
    identifier: str,
    status: str = "5.1.1",
    *,
    action: str = "failed",
    whole: bool = False,
    kind: str = "delivery-status",
) -> bytes:
    """A report as a mail server writes it (RFC 3464, or RFC 5965 for a complaint)."""
    cited = f"Message-ID: {identifier}\r\nSubject: Lettre\r\nTo: p0@exemple.fr\r\n\r\n"
    machine = (
        "Reporting-MTA: dns; mx.exemple.fr\r\n\r\n"
        f"Final-Recipient: rfc822; p0@exemple.fr\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        if kind == "delivery-status"
        else "Feedback-Type: abuse\r\nUser-Agent: Essai/1\r\nVersion: 1\r\n\r\n"
    )
    third = "message/rfc822" if whole else "text/rfc822-headers"
    parts = [("text/plain", "Bonjour, p0@exemple.fr est inconnu.\r\n"), (f"message/{kind}", machine), (third, cited)]
    body = "".join(f"--xx\r\nContent-Type: {each}\r\n\r\n{text}\r\n" for each, text in parts)
    return (
        "From: MAILER-DAEMON@exemple.fr\r\nTo: retours@campus.exemple.fr\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: multipart/report; report-type={kind}; boundary=xx\r\n\r\n{body}--xx--\r\n"
    ).encode()


@pytest.fixture
def issue(db: None, postman: Postman) -> Issue:
    """A letter that three people got."""
    crowd(3)
    made = agreed()
    sending.run()
    made.refresh_from_db()
    return made


def first() -> Subscriber:
    return Subscriber.objects.get(email="p0@exemple.fr")


@pytest.mark.parametrize("whole", [False, True])
def test_an_address_that_is_gone_ends(issue: Issue, whole: bool) -> None:
    data = a_report(message_id(first()), whole=whole)
    found = returns.read_report(data)
    assert found == [Return(Kind.HARD, first().pk, issue.number, "5.1.1")]
    assert returning.take(found[0]) and not returning.take(found[0])
    issue.refresh_from_db()
    assert (issue.bounced, Subscriber.objects.count()) == (1, 2)
    assert Consent.objects.exclude(end="").get().end == End.BOUNCED
    assert returns.read_report(data) == []


def test_what_cannot_for_now_ends_after_three_issues_and_a_letter_that_arrives_forgives(
    issue: Issue, postman: Postman
) -> None:
    def comes_back(number: int, status: str = "4.2.2") -> None:
        for returned in returns.read_report(a_report(message_id(first(), number), status)) * 2:
            returning.take(returned)

    comes_back(1)
    assert first().soft_bounces == 1
    for number in (2, 3):
        agreed()
        sending.run()
        if number == 2:
            comes_back(number, "5.2.2")
    assert first().soft_bounces == 2
    # The third arrived: the fourth begins from none.
    agreed()
    sending.run()
    assert first().soft_bounces == 0
    for number in (4, 5, 6):
        if number > 4:
            agreed()
            sending.run()
        comes_back(number)
    assert not Subscriber.objects.filter(email="p0@exemple.fr").exists()
    assert list(Issue.objects.order_by("number").values_list("bounced", flat=True)) == [1, 1, 0, 1, 1, 1]


def test_a_complaint_ends_and_is_counted(issue: Issue) -> None:
    found = returns.read_report(a_report(message_id(first()), kind="feedback-report"))
    assert [each.kind for each in found] == [Kind.COMPLAINT]
    assert returning.take(found[0])
    issue.refresh_from_db()
    assert (issue.complaints, issue.bounced) == (1, 0)
    assert Consent.objects.exclude(end="").get().end == End.COMPLAINED


@pytest.mark.parametrize(
    ("status", "kind"),
    [("5.1.1", Kind.HARD), ("5.1.10", Kind.HARD), ("5.2.1", Kind.HARD), ("5.2.2", Kind.SOFT), ("5.7.1", Kind.SOFT)]
    + [("4.4.1", Kind.SOFT), ("5.0.0", Kind.SOFT), ("", Kind.SOFT)],
)
def test_only_what_says_that_the_address_is_gone_is_hard(status: str, kind: Kind) -> None:
    assert returns.kind_of(status) is kind


def test_what_is_no_failure_or_bears_no_sign_of_ours_moves_nothing(issue: Issue) -> None:
    real = message_id(first())
    other = Subscriber.objects.get(email="p1@exemple.fr")
    forged = real.replace(str(first().pk), str(other.pk), 1) if first().pk != other.pk else real
    for data in (
        a_report(real, action="delayed"),
        a_report(real, action="delivered", status="2.0.0"),
        a_report(f"<lettre.1.{other.pk}-{'0' * 40}@campus.exemple.fr>"),
        a_report(real.replace("lettre.1.", "lettre.2.")),
        a_report("<autre@exemple.fr>"),
        a_report(""),
        b"",
        b"Subject: bonjour\r\n\r\nUn courrier.",
        b"Content-Type: multipart/report; boundary=xx\r\n\r\n--xx",
    ):
        assert returns.read_report(data) == [], data
    assert forged != real and Subscriber.objects.count() == 3


@given(st.binary(max_size=2_000), st.integers(0, 900), st.integers(0, 200))
def test_no_message_makes_the_reader_fail(noise: bytes, at: int, cut: int) -> None:
    whole = a_report("<lettre.x@y>", kind="delivery-status")
    assert returns.read_report(noise) == []
    assert returns.read_report(whole[:at] + noise + whole[at + cut :]) == []


@pytest.mark.parametrize("kind", ["maildir", "mbox", "folder"])
def test_a_box_is_read_and_what_is_no_report_stays(
    issue: Issue, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report, other = a_report(message_id(first())), EmailMessage()
    other["Subject"], other["From"] = "Bonjour", "camille@exemple.fr"
    other.set_content("Je change d’adresse.")
    path = tmp_path / "boite"
    fill(path, kind, [report, other.as_bytes()])
    for new in (1, 0):
        call_command("lettre", "retours", str(path))
        assert f"Retours nouveaux : {new}." in capsys.readouterr().out
    left = [data for data, _ in returns.read_folder(path)]
    assert len(left) == 1 and b"Bonjour" in left[0] and Subscriber.objects.count() == 2


def fill(path: Path, kind: str, messages: Iterable[bytes]) -> None:
    if kind == "folder":
        path.mkdir()
        for number, data in enumerate(messages):
            (path / f"{number}.eml").write_bytes(data)
        return
    box = mailbox.Maildir(path) if kind == "maildir" else mailbox.mbox(path)
    for data in messages:
        box.add(data)
    box.close()


def posted(body: object, *, secret: str = SECRET, at: float | None = None, **headers: str) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(at or time.time()))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + data, hashlib.sha256).hexdigest()
    headers = {"x-cmq-signature": f"t={stamp},v1={digest}", **headers}
    client = Client(enforce_csrf_checks=True)
    return client.post("/lettre/retours/", data, content_type="application/json", headers=headers).status_code


def test_a_mail_service_reports_what_came_back(issue: Issue, settings: object) -> None:
    settings.LETTER_WEBHOOK_SECRET = SECRET
    events = [
        {"type": "bounce", "message_id": message_id(first()), "status": "5.1.1"},
        {"type": "complaint", "message_id": message_id(Subscriber.objects.get(email="p1@exemple.fr"))},
        {"type": "bounce", "message_id": "<autre@exemple.fr>", "status": "5.1.1"},
    ]
    assert posted({"events": events}) == 200
    assert posted({"events": events}) == 200
    issue.refresh_from_db()
    assert (issue.bounced, issue.complaints) == (1, 1)
    assert list(Subscriber.objects.values_list("email", flat=True)) == ["p2@exemple.fr"]


def test_a_report_that_is_not_signed_or_not_fresh_or_has_no_sense_is_refused(issue: Issue, settings: object) -> None:
    body = {"events": [{"type": "bounce", "message_id": message_id(first()), "status": "5.1.1"}]}
    assert posted(body) == 404
    settings.LETTER_WEBHOOK_SECRET = SECRET
    assert posted(body, secret="autre") == 403
    assert posted(body, at=time.time() - 400) == posted(body, at=time.time() + 400) == 403
    for signature in ("", "t=,v1=", "t=²,v1=x", "v1=é", "t=9" * 100):
        assert posted(body, **{"x-cmq-signature": signature.encode().decode("latin-1")}) == 403
    nonsense: list[object] = [b"", b"{", b"[]", {}, {"events": {}}, {"events": [1]}, {"events": [{"type": "open"}]}]
    nonsense += [{"events": [{"type": "bounce", "message_id": 3, "status": ""}]}, b"[" * 100_000, b"\xff\xfe"]
    nonsense += [{"events": [{}] * 1_001}]
    for each in nonsense:
        assert posted(each) == 400, each
    assert posted(b"x" * 600_000) == 413
    assert Client().get("/lettre/retours/").status_code == 405
    assert Subscriber.objects.count() == 3 and not Delivery.objects.exclude(returned_at=None).exists()


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20), lambda e: st.lists(e) | st.dictionaries(st.text(), e)
    )
)
def test_no_body_makes_the_webhook_fail(body: object) -> None:
    data = json.dumps({"events": body}).encode()
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), stamp.encode() + b"." + data, hashlib.sha256).hexdigest()
    with suppress(BadReport):
        assert returns.read_posted(data, f"t={stamp},v1={digest}", secret=SECRET) == []


def test_the_proof_of_a_consent_is_found_by_its_address(
    issue: Issue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribed("camille@exemple.fr", at=timezone.now())
    for address, said in (("Camille@exemple.fr\n", "confirmé le"), ("autre@exemple.fr\n", "Aucun consentement")):
        monkeypatch.setattr("sys.stdin", io.StringIO(address))
        call_command("lettre", "preuve")
        assert said in capsys.readouterr().out
