"""An issue leaves: each address once, whatever happens; and what arrives is what a mail program expects."""

import datetime as dt
import os
import re
import signal
import smtplib
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from cmq.core.smtp import Line
from cmq.newsletter import rules
from cmq.newsletter.actions import agreeing, sending, subscribing
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import (
    Batch,
    Block,
    BlockKind,
    Consent,
    Delivery,
    DeliveryState,
    End,
    Issue,
    IssueState,
    Rhythm,
    Subscriber,
    Theme,
)
from cmq.reference.models import Filiere, Region
from tests.newsrooms import an_editor
from tests.procedure.test_at_once import at_once
from tests.sweeping import swept
from tools.smtp_sink import Sink

from .conftest import Postman
from .letter_world import DAY, EVERYTHING, agreed, an_issue, crowd, stop_token_of, subscribed

ROOT = Path(__file__).resolve().parents[2]
# The proof asked for is of 10,000; the suite makes do with fewer.
CROWD = int(os.environ.get("CMQ_TEST_CROWD", "1500"))


def block(issue: Issue, kind: BlockKind, title: str, **fields: Any) -> Block:
    return Block.objects.create(issue=issue, position=issue.blocks.count() + 1, kind=kind, title=title, **fields)


@pytest.mark.django_db
def test_a_letter_arrives_as_a_mail_program_expects_it(postman: Postman, settings: object) -> None:
    settings.LETTER_RETURN_ADDRESS = "retours@campus.exemple.fr"
    subscriber = subscribed("camille@exemple.fr")
    intro = "Bonjour à toutes et à tous.\n.Une ligne qui commence par un point\n" + "très " * 60
    issue = agreed(an_issue(title="L’été des campus : « où ? »", intro=intro))
    report = sending.run()
    assert report is not None and (report.sent, report.finished, report.trouble) == (1, [issue.number], "")
    letter, envelope = postman.letters()["camille@exemple.fr"], postman.envelopes[0]
    assert envelope.mail_from == "retours@campus.exemple.fr"
    assert letter["To"] == "camille@exemple.fr" and "no-reply" not in letter["From"].lower()
    assert letter["Subject"] == f"L’été des campus : « où ? » – lettre n° {issue.number}"
    assert abs(letter["Date"].datetime - timezone.now()) < dt.timedelta(minutes=2)
    text = letter.get_body(("plain",)).get_content().replace("\r\n", "\n")
    html = letter.get_body(("html",)).get_content()
    assert intro.strip() in text and "Nouvelle 1" in html and "<script" not in html and "<img" not in html
    stop = f"https://campus.exemple.fr/lettre/{issue.number}/desabonnement/{stop_token_of(subscriber)}/"
    choices = re.search(r"https://campus\.exemple\.fr(/lettre/abonnement/\S+)", text)
    assert choices and Client().get(choices[1]).status_code == 200
    assert letter["List-Unsubscribe"] == f"<{stop}>" and stop in text and f'href="{stop}"' in html
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"https://campus.exemple.fr/lettre/{issue.number}/" in text
    links = set(re.findall(r'href="([^"]+)"', html))
    assert all(link.startswith("https://campus.exemple.fr/lettre/") for link in links)
    # The button of the mail program, end to end.
    path = stop.removeprefix("https://campus.exemple.fr")
    assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscriber.objects.exists() and Consent.objects.get().end == End.ONE_CLICK
    issue.refresh_from_db()
    assert (issue.sent, issue.unsubscribed, issue.state) == (1, 1, IssueState.SENT)


