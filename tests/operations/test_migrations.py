"""A migration leaves the code of the last release at work: what the check says of a step is what a database does."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Now

from cmq.core.expanding import AddIndexAside
from tools import check_migrations as check

STEPS: dict[str, list[Any]] = {
    "new table": [migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))])],
    "optional column": [migrations.AddField("thing", "more", models.CharField(max_length=9, null=True))],
    "column with a default of Django's": [
        migrations.AddField("thing", "more", models.CharField(default="x", max_length=9))
    ],
    "column with a default of the database's": [
        migrations.AddField("thing", "more", models.CharField(max_length=9, default="x", db_default="x"))
    ],
    "moment with a default of the database's": [
        migrations.AddField("thing", "at", models.DateTimeField(null=True)),
        migrations.AlterField("thing", "at", models.DateTimeField(null=True, db_default=Now())),
    ],
    "needed column": [
        migrations.AddField("thing", "more", models.IntegerField(null=True)),
        migrations.AlterField("thing", "more", models.IntegerField(default=0, db_default=0)),
    ],
    "column taken away": [migrations.RemoveField("thing", "note")],
    "column renamed": [migrations.RenameField("thing", "note", "remark")],
    "renamed for us only": [
        migrations.RenameField("thing", "note", "remark"),
        migrations.AlterField("thing", "remark", models.TextField(null=True, db_column="note")),
    ],
    "column kept until later": [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("thing", "note")])
    ],
    "table taken away": [migrations.DeleteModel("Thing")],
    "table renamed": [migrations.RenameModel("Thing", "Object")],
    "null refused": [migrations.AlterField("thing", "note", models.TextField(default=""))],
    "longer": [migrations.AlterField("thing", "name", models.CharField(max_length=90))],
    "unbound": [migrations.AlterField("thing", "name", models.TextField())],
    "other words": [migrations.AlterField("thing", "name", models.CharField("nom", max_length=30, help_text="Nom."))],
    "once": [migrations.AlterField("thing", "name", models.CharField(max_length=30, unique=True))],
    "rule": [
        migrations.AddConstraint("thing", models.CheckConstraint(condition=~models.Q(name="same"), name="never_same"))
    ],
    "pairs once": [migrations.AlterUniqueTogether("thing", {("name", "rank")})],
    "new table, then changed": [
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True)), ("a", models.TextField())]),
        migrations.RenameField("other", "a", "b"),
        migrations.AddIndex("other", models.Index(fields=["b"], name="other_b")),
    ],
}
BREAK = {
    *("column with a default of Django's", "column taken away", "column renamed", "table taken away", "table renamed"),
    *("null refused", "once", "rule", "pairs once", "renamed for us only"),
}
# What a database bears, and which is refused for another reason: nothing tells a rename that was never meant from one.
REFUSED_ALL_THE_SAME = {"renamed for us only"}
# Locks, and what no row of one table shows.
REFUSED_UNSEEN: dict[str, Any] = {
    "index": migrations.AddIndex("thing", models.Index(fields=["name"], name="thing_name")),
    "indexed": migrations.AlterField("thing", "name", models.CharField(max_length=30, db_index=True)),
    "indexed from the start": migrations.AddField("thing", "slug", models.SlugField(null=True)),
    "index aside, in a transaction": AddIndexAside("thing", models.Index(fields=["name"], name="thing_name")),
    "shorter": migrations.AlterField("thing", "name", models.CharField(max_length=20)),
    "other type": migrations.AlterField("thing", "rank", models.BigIntegerField()),
    "statement": migrations.RunSQL("SELECT 1"),
}


def state() -> ProjectState:
    found = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=30)),
        ("rank", models.IntegerField()),
        ("note", models.TextField(null=True)),
    ]
    found.add_model(ModelState("stage", "Thing", fields))
    return found


def migration(*operations: Any, **attributes: Any) -> migrations.Migration:
    return type("Migration", (migrations.Migration,), {"operations": list(operations), **attributes})("0002", "stage")


def judged(*operations: Any, release: str = "1.4.0", **attributes: Any) -> list[str]:
    return list(check.judged(migration(*operations, **attributes), state(), check.tables_of(state()), release))


@pytest.fixture
def aside(db: None) -> Iterator[Any]:
    """A connection of its own, in no transaction, to a database where nothing of the site is touched."""
    made = connection.copy()
    if made.vendor == "sqlite":
        made.settings_dict = {**made.settings_dict, "NAME": ":memory:"}
    tables = ("stage_thing", "stage_object", "stage_other")
    try:
        with made.schema_editor() as editor:
            editor.create_model(state().apps.get_model("stage", "Thing"))
        yield made
    finally:
        with made.cursor() as cursor:
            for table in tables:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")
        made.close()


def apply(made: Any, *operations: Any, atomic: bool = True) -> None:
    step = migration(*operations, atomic=atomic)
    with made.schema_editor(atomic=atomic) as editor:
        step.apply(state(), editor)


def old_code_works(made: Any) -> bool:
    """Whether what the last release says to the database is still answered."""
    try:
        with made.cursor() as cursor:
            for _ in range(2):
                cursor.execute("INSERT INTO stage_thing (name, rank, note) VALUES ('same', 1, NULL)")
            cursor.execute("UPDATE stage_thing SET note = 'read' WHERE rank = 1")
            cursor.execute("SELECT id, name, rank, note FROM stage_thing")
            return len(cursor.fetchall()) == 2
    except DatabaseError:
        return False


@pytest.mark.parametrize("name", STEPS)
def test_the_check_says_what_the_database_does(aside: Any, name: str) -> None:
    apply(aside, *STEPS[name])
    assert old_code_works(aside) == (name not in BREAK - REFUSED_ALL_THE_SAME)
    assert bool(judged(*STEPS[name])) == (name in BREAK)


@pytest.mark.parametrize("name", REFUSED_UNSEEN)
def test_what_locks_or_loses_is_refused(name: str) -> None:
    assert judged(REFUSED_UNSEEN[name])


def test_rows_are_changed_in_a_migration_of_their_own() -> None:
    rows = migrations.RunPython(migrations.RunPython.noop)
    assert judged(rows) == []
    assert judged(STEPS["optional column"][0], rows)


def test_what_is_taken_away_names_a_release_that_is_everywhere() -> None:
    gone = STEPS["column taken away"][0]
    assert judged(gone, unused_since="1.4.0") == [] and judged(gone, unused_since="1.3.9") == []
    assert "not released yet" in judged(gone, unused_since="1.10.0")[0]
    assert "nothing is taken away" in judged(STEPS["optional column"][0], unused_since="1.4.0")[0]


def test_an_index_is_built_while_others_write(aside: Any) -> None:
    step = AddIndexAside("thing", models.Index(fields=["name"], name="thing_name"))
    assert judged(step, atomic=False) == []
    if aside.vendor == "sqlite":
        apply(aside, step, atomic=False)
    else:
        writer = aside.copy()
        building = threading.Thread(target=_build, args=(aside, step))
        try:
            with aside.cursor() as cursor, writer.cursor() as other:
                cursor.execute("BEGIN; INSERT INTO stage_thing (name, rank) VALUES ('first', 1)")
                building.start()
                while building.is_alive() and not _waits(other):
                    pass
                # The builder waits for the first writer; a second one does not wait for the builder.
                assert building.is_alive()
                other.execute("SET lock_timeout = '5s'")
                other.execute("INSERT INTO stage_thing (name, rank) VALUES ('second', 1)")
                cursor.execute("COMMIT")
        finally:
            aside.close()
            building.join()
            writer.close()
    with aside.cursor() as cursor:
        assert "thing_name" in aside.introspection.get_constraints(cursor, "stage_thing")
    apply(aside, migrations.SeparateDatabaseAndState(state_operations=[step]))


def _build(made: Any, step: Any) -> None:
    builder = made.copy()
    apply(builder, step, atomic=False)
    builder.close()


def _waits(cursor: Any) -> bool:
    cursor.execute("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%' AND wait_event_type = 'Lock'")
    return cursor.fetchone() is not None


def test_every_migration_since_the_last_release_leaves_it_at_work() -> None:
    assert list(check.findings(json.loads(check.RELEASED.read_text()))) == []


@pytest.mark.django_db
def test_this_database_takes_the_rows_of_the_last_release() -> None:
    """Each table and column that it names is there, and each other column does without a value."""
    from django.db.migrations.loader import MigrationLoader

    leaves = [(app, name) for app, name in json.loads(check.RELEASED.read_text())["migrations"]]
    old = MigrationLoader(None).project_state(leaves)
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in old.apps.get_models():
            if not model.__module__ or not check.is_ours(model._meta.app_label):
                continue
            assert model._meta.db_table in tables
            known = {field.column for field in model._meta.local_concrete_fields}
            there = _columns(cursor, model._meta.db_table)
            assert known <= set(there), model._meta.db_table
            needed = {name for name in set(there) - known if not there[name]}
            assert not needed, f"{model._meta.db_table}: {needed}"


def _columns(cursor: Any, table: str) -> dict[str, bool]:
    """The columns of a table, and whether a row may be inserted without each."""
    if connection.vendor == "sqlite":
        cursor.execute(f"PRAGMA table_info({connection.ops.quote_name(table)})")
        return {name: not needed or default is not None for _, name, _, needed, default, _ in cursor.fetchall()}
    described = connection.introspection.get_table_description(cursor, table)
    return {column.name: bool(column.null_ok or column.default) for column in described}
