"""Time stamps of the journal by an authority made with openssl: asked for, kept, checked; wrong ones break nothing."""

import base64
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from cmq.core import feed, journal, timestamps
from cmq.core.errors import Refusal
from cmq.core.models import FeedHead, JournalStamp, Source
from tests.core.tsa import Authority, an_authority, is_possible, served

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not is_possible(), reason="openssl is not on this machine"),
]


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with an_authority() as made:
        yield made


@pytest.fixture
def asked(authority: Authority, settings: object) -> Iterator[list[dict[str, str]]]:
    """The site knows the authority and trusts its root."""
    with served(authority.answer) as (address, seen):
        settings.TSA_URL, settings.TSA_ROOTS = f"http://{address}/", str(authority.root)
        yield seen


def a_line() -> None:
    with feed.change_set():
        feed.record(Source.objects.create(title=f"source {Source.objects.count()}"), "tests.add", "Ajoutée.")


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def refusal() -> str:
    before = JournalStamp.objects.count()
    with pytest.raises(Refusal) as refused:
        timestamps.stamp_head()
    assert JournalStamp.objects.count() == before
    return str(refused.value)


def test_the_head_is_stamped_once(asked: list[dict[str, str]]) -> None:
    a_line()
    stamp, is_new = timestamps.stamp_head()
    assert is_new
    assert stamp.digest == journal.verify().head.digest
    assert timestamps.stamp_head() == (stamp, False)
    assert len(asked) == 1
    assert [timestamps.problem(each) for each in timestamps.stored()] == [""]


