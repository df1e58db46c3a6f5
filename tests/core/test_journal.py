"""The journal: one written form, every tampering found where it is, exports that prove themselves."""

import datetime as dt
import hashlib
import io
import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmq.core import feed, journal
from cmq.core.canonical import written_line
from cmq.core.journal import Head
from cmq.core.models import Change, FeedHead, JournalStamp, Source

ROOT = Path(__file__).resolve().parents[2]


def a_line(summary: str = "Source ajoutée.", *, is_private: bool = False, **diff: object) -> None:
    with feed.change_set(by=7):
        source = Source.objects.create(title=f"source {Source.objects.count()}")
        feed.record(source, "tests.add", summary, diff=diff, is_private=is_private)


@pytest.fixture
def start(db: None) -> int:
    """Six lines after those of the reference data; the position before the first."""
    before = feed.position()
    for number in range(5):
        a_line(f'Ligne « {number} »\\ "é" \u2028 😀\n', champ=[None, {"z": 1, "a": [1.5, 10**16, 1e300]}])
    a_line("Interne.", is_private=True)
    return before


def exported() -> bytes:
    out = io.BytesIO()
    journal.export(out)
    return out.getvalue()


def verdict_on(content: bytes, *known: Head) -> journal.Verdict:
    return journal.verify_export(io.BytesIO(content), known=known)


def execute(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def broken() -> int | None:
    found = journal.verify().broken
    return found.position if found else None


def test_a_whole_journal_is_whole(start: int) -> None:
    verdict = journal.verify()
    assert verdict.broken is None
    assert verdict.head.position == start + 6
    assert verdict.head.digest == FeedHead.objects.get().digest


def test_an_instant_without_a_fraction_is_written_alike(start: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed.timezone, "now", lambda: dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC))
    a_line()
    assert broken() is None
    assert b'"at":"2026-01-02T03:04:05.000000Z"' in journal.line_at(start + 7)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2026-01-01 00:00:00'"),
        ("by", "8"),
        ("by", "NULL"),
        ("act", "'tests.other'"),
        ("model", "'core.change'"),
        ("key", "'0'"),
        ("last_key", "'1'"),
        ("count", "2"),
        ("summary", "summary || ' '"),
        ("is_private", "NOT is_private"),
        ("diff", "'{}'"),
        ("diff", "diff || ' '"),
        ("digest", "'" + "0" * 64 + "'"),
    ],
)
def test_one_value_changed_is_found_where_it_is(start: int, column: str, value: str) -> None:
    execute(f'UPDATE core_change SET "{column}" = {value} WHERE position = %s', start + 3)
    assert broken() == start + 3


def test_a_digest_made_to_fit_is_found_one_line_later(start: int) -> None:
    execute("UPDATE core_change SET summary = 'autre' WHERE position = %s", start + 3)
    execute(
        "UPDATE core_change SET digest = %s WHERE position = %s",
        hashlib.sha256(journal.line_at(start + 3)).hexdigest(),
        start + 3,
    )
    assert broken() == start + 4


def test_a_line_removed_is_found(start: int) -> None:
    execute("DELETE FROM core_change WHERE position = %s", start + 2)
    assert broken() == start + 2


def test_two_lines_that_changed_places_are_found(start: int) -> None:
    for old, new in ((start + 2, start + 99), (start + 3, start + 2), (start + 99, start + 3)):
        execute("UPDATE core_change SET position = %s WHERE position = %s", new, old)
    assert broken() == start + 2


def test_a_tail_removed_is_found_by_the_head(start: int) -> None:
    execute("DELETE FROM core_change WHERE position > %s", start + 4)
    assert broken() == start + 5


def test_a_line_added_behind_the_head_is_found(start: int) -> None:
    line = journal.line_at(start + 6)
    last = Change.objects.get(position=start + 6)
    copy = Change(**{field.attname: getattr(last, field.attname) for field in Change._meta.concrete_fields})
    copy.position = start + 7
    values = [copy.act, copy.model, copy.key, "", "", 1, copy.summary, 1, "{}"]
    text = re.search(rb'"at":"([^"]+)"', line)[1].decode().replace("T", " ").rstrip("Z")
    copy.diff, copy.is_private = {}, True
    copy.digest = hashlib.sha256(written_line(last.digest, start + 7, text, copy.by, *values)).hexdigest()
    copy.save(force_insert=True)
    assert broken() == start + 7


@pytest.mark.parametrize("column", ["digest = ''", "public_position = public_position - 1", "position = position - 1"])
def test_a_false_head_is_found(start: int, column: str) -> None:
    execute(f"UPDATE core_feedhead SET {column}")
    assert broken() is not None


def test_a_head_that_is_gone_is_found(start: int) -> None:
    execute("DELETE FROM core_feedhead")
    assert broken() == 1