@pytest.mark.django_db
def test_each_gets_what_they_asked_for_and_nobody_an_empty_letter(postman: Postman) -> None:
    filieres, brittany = list(Filiere.objects.all()[:2]), Region.objects.get(code="53")
    subscribed("tout@exemple.fr", themes=EVERYTHING)
    subscribed("offres@exemple.fr", themes=frozenset({Theme.JOBS}))
    subscribed("offres-filiere@exemple.fr", themes=frozenset({Theme.JOBS}), filieres=[filieres[1]])
    subscribed("bretagne@exemple.fr", themes=EVERYTHING, regions=[brittany])
    subscribed("evenements@exemple.fr", themes=frozenset({Theme.EVENTS}))
    subscribed("mensuel@exemple.fr", themes=EVERYTHING, rhythm=Rhythm.MONTHLY)
    issue = an_issue(blocks=1)
    block(issue, BlockKind.OFFER, "Offre F", filiere=filieres[0])
    block(issue, BlockKind.CAMPUS, "Campus du Nord", region=Region.objects.get(code="32"))
    agreed(issue)
    report = sending.run()
    assert report is not None and (report.sent, report.empty) == (3, 2)
    held = {
        to: [title for title in ("Nouvelle 1", "Offre F", "Campus du Nord") if title in str(letter.get_body())]
        for to, letter in postman.letters().items()
    }
    assert held == {
        "tout@exemple.fr": ["Nouvelle 1", "Offre F", "Campus du Nord"],
        "offres@exemple.fr": ["Offre F"],
        "bretagne@exemple.fr": ["Nouvelle 1", "Offre F"],
    }
    issue.refresh_from_db()
    assert (issue.sent, issue.empty) == (3, 2)


@pytest.mark.django_db
def test_a_second_run_sends_nothing_and_nothing_leaves_before_its_hour(postman: Postman) -> None:
    crowd(3)
    issue = an_issue()
    agreeing.propose(issue, by=issue.written_by)
    issue.refresh_from_db()
    assert sending.run() is not None and not postman.to
    later = timezone.now() + DAY
    agreeing.agree(issue, version=issue.version, scheduled_for=later, by=an_editor())
    assert sending.run() is not None and not postman.to
    for _ in range(2):
        sending.run(at=later)
    assert sorted(postman.to) == ["p0@exemple.fr", "p1@exemple.fr", "p2@exemple.fr"]


