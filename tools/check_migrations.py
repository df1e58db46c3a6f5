"""Refuse a migration that the code of the last release could not live with.

While several machines are upgraded, the new schema is there and the old code still serves. So a migration expands: what
it adds is optional. What it takes away (contracts) waits until a release without the need for it is everywhere, and
says which one that was:

    class Migration(migrations.Migration):
        unused_since = "1.4.0"  # the first release whose code does without what is taken away here

Usage: check_migrations.py            exit code 1 with one line for each finding
       check_migrations.py --release  write that the migrations of this code are those of the last release
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RELEASED = ROOT / "tools" / "released.json"
WIDER = {("CharField", "TextField"), ("SlugField", "CharField"), ("SlugField", "TextField")}


def main(arguments: list[str]) -> int:
    """0 when nothing was found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")
    import django

    django.setup()
    if arguments == ["--release"]:
        RELEASED.write_text(json.dumps(this_code(), indent=1) + "\n")
        return 0
    found = list(findings(json.loads(RELEASED.read_text())))
    print("\n".join(found) or "Every migration since the last release leaves its code at work.")
    return 1 if found else 0


def this_code() -> dict[str, Any]:
    """The version of this code and the last migrations of each of its rooms, as they are recorded at a release."""
    from django.db.migrations.loader import MigrationLoader

    import cmq

    leaves = MigrationLoader(None).graph.leaf_nodes()
    return {"release": cmq.__version__, "migrations": sorted([app, name] for app, name in leaves if is_ours(app))}


def is_ours(app: str) -> bool:
    """Whether an application is a room of this product."""
    from django.apps import apps

    return apps.get_app_config(app).name.startswith("cmq.")


def findings(released: dict[str, Any]) -> Iterator[str]:
    """What the migrations since a release do that its code cannot live with, a line each."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    leaves = [(app, name) for app, name in released["migrations"]]
    old = {node for leaf in leaves for node in loader.graph.forwards_plan(leaf)}
    state = loader.project_state(leaves)
    known = tables_of(state)
    for node in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        if node not in old:
            migration = loader.graph.nodes[node]
            for why in judged(migration, state, known, released["release"]):
                if is_ours(node[0]):
                    yield f"{node[0]}.{node[1]}: {why}"


def judged(migration: Any, state: Any, known: dict[str, set[str]], release: str) -> Iterator[str]:
    """What is wrong with one migration; the state moves on to what follows it.

    Args:
        known: the tables and columns that the code of the last release knows.
        release: the last release, which may be at work while this migration is applied.
    """
    declared = getattr(migration, "unused_since", "")
    found = [*_data_apart(migration), *_steps(migration.operations, migration, state, known)]
    if not declared:
        yield from found
    elif _number(declared) > _number(release):
        yield f"takes away what the release {release} still needs: unused_since = {declared!r} is not released yet"
    elif not found:
        yield "unused_since is said, but nothing is taken away"


def _number(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def tables_of(state: Any) -> dict[str, set[str]]:
    """The columns of each table in a state of the models; a relation of many to many counts under its field's name."""
    return {
        _table(app, model): {_column(name, field) for name, field in model.fields.items()}
        for (app, _), model in state.models.items()
    }


def _table(app: str, model: Any) -> str:
    return model.options.get("db_table") or f"{app}_{model.name_lower}"


def _column(name: str, field: Any) -> str:
    return field.db_column or (f"{name}_id" if field.many_to_one or field.one_to_one else name)


def _data_apart(migration: Any) -> Iterator[str]:
    """Rows are changed in a migration of their own: locks of a changed table would last as long as the rows take."""
    from django.db.migrations import RunPython, RunSQL

    kinds = {isinstance(each, RunPython | RunSQL) for each in migration.operations}
    if kinds == {True, False}:
        yield "changes rows and tables at once: readers wait for the lock; put the rows in a migration of their own"


def _steps(operations: Any, migration: Any, state: Any, known: dict[str, set[str]]) -> Iterator[str]:
    from django.db.migrations import SeparateDatabaseAndState

    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _steps(operation.database_operations, migration, state.clone(), known)
            operation.state_forwards(migration.app_label, state)
            continue
        before = state.clone()
        operation.state_forwards(migration.app_label, state)
        yield from _step(operation, migration, before, state, known)


