"""The way back from a backup: into an empty site, or in place of one, or aside to prove that it can be done."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connections, transaction

from cmq.campuses.models import Campus
from cmq.core import env_files, secret
from cmq.core.errors import require
from cmq.operations import own_secrets
from cmq.operations.backup import archive, tables

ASIDE = "restored"


class Restored(NamedTuple):
    """What was put back."""

    manifest: dict[str, Any]
    # Where secrets of the backup wait for somebody, and which; none when the environment has them all.
    secrets: Path
    lacking: list[str]


def restore(path: Path, key: Any, *, replace: bool = False) -> Restored:
    """Put a backup in the place of this site.

    All rows change in one transaction, which ends once the files are there: cut short, the rows are as before, and no
    file was touched unless all rows were good. Raises Refusal when the backup is damaged, made by other code, or when
    the site has a register and `replace` is not said.
    """
    with archive.opened(path, key) as (content, manifest):
        _require_same_code(manifest)
        require(
            replace or not Campus.objects.exists(),
            "Ce site a déjà un registre. Ajoutez --replace pour mettre la sauvegarde à sa place.",
        )
        with transaction.atomic():
            _restore_rows(content, manifest, "default")
            _restore_files(content, manifest)
            beside, lacking = _leave_secrets(content, manifest)
    return Restored(manifest, beside, lacking)


def prove(path: Path, key: Any) -> dict[str, Any]:
    """Restore a backup into a database made for it and removed afterwards; returns its manifest.

    Raises Refusal at the first table whose rows, read back, are not byte for byte those of the backup.
    """
    with archive.opened(path, key) as (content, manifest):
        _require_same_code(manifest)
        with _database_aside():
            with transaction.atomic(using=ASIDE):
                _restore_rows(content, manifest, ASIDE)
            for name, found in tables.sums(ASIDE):
                wanted = manifest["tables"][name]
                require(
                    (found.rows, found.sha256) == (wanted["rows"], wanted["sha256"]),
                    f"Restaurée, la table « {name} » n’est pas celle qui a été sauvegardée.",
                )
    return manifest


def _require_same_code(manifest: dict[str, Any]) -> None:
    require(
        manifest["migrations"] == archive.migrations(),
        "La sauvegarde vient d’une autre version du programme. Restaurez-la avec celle-ci, puis lancez « cmq setup ».",
    )


def _restore_rows(content: Path, manifest: dict[str, Any], using: str) -> None:
    tables.empty(using)
    for model in tables.held():
        name = model._meta.db_table
        require(
            manifest["tables"][name]["columns"] == tables.columns(model),
            f"La table « {name} » n’a pas les mêmes colonnes que dans la sauvegarde.",
        )
        tables.read(model, content / "tables" / f"{name}.jsonl", using=using)
    tables.follow_numbers(using)
    connections[using].check_constraints()


def _restore_files(content: Path, manifest: dict[str, Any]) -> None:
    for name in manifest["files"]:
        kind, _, rest = name.partition("/")
        if kind == "media":
            if default_storage.exists(rest):
                default_storage.delete(rest)
            with (content / name).open("rb") as file:
                default_storage.save(rest, File(file))


def _leave_secrets(content: Path, manifest: dict[str, Any]) -> tuple[Path, list[str]]:
    """Write those that this environment lacks into a file that its owner alone reads: where else is for a person."""
    stamp = "".join(each for each in manifest["at"] if each.isdigit())[:14]
    path = Path(settings.VAR_DIR) / f"secrets-restaures-{stamp}.env"
    wanted = own_secrets.lacking(_kept_secrets(content))
    if wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
        own_secrets.changed(path, lambda _: wanted)
    return path, list(wanted)


def _kept_secrets(content: Path) -> dict[str, str]:
    """By the name of their variable, wherever the version that made the backup kept them."""
    told = env_files.read(content / archive.SECRETS)
    known = {name: value for name, value in told.items() if name in secret.SETTINGS}
    return known or own_secrets.former(content / "keys")


@contextmanager
def _database_aside() -> Iterator[None]:
    """A migrated, empty database beside the site's, under the alias `ASIDE`."""
    aside = deepcopy(connections["default"].settings_dict)
    with tempfile.TemporaryDirectory(prefix="cmq-") as folder:
        name = f"cmq_restored_{secrets.token_hex(6)}"
        is_file = connections["default"].vendor == "sqlite"
        aside["NAME"] = str(Path(folder) / name) if is_file else name
        if not is_file:
            _outside_transactions(f'CREATE DATABASE "{name}"')
        connections.databases[ASIDE] = aside
        try:
            call_command("migrate", database=ASIDE, verbosity=0)
            yield
        finally:
            connections[ASIDE].close()
            del connections[ASIDE]
            del connections.databases[ASIDE]
            if not is_file:
                _outside_transactions(f'DROP DATABASE IF EXISTS "{name}"')


def _outside_transactions(statement: str) -> None:
    """PostgreSQL makes and drops databases on a connection that is in no transaction: not the site's."""
    connection = connections["default"].copy()
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