def test_the_command_stamps_and_verifies(asked: list[dict[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    a_line()
    call_command("journal", "stamp")
    call_command("journal", "verify")
    said = capsys.readouterr().out
    assert "Horodaté : position" in said
    assert "Horodatages : 1" in said
    assert "n’a pas été vérifiée" not in said


def test_without_roots_the_command_says_what_it_did_not_check(
    asked: list[dict[str, str]], settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.TSA_ROOTS = ""
    a_line()
    call_command("journal", "stamp")
    call_command("journal", "verify")
    assert "n’a pas été vérifiée : donnez CMQ_TSA_ROOTS" in capsys.readouterr().out


def test_a_user_and_a_password_go_in_a_header_only(asked: list[dict[str, str]], settings: object) -> None:
    settings.TSA_URL = settings.TSA_URL.replace("http://", "http://nom:mot%20de%20passe@")
    a_line()
    timestamps.stamp_head()
    (headers,) = asked
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"nom:mot de passe"
    assert "@" not in headers["Host"]


def test_openssl_agrees_on_an_export(asked: list[dict[str, str]], authority: Authority, tmp_path: Path) -> None:
    a_line()
    stamp, _ = timestamps.stamp_head()
    a_line()
    out = io.BytesIO()
    journal.export(out)
    lines = out.getvalue().splitlines()
    (exported,) = json.loads(lines[-2])["stamps"]
    assert exported["position"] == stamp.position
    (tmp_path / "line").write_bytes(lines[stamp.position - 1])
    (tmp_path / "token").write_bytes(base64.b64decode(exported["token"]))
    command = ["openssl", "ts", "-verify", "-data", "line", "-in", "token", "-CAfile", str(authority.root)]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    verdict = journal.verify_export(io.BytesIO(out.getvalue()))
    assert verdict.broken is None
    assert [timestamps.problem(each) for each in timestamps.exported(verdict.stamps)] == [""]


def test_a_tail_that_was_stamped_cannot_go(asked: list[dict[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    a_line()
    a_line()
    stamp, _ = timestamps.stamp_head()
    last = stamp.position - 1
    execute(f"DELETE FROM core_change WHERE position > {last}")
    execute(
        f"UPDATE core_feedhead SET position = {last}, public_position = {last}, "
        f"digest = (SELECT digest FROM core_change WHERE position = {last})"
    )
    with pytest.raises(SystemExit):
        call_command("journal", "verify")
    assert f"rompu à la position {stamp.position}" in capsys.readouterr().out


def test_a_stamp_moved_to_another_digest_is_found(
    asked: list[dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    a_line()
    timestamps.stamp_head()
    a_line()
    head = FeedHead.objects.get()
    JournalStamp.objects.update(position=head.position, digest=head.digest)
    with pytest.raises(SystemExit):
        call_command("journal", "verify")
    assert "a horodaté autre chose" in capsys.readouterr().out


def test_a_stamp_of_another_day_is_found(asked: list[dict[str, str]]) -> None:
    a_line()
    stamp, _ = timestamps.stamp_head()
    execute("UPDATE core_journalstamp SET stamped_at = '2020-01-01 00:00:00+00:00'")
    assert "son instant" in timestamps.problem(timestamps.stored()[0])
    assert stamp.pk


def test_a_stamp_of_an_unknown_authority_is_refused(asked: list[dict[str, str]], settings: object) -> None:
    a_line()
    with an_authority() as stranger:
        settings.TSA_ROOTS = str(stranger.root)
        assert "ne mène pas aux certificats" in refusal()
        timestamps_kept = timestamps.stored()
    assert timestamps_kept == []


def test_an_answer_to_another_request_is_refused(authority: Authority, settings: object) -> None:
    a_line()
    kept: list[bytes] = []

    def replay(query: bytes) -> bytes:
        kept.append(authority.answer(query))
        return kept[0]

    with served(replay) as (address, _):
        settings.TSA_URL, settings.TSA_ROOTS = f"http://{address}/", str(authority.root)
        timestamps.stamp_head()
        JournalStamp.objects.all().delete()
        assert "autre demande" in refusal()
        a_line()
        assert "autre chose" in refusal()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"", "pas un horodatage"),
        (b"<html>bienvenue</html>", "pas un horodatage"),
        (b"\x30\x05\x30\x03\x02\x01\x02", "horodat"),
        (b"x" * 300_000, "trop longue"),
        (500, "a répondu 500"),
        (401, "a répondu 401"),
    ],
)
def test_a_wrong_answer_leaves_a_clear_message(answer: object, message: str, settings: object) -> None:
    a_line()
    with served(lambda query: answer) as (address, _):
        settings.TSA_URL = f"http://{address}/"
        assert message in refusal()
    assert journal.verify().broken is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://[::1", "ftp://127.0.0.1/", "file:///etc/passwd", "tsa"])
def test_an_absent_authority_leaves_a_clear_message(url: str, settings: object) -> None:
    a_line()
    settings.TSA_URL = url
    assert "CMQ_TSA_URL" in refusal()


def test_unreadable_roots_leave_a_clear_message(asked: list[dict[str, str]], settings: object, tmp_path: Path) -> None:
    a_line()
    settings.TSA_ROOTS = str(tmp_path / "absent.pem")
    assert "CMQ_TSA_ROOTS illisibles" in refusal()
    (tmp_path / "wrong.pem").write_text("rien")
    settings.TSA_ROOTS = str(tmp_path / "wrong.pem")
    assert "CMQ_TSA_ROOTS illisibles" in refusal()


def test_an_empty_journal_has_nothing_to_stamp(asked: list[dict[str, str]]) -> None:
    execute("DELETE FROM core_change")
    execute("DELETE FROM core_feedhead")
    assert "vide" in refusal()
    assert asked == []


def test_stamps_of_a_tampered_export_are_doubted(asked: list[dict[str, str]]) -> None:
    a_line()
    stamp, _ = timestamps.stamp_head()
    good = timestamps.stored()[0]
    token = bytearray(good.token)
    token[-1] ^= 1
    for bad in (
        timestamps.Stamp(good.position, good.digest, good.at, bytes(token)),
        timestamps.Stamp(good.position, good.digest, good.at, b"x"),
        timestamps.Stamp(good.position, "zz", good.at, good.token),
        timestamps.Stamp(good.position, good.digest, "hier", good.token),
    ):
        assert timestamps.problem(bad)
    assert timestamps.exported([{"position": 1, "digest": "", "at": "", "token": "é"}])[0].token == b""
    assert stamp.pk