def _step(operation: Any, migration: Any, before: Any, after: Any, known: dict[str, set[str]]) -> Iterator[str]:
    kind, app = type(operation).__name__, migration.app_label
    if kind not in HARMLESS | set(JUDGES):
        yield f"{kind} is not read here: say it in operations, or say unused_since"
        return
    if kind == "AddIndexAside" and migration.atomic:
        yield "AddIndexAside needs atomic = False"
    # Which attribute names the model differs between operations.
    name = next(filter(None, (getattr(operation, key, "") for key in ("model_name", "name", "old_name"))), "").lower()
    model = before.models.get((app, name))
    if kind in JUDGES and model is not None and _table(app, model) in known:
        columns = known[_table(app, model)]
        now = getattr(operation, "new_name_lower", "") if kind == "RenameModel" else name
        if said := JUDGES[kind](operation, model, columns, after.models.get((app, now))):
            yield f"{kind} {model.name}.{_what(operation)}: {said}"


def _what(operation: Any) -> str:
    if hasattr(operation, "index") or hasattr(operation, "constraint"):
        return str((getattr(operation, "index", None) or operation.constraint).name)
    return getattr(operation, "old_name", None) or getattr(operation, "name", "")


def _taken_away(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    return "the last release still asks for it"


def _model_renamed(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    same = _table(model.app_label, model) == _table(after.app_label, after)
    return "" if same else _taken_away(operation, model, columns, after)


def _removed(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    column = _column(operation.name, model.fields[operation.name])
    return _taken_away(operation, model, columns, after) if column in columns else ""


def _renamed(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    old = _column(operation.old_name, model.fields[operation.old_name])
    new = _column(operation.new_name, after.fields[operation.new_name])
    return _taken_away(operation, model, columns, after) if old != new and old in columns else ""


def _added(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    field = operation.field
    if field.many_to_many:
        return ""
    if not field.null and not field.has_db_default():
        return "the last release inserts rows without it: null=True, or a db_default"
    if field.unique and field.has_db_default():
        return "two rows of the last release would bear the same value"
    return _indexed(field) if not (field.many_to_one or field.one_to_one) else ""


def _indexed(field: Any) -> str:
    return "its index stops writers while it is built: AddIndexAside (cmq.core.expanding)" if field.db_index else ""


def _altered(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    from django.db.models import NOT_PROVIDED

    old, new = model.fields[operation.name], operation.field
    if _column(operation.name, old) not in columns:
        return ""
    kinds = (old.get_internal_type(), new.get_internal_type())
    narrower = any(
        _size(getattr(new, size, None)) < _size(getattr(old, size, None))
        for size in ("max_length", "max_digits", "decimal_places")
    )
    refused = {
        "another column": _column(operation.name, old) != _column(operation.name, new),
        "another type": kinds[0] != kinds[1] and kinds not in WIDER,
        "another table": str(getattr(old.remote_field, "model", "")).lower()
        != str(getattr(new.remote_field, "model", "")).lower(),
        "narrower": narrower,
        "no longer null": old.null and not new.null,
        "unique from now on": new.unique and not old.unique,
        "no default in the database any more": old.has_db_default() and new.db_default is NOT_PROVIDED and not new.null,
    }
    said = ", ".join(name for name, is_so in refused.items() if is_so)
    return f"{said}, which the last release does not know" if said else _indexed(new) if not old.db_index else ""


def _size(value: int | None) -> float:
    return float("inf") if value is None else value


def _index_added(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    return "stops writers while it is built: AddIndexAside (cmq.core.expanding)"


def _constrained(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    return "the last release may write rows that it refuses"


def _unique_together(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    added = set(map(tuple, operation.option_value or ())) - set(map(tuple, model.options.get("unique_together") or ()))
    return _constrained(operation, model, columns, after) if added else ""


def _retabled(operation: Any, model: Any, columns: set[str], after: Any) -> str:
    return _taken_away(operation, model, columns, after) if model.options.get("db_table") != operation.table else ""


# What each operation does to a table that the last release knows; "" for nothing that it would notice.
JUDGES = {
    "DeleteModel": _taken_away,
    "RenameModel": _model_renamed,
    "RemoveField": _removed,
    "RenameField": _renamed,
    "AddField": _added,
    "AlterField": _altered,
    "AddIndex": _index_added,
    "AddConstraint": _constrained,
    "AlterUniqueTogether": _unique_together,
    "AlterModelTable": _retabled,
    "AlterOrderWithRespectTo": _constrained,  # a column that old rows are inserted without
}
HARMLESS = {
    *("CreateModel", "CreateModelAlone", "AlterModelOptions", "AlterModelManagers", "AlterModelTableComment"),
    *("RunPython", "RemoveIndex", "RenameIndex", "RemoveConstraint", "AddIndexAside"),
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