def cut_off(position: int) -> None:
    """The tail goes, and the head is changed with it: the database alone cannot tell any more."""
    execute("DELETE FROM core_change WHERE position > %s", position)
    last = Change.objects.get(position=position)
    FeedHead.objects.update(position=position, public_position=position, digest=last.digest)


def test_a_tail_removed_with_the_head_shows_by_what_was_kept_elsewhere(start: int) -> None:
    kept = journal.verify().head
    cut_off(start + 4)
    assert broken() is None
    found = journal.verify(known=[kept]).broken
    assert found is not None and found.position == start + 5
    assert "a compté au moins" in found.reason


def test_a_chain_written_anew_shows_by_what_was_kept_elsewhere(start: int) -> None:
    kept = journal.verify().head
    cut_off(start + 4)
    a_line("Une autre suite.")
    a_line("Une autre encore.")
    assert broken() is None
    found = journal.verify(known=[kept]).broken
    assert found is not None and found.position == start + 6
    assert "récrite" in found.reason


def test_a_stored_stamp_is_such_a_witness(start: int) -> None:
    head = journal.verify().head
    JournalStamp.objects.create(
        position=head.position, digest=head.digest, stamped_at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC), token=b""
    )
    assert broken() is None
    cut_off(start + 4)
    assert broken() == start + 5


@pytest.mark.usefixtures("committed_db")
def test_several_processes_find_the_same() -> None:
    for _ in range(7):
        a_line()
    total = journal.verify().head
    assert journal.verify(processes=3).head == total
    execute("UPDATE core_change SET summary = 'autre' WHERE position = %s", total.position - 1)
    execute("DELETE FROM core_change WHERE position = %s", total.position)
    for processes in (1, 2, 3, 50):
        found = journal.verify(processes=processes).broken
        assert found is not None and found.position == total.position - 1, processes


@pytest.mark.usefixtures("committed_db")
def test_a_journal_that_grows_meanwhile_is_no_broken_one() -> None:
    """Whoever verifies or exports while others write sees a whole journal, each time."""
    finished = threading.Event()

    def write() -> None:
        for _ in range(40):
            a_line()
        finished.set()
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    while not finished.is_set():
        assert journal.verify().broken is None
        assert verdict_on(exported()).broken is None
    writer.join()
    assert verdict_on(exported()).head == journal.verify().head


def test_a_hole_larger_than_what_is_read_at_once_is_found(start: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "CHUNK", 2)
    assert broken() is None
    execute("DELETE FROM core_change WHERE position > %s AND position < %s", start + 1, start + 6)
    assert broken() == start + 2


# Exports


def test_an_export_proves_itself(start: int) -> None:
    content = exported()
    verdict = verdict_on(content)
    assert verdict.broken is None
    assert verdict.head == journal.verify().head
    lines = [json.loads(line) for line in content.splitlines()]
    assert [line.get("position") for line in lines] == [*range(1, start + 7), None, None]
    assert lines[-2] == {"previous": verdict.head.digest, "format": "cmq-journal/1", "lines": start + 6, "stamps": []}


def test_an_empty_journal_is_exported_too(db: None) -> None:
    execute("DELETE FROM core_change")
    execute("DELETE FROM core_feedhead")
    assert verdict_on(exported()).head == Head(0, "")
    assert broken() is None


def test_an_export_of_a_tampered_journal_is_broken_at_the_same_place(start: int) -> None:
    execute("UPDATE core_change SET summary = 'autre' WHERE position = %s", start + 3)
    found = verdict_on(exported()).broken
    assert found is not None and found.position == start + 3


def test_an_export_is_held_to_the_heads_seen_before(start: int) -> None:
    early = Head(start + 2, Change.objects.get(position=start + 2).digest)
    content = exported()
    assert verdict_on(content, early).broken is None
    assert verdict_on(content, Head(start + 2, "0" * 64)).broken.position == start + 2
    assert verdict_on(content, Head(start + 9, "0" * 64)).broken.position == start + 7


@pytest.mark.parametrize("stamps", [[{}], [1], "x", [{"position": "1", "digest": "", "at": "", "token": ""}]])
def test_an_export_with_foreign_stamps_is_refused(start: int, stamps: object) -> None:
    lines = exported().splitlines()
    end = json.loads(lines[-2]) | {"stamps": stamps}
    closing = json.dumps(end, separators=(",", ":")).encode()
    seal = b'{"previous":"%b"}' % hashlib.sha256(closing).hexdigest().encode()
    assert verdict_on(b"\n".join([*lines[:-2], closing, seal, b""])).broken is not None


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b"[]\n", b"\xff\xfe\n", b"a,b,c\n" * 9, b'{"previous":""}\n'])
def test_what_is_no_journal_is_refused(content: bytes) -> None:
    found = verdict_on(content).broken
    assert found is not None and found.position == 1


