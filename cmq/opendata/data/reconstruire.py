"""Make a read-only copy of the register, in SQLite, from the folder that this file is in. Needs Python alone.

    python reconstruire.py copie.sqlite3

One table a dataset, named as it is; lists are JSON arrays; the journal is the table « journal ».
"""

import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TYPES = {"integer": "INTEGER", "number": "REAL", "boolean": "INTEGER"}
JOURNAL = ("position", "digest", "at", "act", "model", "key", "summary", "diff")


def main(target: Path) -> None:
    """Check every file, then fill the copy."""
    if target.exists():
        sys.exit(f"{target} existe déjà.")
    package = json.loads((HERE / "datapackage.json").read_bytes())
    for resource in package["resources"]:
        check(resource)
    base = sqlite3.connect(target)
    with base:
        for resource in package["resources"]:
            if resource["name"] == "journal":
                fill(base, "journal", [(name, "TEXT") for name in JOURNAL], resource["path"])
            elif "schema" in resource:
                fields = resource["schema"]["fields"]
                columns = [(field["name"], TYPES.get(field["type"], "TEXT")) for field in fields]
                fill(base, resource["name"], columns, resource["path"])
    base.close()
    target.chmod(0o444)
    sys.stdout.write(f"{target} : copie du registre à la position {package['register']['position']}.\n")


def check(resource: dict[str, Any]) -> None:
    """Stop unless a file is as the package says."""
    content = HERE / resource["path"]
    if not content.is_file():
        sys.exit(f"{resource['path']} manque.")
    told = hashlib.sha256()
    with content.open("rb") as file:
        while piece := file.read(1 << 20):
            told.update(piece)
    if f"sha256:{told.hexdigest()}" != resource["hash"]:
        sys.exit(f"{resource['path']} a changé depuis l’export.")


def fill(base: sqlite3.Connection, table: str, columns: list[tuple[str, str]], path: str) -> None:
    """Make a table of the lines of a file."""
    told = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    base.execute(f'CREATE TABLE "{table}" ({told})')
    marks = ", ".join("?" for _ in columns)
    base.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows(path, [name for name, _ in columns]))  # noqa: S608


def rows(path: str, names: list[str]) -> Iterator[list[Any]]:
    """The values of each line, in the order of the columns."""
    with (HERE / path).open("rb") as file:
        for line in file:
            said = json.loads(line)
            yield [plain(said.get(name)) for name in names]


def plain(value: Any) -> Any:
    """A value as SQLite holds it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python reconstruire.py copie.sqlite3")
    main(Path(sys.argv[1]))
