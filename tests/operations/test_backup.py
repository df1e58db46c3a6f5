"""A backup is opened by its key alone, comes back row by row, and one that cannot does no harm."""

import datetime as dt
import hashlib
import io
import json
import secrets
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from cmq.campuses.models import Campus
from cmq.core import env_files, journal, secret
from cmq.core.errors import Refusal
from cmq.core.models import Change
from cmq.core.partial_dates import PartialDate
from cmq.labels.models import LabelDecision
from cmq.operations import own_secrets
from cmq.operations.backup import archive, restoring, tables
from cmq.proof import private
from tests.conftest import committed
from tests.factories import a_campus, a_keeper
from tests.proof.making import an_award

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Kept:
    """A backup that no test changes, the private key that opens it, and what the tables of its site hold."""

    path: Path
    key: Any
    before: dict[str, tables.TableSum]


@pytest.fixture(scope="module")
def _site(django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site with a campus and a keeper, and a key for backups; its secrets are in the environment."""
    folder = tmp_path_factory.mktemp("site")
    public = archive.new_identity(folder / "private")
    with committed(django_db_blocker), override_settings(BACKUP_RECIPIENTS=[public]):
        a_keeper()
        an_award("2024-09", campus=a_campus("Campus sauvegardé"))
        # A row that tells by itself when it was made.
        DBTaskResult.objects.create(task_path="cmq", args_kwargs={"args": [], "kwargs": {}}, run_after=AT)
        DBTaskResult.objects.update(enqueued_at=AT)
        yield folder


@pytest.fixture(autouse=True)
def _folders(_site: Path, settings: object, tmp_path: Path) -> None:
    """Folders and a file of its own for each test."""
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path / "var", tmp_path / "media"
    default_storage.save("pieces/convention.pdf", ContentFile(b"%PDF un contrat"))


@pytest.fixture(scope="module")
def backup(_site: Path, django_db_blocker: Any) -> Kept:
    """One for all that only read it: it is long to write."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=_site / "media"):
        default_storage.save("pieces/convention.pdf", ContentFile(b"%PDF un contrat"))
        path = kept(_site, _site)
        return Kept(path, archive.identity(_site / "private"), dict(tables.sums("default")))


def kept(site: Path, folder: Path) -> Path:
    """A backup of the site as it is, in a folder."""
    return archive.write(folder / "kept", [str(archive.identity(site / "private").to_public())], at=AT)[0]


def test_what_is_restored_is_what_was_kept(
    _site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On another machine, whose environment has secrets of its own."""
    monkeypatch.setenv("CMQ_MAIL_URL", "smtp://nous:l'été@courrier.exemple.fr:587/?tls=true")
    monkeypatch.setenv("DATABASE_URL", "postgres://cmq:de-cette-machine@127.0.0.1/cmq")
    before, there = dict(tables.sums("default")), secret.given()
    path = kept(_site, tmp_path)
    Campus.objects.filter(name="Campus sauvegardé").update(name="Campus défiguré")
    a_campus("Campus d’après")
    default_storage.delete("pieces/convention.pdf")
    assert dict(tables.sums("default")) != before
    here = own_secrets.fresh()
    for name, value in here.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CMQ_MAIL_URL")
    call_command("restore", str(path), "--identity", str(_site / "private"), "--replace")
    assert dict(tables.sums("default")) == before
    assert before["labels_labeldecision"].rows == before["django_tasks_database_dbtaskresult"].rows == 1
    assert before["campuses_campus"].rows == 1 and before["reference_commune"].rows > 30_000
    assert default_storage.open("pieces/convention.pdf").read() == b"%PDF un contrat"
    assert journal.verify().broken is None
    # The next row is numbered after those that came back.
    assert a_campus("Campus suivant").pk not in set(
        Campus.objects.exclude(name="Campus suivant").values_list("pk", flat=True)
    )
    for name in here:
        monkeypatch.delenv(name)
    # Where the machine of the tests may have keys of an earlier version, which the command takes over.
    monkeypatch.setenv("CMQ_VAR_DIR", str(tmp_path / "elsewhere"))
    _secrets_came_back_beside(tmp_path, there, here, capsys.readouterr().out)


def _secrets_came_back_beside(tmp_path: Path, there: dict[str, str], here: dict[str, str], said: str) -> None:
    """Nothing of the new environment is replaced; joining them loses none."""
    (left,) = (tmp_path / "var").glob("secrets-restaures-*.env")
    assert stat.S_IMODE(left.stat().st_mode) == 0o600 and f"--reprendre {left}" in said
    names = ("CMQ_SECRET_KEY", "CMQ_SIGNING_KEYS", "CMQ_MAIL_URL")
    assert env_files.read(left) == {name: there[name] for name in names}
    assert all(name in said for name in names) and not [each for each in there.values() if each in said]
    file = tmp_path / "environment"
    env_files.change(file, lambda _: here)
    call_command("secrets", "--dans", str(file), "--reprendre", str(left))
    joined = env_files.read(file)
    assert joined["CMQ_SECRET_KEY"] == here["CMQ_SECRET_KEY"] and joined["CMQ_MAIL_URL"] == there["CMQ_MAIL_URL"]
    assert joined["CMQ_SECRET_KEY_FALLBACKS"] == there["CMQ_SECRET_KEY"]
    known = {each for told in (here, there) for each in private.read(told["CMQ_SIGNING_KEYS"])}
    assert set(private.read(joined["CMQ_SIGNING_KEYS"])) == known and len(known) == 2


def test_the_keys_of_a_backup_of_an_earlier_version_still_come_back(tmp_path: Path) -> None:
    """Those kept them as files of the machine."""
    signing = private.make()
    former = {
        "keys/secret-key": secrets.token_urlsafe(64),
        f"keys/cles/{signing.thumbprint()}.json": json.dumps(signing.as_dict(private=True)),
    }
    content = tmp_path / "content"
    for name, text in former.items():
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text(text)
    sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in former.items()}
    manifest = {"format": archive.FORMAT, "at": AT.isoformat(), "tables": {}, "files": sums}
    archive._check(content, manifest)
    path, lacking = restoring._leave_secrets(content, manifest)
    left = env_files.read(path)
    assert sorted(lacking) == sorted(left) == ["CMQ_SECRET_KEY", "CMQ_SIGNING_KEYS"]
    assert left["CMQ_SECRET_KEY"] == former["keys/secret-key"]
    assert set(private.read(left["CMQ_SIGNING_KEYS"])) == {signing.thumbprint()}
    assert [each.name for each in (tmp_path / "var").iterdir()] == [path.name]


@pytest.mark.parametrize("told", ["2024-09", {"year": 2024, "month": 9, "day": None}])
def test_a_partial_date_comes_back_as_it_is_told_now_and_was_before(told: object) -> None:
    assert tables._value(LabelDecision._meta.get_field("decided_on"), told) == PartialDate(2024, 9)


def rewritten(backup: Kept, folder: Path, name: str, change: bytes) -> Path:
    """The same backup with one part changed, encrypted again as its maker would."""
    plain = io.BytesIO()
    with (
        archive.opened(backup.path, backup.key) as (content, _),
        tarfile.open(fileobj=plain, mode="w:gz", compresslevel=1) as tar,
    ):
        (content / name).write_bytes(change)
        for each in sorted(content.rglob("*")):
            tar.add(each, str(each.relative_to(content)), recursive=False)
    other = folder / "changed"
    other.write_bytes(pyrage.encrypt(plain.getvalue(), [backup.key.to_public()]))
    return other


def test_what_cannot_be_restored_is_refused_and_changes_nothing(backup: Kept, tmp_path: Path) -> None:
    path, key = backup.path, backup.key
    archive.new_identity(tmp_path / "other")
    (tmp_path / "short").write_bytes(path.read_bytes()[:-1000])
    (tmp_path / "text").write_text("bonjour")
    sealed = tmp_path / "not-a-tar"
    sealed.write_bytes(pyrage.encrypt(b"bonjour", [key.to_public()]))
    rows = rewritten(backup, tmp_path, "tables/campuses_campus.jsonl", b"[1]\n")
    for file, identity, message in (
        (path, archive.identity(tmp_path / "other"), "autre clé"),
        (tmp_path / "short", key, "abîmé"),
        (tmp_path / "text", key, "abîmé"),
        (tmp_path / "absent", key, "ne se lit pas"),
        (sealed, key, "abîmée"),
        (rows, key, "campuses_campus"),
    ):
        with pytest.raises(Refusal, match=message):
            restoring.restore(file, identity, replace=True)
    with pytest.raises(Refusal, match="--replace"):
        restoring.restore(path, key)
    assert dict(tables.sums("default")) == backup.before


def test_rows_that_contradict_each_other_leave_the_site_as_it_was(backup: Kept) -> None:
    """A table whose rows are gone, with a manifest that agrees: found when the keys are looked at, and undone."""
    with archive.opened(backup.path, backup.key) as (content, manifest):
        (content / "tables" / "reference_departement.jsonl").write_bytes(b"")
        with pytest.raises(IntegrityError), restoring.transaction.atomic():
            restoring._restore_rows(content, manifest, "default")
    assert dict(tables.sums("default")) == backup.before


def test_another_version_of_the_code_is_refused(backup: Kept, tmp_path: Path) -> None:
    with archive.opened(backup.path, backup.key) as (content, _):
        manifest = (content / "manifest.json").read_bytes()
    changed = manifest.replace(b'"campuses.0001_initial"', b'"campuses.0001_other"')
    other = rewritten(backup, tmp_path, "manifest.json", changed)
    with pytest.raises(Refusal, match="autre version"):
        restoring.restore(other, backup.key, replace=True)


@pytest.mark.parametrize(
    "name",
    ["keys/../../passwd", "keys/autre", "media/../cles/2026.json", "/etc/passwd", "keys", "keys/environment/autre"],
)
def test_a_forged_backup_writes_nowhere_else(backup: Kept, tmp_path: Path, name: str) -> None:
    """Anyone who has the public key can encrypt: what is inside is not believed for that."""
    with archive.opened(backup.path, backup.key) as (content, _):
        manifest = json.loads((content / "manifest.json").read_bytes())
    manifest["files"][name] = manifest["files"].popitem()[1]
    other = rewritten(backup, tmp_path, "manifest.json", json.dumps(manifest).encode())
    with pytest.raises(Refusal, match="qu’aucun site n’a écrit"):
        restoring.restore(other, backup.key, replace=True)
    assert dict(tables.sums("default")) == backup.before


def test_sessions_stay_out(backup: Kept) -> None:
    with archive.opened(backup.path, backup.key) as (content, manifest):
        assert "django_session" not in manifest["tables"] and Change._meta.db_table in manifest["tables"]
        assert not (content / "tables" / "django_session.jsonl").exists()


def test_only_the_last_ones_are_kept(
    _site: Path, tmp_path: Path, settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    for day in ("20260101", "20260102"):
        (folder / f"cmq-{day}T000000Z{archive.SUFFIX}").touch()
    (folder / "autre.txt").touch()
    call_command("backup", str(folder), "--keep", "2")
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 3 and names[0] == "autre.txt" and names[1].startswith("cmq-20260102")
    settings.BACKUP_RECIPIENTS = []
    for wrong in ([str(folder)], [str(folder), "--keep", "0"], [], ["--verify", str(folder / names[1])]):
        with pytest.raises(CommandError):
            call_command("backup", *wrong)
    settings.BACKUP_RECIPIENTS = ["ssh-rsa AAAA"]
    with pytest.raises(CommandError, match="age1"):
        call_command("backup", str(folder))
    with pytest.raises(CommandError, match="ne se remplace pas"):
        call_command("backup", "--new-key", str(_site / "private"))
    assert sorted(path.name for path in folder.iterdir()) == names
