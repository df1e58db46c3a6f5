"""One file: a tar of tables, files and secrets with its manifest, encrypted for the holders of age keys.

The file is an ordinary age file around an ordinary gzip tar: it opens without this program
(`age -d -i key file | tar xz`).
"""

import datetime as dt
import gzip
import hashlib
import os
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pyrage
from django.core.files.storage import Storage, default_storage
from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader

from cmq.core import env_files, secret
from cmq.core.errors import Refusal, require
from cmq.operations.backup import tables

FORMAT = 1
SUFFIX = ".tar.gz.age"
# The secrets of the environment, as a file of its lines; and where earlier versions kept theirs.
SECRETS = "keys/environment"
FORMER_KEYS = ("cles", "secret-key")
# Python's own 9 takes three times as long for a hundredth less.
COMPRESSION = 6


def recipients(keys: Sequence[str]) -> list[Any]:
    """The public keys (age1…) that a backup is encrypted for, or a Refusal."""
    require(keys, "Aucune clé pour chiffrer : donnez CMQ_BACKUP_RECIPIENTS (« cmq backup --new-key FICHIER » en fait).")
    try:
        return [pyrage.x25519.Recipient.from_str(key) for key in keys]
    except pyrage.RecipientError as error:
        raise Refusal("CMQ_BACKUP_RECIPIENTS : une clé publique age commence par « age1 ».") from error


def identity(path: Path) -> Any:
    """The private key kept in a file, or a Refusal."""
    try:
        lines = [line for line in path.read_text().splitlines() if line.startswith("AGE-SECRET-KEY-")]
        return pyrage.x25519.Identity.from_str(lines[0])
    except (OSError, UnicodeDecodeError, IndexError, pyrage.IdentityError) as error:
        raise Refusal(f"« {path} » n’est pas un fichier de clé privée age.") from error


def new_identity(path: Path) -> str:
    """Write a new private key in a file that only its owner reads; returns the public key."""
    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"# clé publique : {public}\n{made}\n")
    except FileExistsError as error:
        raise Refusal(f"« {path} » existe déjà : une clé ne se remplace pas.") from error
    return public


def migrations(using: str = "default") -> list[str]:
    """The migrations of this code, which a backup must share with the code that restores it."""
    return sorted(f"{app}.{name}" for app, name in MigrationLoader(connections[using]).graph.nodes)


def write(folder: Path, keys: Sequence[str], *, at: dt.datetime) -> tuple[Path, dict[str, Any]]:
    """Write a backup of the site in a folder.

    The rows are those of one instant, whoever writes meanwhile. The file appears whole or not at all.
    Returns its path and its manifest.
    """
    to = recipients(keys)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"cmq-{at:%Y%m%dT%H%M%SZ}{SUFFIX}"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".cmq-") as made:
        plain, sealed = Path(made) / "plain.tar.gz", Path(made) / "sealed"
        with os.fdopen(os.open(plain, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            manifest = _fill(file, Path(made), at)
        with plain.open("rb") as source, sealed.open("wb") as sink:
            pyrage.encrypt_io(source, sink, to)
            sink.flush()
            os.fsync(sink.fileno())
        sealed.rename(target)
    return target, manifest


def _fill(file: Any, work: Path, at: dt.datetime) -> dict[str, Any]:
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "at": at.isoformat(),
        "engine": connections["default"].vendor,
        "migrations": migrations(),
        "tables": {},
        "files": {},
    }
    with (
        gzip.GzipFile(fileobj=file, mode="wb", compresslevel=COMPRESSION) as packed,
        tarfile.open(fileobj=packed, mode="w|") as tar,
    ):
        with one_instant("default"):
            for model in tables.held():
                name = model._meta.db_table
                with (work / "table").open("w+b") as lines:
                    found = tables.write(model, lines, using="default")
                tar.add(work / "table", f"tables/{name}.jsonl")
                manifest["tables"][name] = {**found._asdict(), "columns": tables.columns(model)}
        for name, source in _files():
            (work / "file").write_bytes(source)
            tar.add(work / "file", name)
            manifest["files"][name] = hashlib.sha256(source).hexdigest()
        (work / "manifest").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        tar.add(work / "manifest", "manifest.json")
    return manifest


@contextmanager
def one_instant(using: str) -> Iterator[None]:
    """Let everything that is read inside be of one instant, without keeping anyone from writing."""
    connection = connections[using]
    if connection.in_atomic_block:
        # A test, or a caller that has already said which instant.
        yield
        return
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        # Django's own would take the lock of a writer.
        connection.connection.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            connection.connection.execute("ROLLBACK")
        return
    with transaction.atomic(using=using):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _files() -> Iterator[tuple[str, bytes]]:
    for name in sorted(stored(default_storage)):
        with default_storage.open(name) as file:
            yield f"media/{name}", file.read()
    told = [env_files.line(*each) for each in secret.given().items() if each[0] not in secret.OF_THIS_PLACE]
    yield SECRETS, "".join(told).encode()


def stored(storage: Storage, folder: str = "") -> Iterator[str]:
    """Name of every file of a storage."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from stored(storage, f"{folder}{name}/")


@contextmanager
def opened(path: Path, key: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Decrypt and unpack a backup in a folder that goes away afterwards, each part checked against the manifest.

    Gives the folder and the manifest. Raises Refusal for a file that is not whole, not ours, or not for this key.
    """
    with tempfile.TemporaryDirectory(prefix="cmq-") as made:
        plain, content = Path(made) / "plain.tar.gz", Path(made) / "content"
        try:
            with path.open("rb") as source, os.fdopen(os.open(plain, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as sink:
                pyrage.decrypt_io(source, sink, [key])
        except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
            raise Refusal(f"« {path} » ne se lit pas : {error.strerror}.") from error
        except (pyrage.DecryptError, OSError) as error:
            raise Refusal("La sauvegarde ne s’ouvre pas : autre clé, ou fichier abîmé.") from error
        try:
            with tarfile.open(plain) as tar:
                tar.extractall(content, filter="data")
            manifest = orjson.loads((content / "manifest.json").read_bytes())
        except (tarfile.TarError, OSError, EOFError, orjson.JSONDecodeError) as error:
            raise Refusal("La sauvegarde est abîmée : elle n’a pas tout ce qu’elle doit avoir.") from error
        plain.unlink()
        _check(content, manifest)
        yield content, manifest


def _check(content: Path, manifest: dict[str, Any]) -> None:
    require(manifest.get("format") == FORMAT, "La sauvegarde est d’une forme que ce programme ne connaît pas.")
    expected = {f"tables/{name}.jsonl": table["sha256"] for name, table in manifest["tables"].items()}
    for name in manifest["files"]:
        kind, *rest = Path(name).parts
        is_key = name == SECRETS or (kind == "keys" and bool(rest) and rest[0] in FORMER_KEYS)
        is_ours = ".." not in rest and bool(rest) and (kind == "media" or is_key)
        require(is_ours, f"La sauvegarde contient « {name} », qu’aucun site n’a écrit.")
    for name, sha256 in {**expected, **manifest["files"]}.items():
        path = content / name
        require(path.is_file() and _sha256(path) == sha256, f"La sauvegarde est abîmée : « {name} ».")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