@st.composite
def tamperings(draw: st.DrawFn, content: bytes) -> tuple[bytes, int]:
    """The content with one thing changed, and the number of the first line that it touches."""
    lines = content.splitlines(keepends=True)
    number = draw(st.integers(1, len(lines)))
    line = lines[number - 1]
    kind = draw(st.sampled_from(["byte", "insert", "drop byte", "remove", "repeat", "swap", "cut", "cut inside"]))
    at = draw(st.integers(0, len(line) - 1))
    if kind == "byte":
        other = draw(st.integers(0, 255).filter(lambda value: value != line[at]))
        lines[number - 1] = line[:at] + bytes([other]) + line[at + 1 :]
    elif kind == "insert":
        lines[number - 1] = line[:at] + draw(st.binary(min_size=1, max_size=3)) + line[at:]
    elif kind == "drop byte":
        lines[number - 1] = line[:at] + line[at + 1 :]
    elif kind == "remove":
        del lines[number - 1]
    elif kind == "repeat":
        lines.insert(number, line)
    elif kind == "swap":
        other = draw(st.integers(1, len(lines)).filter(lambda value: value != number))
        lines[number - 1], lines[other - 1] = lines[other - 1], lines[number - 1]
        number = min(number, other)
    elif kind == "cut":
        del lines[number - 1 :]
    else:
        lines[number - 1 :] = [line[:at]]
    return b"".join(lines), number


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_tampering_of_an_export_is_found(start: int, data: st.DataObject) -> None:
    content = exported()
    tampered, number = data.draw(tamperings(content))
    if tampered == content:
        return
    found = verdict_on(tampered).broken
    assert found is not None
    # The line that was touched, or the one before when it is the word of the touched one that no longer holds.
    assert number - 1 <= found.position <= number + 1


# The command, and the script that the guide gives to anyone


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    try:
        call_command("journal", *arguments)
        code = 0
    except SystemExit as error:
        code = error.code
    return code, capsys.readouterr().out


def test_the_command_proves_exports_and_compares(
    start: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, head = tmp_path / "journal.jsonl", journal.verify().head
    code, said = run(capsys, "export", str(file))
    assert code == 0 and str(head) in said
    assert run(capsys, "verify")[0] == 0
    assert run(capsys, "verify", str(file))[0] == 0
    a_line()
    assert run(capsys, "verify", "--against", str(file), "--head", str(head))[0] == 0
    cut_off(start + 4)
    assert run(capsys, "verify")[0] == 0
    for proof in (["--against", str(file)], ["--head", str(head)]):
        code, said = run(capsys, "verify", *proof)
        assert code == 1
        assert f"rompu à la position {start + 5}" in said


def test_the_command_says_the_first_broken_position(start: int, capsys: pytest.CaptureFixture[str]) -> None:
    execute("UPDATE core_change SET summary = 'autre' WHERE position = %s", start + 2)
    execute("UPDATE core_change SET summary = 'autre' WHERE position = %s", start + 4)
    code, said = run(capsys, "verify")
    assert code == 1
    assert said.startswith(f"✗ Journal rompu à la position {start + 2} :")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "/nulle/part"], "ne peut pas être lu"),
        (["export", "/nulle/part/x"], "ne peut pas être écrit"),
        (["verify", "--head", "12"], "n’est pas une tête"),
        (["stamp"], "CMQ_TSA_URL"),
    ],
)
def test_the_command_refuses_clearly(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("journal", *arguments)


@pytest.mark.django_db
def test_an_export_replaces_no_file(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("gardé")
    with pytest.raises(CommandError, match="existe déjà"):
        call_command("journal", "export", str(tmp_path / "kept"))
    assert (tmp_path / "kept").read_text() == "gardé"


def test_the_script_of_the_guide_says_the_same(start: int, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guide" / "verifier.md").read_text()
    script = tmp_path / "verifie.py"
    script.write_text(re.search(r"```python\n# verifie\.py\n(.+?)```", guide, re.DOTALL)[1])
    file = tmp_path / "journal.jsonl"
    content = exported()
    lines = content.splitlines(keepends=True)
    for tampered, whole in (
        (content, True),
        (content.replace(b"Interne", b"Externe"), False),
        (b"".join(lines[:-1]), False),
        (b"".join(lines[:3] + lines[4:]), False),
    ):
        file.write_bytes(tampered)
        done = subprocess.run([sys.executable, script, file], capture_output=True, text=True)
        assert (done.returncode == 0) is whole, done
    assert (
        f"{journal.verify().head}"
        in subprocess.run([sys.executable, script, _written(file, content)], capture_output=True, text=True).stdout
    )


def _written(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file