@pytest.mark.django_db
def test_one_connection_a_batch_and_a_bounded_number_of_questions(
    postman: Postman, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(sending, "BATCH", 10)
    opened = []

    class Counted(Line):
        def __enter__(self) -> Line:
            opened.append(1)
            return super().__enter__()

    crowd(25)
    agreed()
    # One statement a letter, and a few for each batch and for the whole.
    with django_assert_max_num_queries(25 + 3 * 30 + 40):
        assert sending.run(line=Counted).sent == 25
    assert len(opened) == 3 and len(set(postman.to)) == 25


@pytest.mark.django_db
def test_the_rate_is_held(postman: Postman, settings: object) -> None:
    settings.LETTER_PER_MINUTE = 1200
    crowd(21)
    agreed()
    begun = time.monotonic()
    assert sending.run().sent == 21
    assert time.monotonic() - begun >= 1.0


@pytest.mark.django_db
def test_what_the_server_refuses_for_now_leaves_later(postman: Postman) -> None:
    crowd(3)
    postman.rcpt["p1@exemple.fr"] = "451 4.7.1 Greylisted, p1@exemple.fr"
    issue = agreed()
    report = sending.run()
    assert (report.sent, report.later, report.finished) == (2, 1, [])
    row = Delivery.objects.get(state=DeliveryState.WAITING)
    assert row.code == "451 4.7.1" and row.not_before > timezone.now()
    assert sending.run().sent == 0
    postman.rcpt.clear()
    assert sending.run(at=timezone.now() + DAY).finished == [issue.number]
    assert Counter(postman.to) == Counter(["p0@exemple.fr", "p1@exemple.fr", "p2@exemple.fr"])


@pytest.mark.django_db
def test_what_is_refused_for_ever_is_given_up_after_a_while(postman: Postman) -> None:
    crowd(1)
    postman.rcpt["*"] = "450 4.2.1 later"
    issue = agreed()
    for day in range(sending.MOST_ATTEMPTS):
        sending.run(at=timezone.now() + day * DAY)
    issue.refresh_from_db()
    assert (issue.state, issue.refused, issue.sent) == (IssueState.SENT, 1, 0)


@pytest.mark.django_db
def test_an_address_that_the_server_does_not_know_ends_and_a_message_it_refuses_does_not(postman: Postman) -> None:
    crowd(4)
    postman.rcpt["p1@exemple.fr"] = "550 5.1.1 No such user p1@exemple.fr"
    postman.data["p2@exemple.fr"] = "554 5.7.1 Spam"
    issue = agreed()
    assert sending.run().refused == 2
    issue.refresh_from_db()
    assert (issue.sent, issue.refused, issue.state) == (2, 2, IssueState.SENT)
    assert set(Subscriber.objects.values_list("email", flat=True)) == {
        "p0@exemple.fr", "p2@exemple.fr", "p3@exemple.fr",
    }  # fmt: skip
    assert Consent.objects.exclude(end="").get().end == End.BOUNCED


@pytest.mark.django_db
def test_a_server_that_refuses_everything_makes_the_sending_rest(postman: Postman) -> None:
    crowd(50)
    postman.data["*"] = "554 5.7.1 Blocked"
    issue = agreed()
    report = sending.run()
    issue.refresh_from_db()
    assert issue.state == IssueState.PAUSED and "refuse 20 lettres" in issue.remark == report.trouble
    assert Subscriber.objects.count() == 50 and issue.refused == 20
    postman.data.clear()
    assert sending.run().sent == 0
    agreeing.resume(issue, by=issue.written_by)
    assert sending.run().sent == 30


@pytest.mark.django_db
def test_pausing_holds_after_the_batch_and_resuming_sends_to_the_others(
    postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 5)
    crowd(12)
    issue = agreed()

    class Pausing(Line):
        def __enter__(self) -> Line:
            if len(postman.to) == 5:
                agreeing.pause(issue, by=issue.written_by)
            return super().__enter__()

    sending.run(line=Pausing)
    assert len(postman.to) == 10
    assert sending.run().sent == 0
    agreeing.resume(issue, by=issue.written_by)
    assert sending.run().sent == 2 and len(set(postman.to)) == len(postman.to) == 12


@pytest.mark.django_db
def test_who_leaves_between_two_batches_is_not_written_to(postman: Postman, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BATCH", 1)
    crowd(3)
    agreed()
    left = Subscriber.objects.get(email="p2@exemple.fr")

    class Leaving(Line):
        def __enter__(self) -> Line:
            subscribing.stop(Purpose.STOP, stop_token_of(left))
            return super().__enter__()

    assert sending.run(line=Leaving).sent == 2
    assert "p2@exemple.fr" not in postman.to


@pytest.mark.django_db
@pytest.mark.parametrize(("step", "sent", "doubtful"), [(b"DATA", 12, 0), (b"\r\n.\r\n", 11, 1)])
def test_a_connection_lost_before_a_letter_sends_it_again_and_during_it_does_not(
    postman: Postman, step: bytes, sent: int, doubtful: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy is « at most once »: nobody can know whether a letter cut off on its way was taken."""
    crowd(12)
    issue = agreed()
    whole, calls, lost = smtplib.SMTP.send, [], []

    def cut(self: smtplib.SMTP, data: str | bytes) -> Any:
        assert self not in lost, "to a lost server nothing more is said: its answer would be waited for"
        calls.append((data if isinstance(data, bytes) else data.encode()).rstrip(b" ").endswith((step, step + b"\r\n")))
        if calls[-1] and sum(calls) == 5:
            self.sock.close()
            lost.append(self)
            raise smtplib.SMTPServerDisconnected
        return whole(self, data)

    monkeypatch.setattr(smtplib.SMTP, "send", cut)
    first = sending.run()
    assert "rompue" in first.trouble and first.sent == 4
    second = sending.run()
    issue.refresh_from_db()
    assert (first.sent + second.sent, issue.sent, issue.doubtful) == (sent, sent, doubtful)
    assert len(postman.to) == len(set(postman.to)) == sent and issue.state == IssueState.SENT


@pytest.mark.django_db
def test_a_server_that_does_not_answer_loses_nothing(settings: object, postman: Postman) -> None:
    crowd(2)
    agreed()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    with pytest.raises(CommandError, match="ne répond pas"):
        call_command("lettre", "envoyer")
    assert not Batch.objects.exists()
    settings.EMAIL_PORT = port
    call_command("lettre", "envoyer")
    assert sorted(postman.to) == ["p0@exemple.fr", "p1@exemple.fr"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    with pytest.raises(CommandError, match="Aucun serveur"):
        call_command("lettre", "envoyer")


@pytest.mark.django_db
def test_a_demonstration_never_writes_to_real_people(postman: Postman) -> None:
    crowd(2)
    crowd(3, domain="demonstration.invalid", is_demo=True)
    demo, other = an_editor(), an_editor()
    for person in (demo, other):
        person.is_demo = True
        person.save()
    issue = an_issue(by=demo)
    agreeing.propose(issue, by=demo)
    issue.refresh_from_db()
    agreeing.agree(issue, version=issue.version, by=other)
    assert sending.run().sent == 3
    assert all(to.endswith("@demonstration.invalid") for to in postman.to)


@pytest.mark.django_db
def test_a_batch_that_another_sender_closed_is_not_sent_on(postman: Postman) -> None:
    crowd(5)
    issue = sending.start(agreed())
    drawer, at = sending.Drawer(issue), timezone.now()
    batch, letters, _ = sending.take(issue, drawer, at=at)
    with pytest.raises(sending.LostBatch):
        sending.take(issue, drawer, at=at)
    Batch.objects.update(closed_at=at)
    with Line() as line, pytest.raises(sending.LostBatch):
        sending._send_batch(issue, batch, letters, line, sending.Pace(0), sending.Report())
    assert not postman.to


@pytest.mark.django_db
def test_rows_of_a_sending_are_erased_a_month_after_and_sums_stay(postman: Postman) -> None:
    crowd(2)
    issue = agreed()
    sending.run()
    issue.refresh_from_db()
    assert swept("newsletter.deliveries", at=issue.finished_at + rules.KEPT) == 0
    assert swept("newsletter.deliveries", at=issue.finished_at + rules.KEPT + DAY) == 2
    issue.refresh_from_db()
    assert (issue.sent, Delivery.objects.count()) == (2, 0)


def test_two_senders_at_once_send_each_once(committed_db: None, postman: Postman) -> None:
    crowd(40)
    issue = agreed()
    at_once(sending.run, sending.run, sending.run)
    sending.run()
    issue.refresh_from_db()
    assert Counter(postman.to) == Counter({f"p{number}@exemple.fr": 1 for number in range(40)})
    assert (issue.state, issue.sent, issue.doubtful) == (IssueState.SENT, 40, 0)


def test_killed_again_and_again_it_writes_to_each_once(committed_db: None, tmp_path: Path) -> None:
    """SIGKILL in the middle, three times: nobody twice, and at most one letter a crash of which nobody knows."""
    crowd(CROWD)
    issue = agreed()
    sink = Sink()
    kills = 0
    try:
        for part in (0.2, 0.5, 0.8):
            sender = a_sender(sink.port, tmp_path)
            while sink.taken.total() < CROWD * part and sender.poll() is None:
                time.sleep(0.002)
            if sender.poll() is None:
                sender.send_signal(signal.SIGKILL)
                kills += 1
            sender.wait()
        assert a_sender(sink.port, tmp_path).wait(timeout=120) == 0
    finally:
        sink.close()
    issue.refresh_from_db()
    assert kills == 3 and issue.state == IssueState.SENT
    assert max(sink.taken.values()) == 1
    assert issue.doubtful <= kills
    # A letter in doubt has left, or has not: every other one has.
    missing = CROWD - len(sink.taken)
    assert missing <= issue.doubtful and issue.sent == CROWD - issue.doubtful
    doubted = Delivery.objects.filter(state=DeliveryState.DOUBTFUL).values_list("subscriber__email", flat=True)
    assert {f"p{number}@exemple.fr" for number in range(CROWD)} - set(sink.taken) <= set(doubted)


def a_sender(port: int, folder: Path) -> subprocess.Popen[bytes]:
    """`cmq lettre envoyer` in a process of its own, on the database of the test."""
    known = connection.settings_dict
    url = f"sqlite:///{known['NAME']}"
    if connection.vendor == "postgresql":
        user, password = quote(known["USER"] or ""), quote(known["PASSWORD"] or "")
        host = quote(str(known["HOST"] or "localhost"), safe="")
        url = f"postgres://{user}:{password}@{host}:{known['PORT'] or 5432}/{known['NAME']}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "CMQ_VAR_DIR": str(folder),
        "CMQ_MAIL_URL": f"smtp://127.0.0.1:{port}",
        "CMQ_LETTER_PER_MINUTE": "0",
    }
    return subprocess.Popen([sys.executable, "-m", "cmq.cli", "lettre", "envoyer"], cwd=ROOT, env=environment)
