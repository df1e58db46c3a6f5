"""What every test may use: the reference data in the database, fresh memories, a site without a network."""

import gc
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TestCase
from django.test.utils import override_settings, setup_databases, teardown_databases

from cmq.reference.actions import load_reference
from tests import drawing
from tests.cast import Stage, a_stage

drawing.settings.load_profile("house")

BROKEN_REFERENCES = """
SELECT tables.name, broken.* FROM sqlite_schema AS tables, pragma_foreign_key_check(tables.name) AS broken
WHERE tables.type = 'table' AND tables.name NOT LIKE 'reference_%' LIMIT 1
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a second database only what asks a database says anything new."""
    if connection.vendor == "sqlite":
        return
    asking = [item for item in items if _asks_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(asking)])
    items[:] = asking


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for garbage takes a fifteenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _asks_a_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db")) or "django_db_setup" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: object, django_db_modify_db_settings: None
) -> Iterator[None]:
    """The test database, with the whole reference loaded once. Made whatever tests were chosen: pytest-django's own
    leaves the real database in place when none of them is marked, and `committed_db` would empty it."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        load_reference()
    if connection.vendor == "sqlite":
        _look_less_at_the_reference()
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


def _look_less_at_the_reference() -> None:
    """Have broken references looked for, at the end of each test, everywhere but in the reference data: SQLite looks at
    each of its fifty thousand rows, which takes longer than most tests. PostgreSQL looks at what was written alone."""
    may_look = TestCase._should_check_constraints

    def should_look(self: TestCase, connection: BaseDatabaseWrapper) -> bool:
        if not may_look(self, connection):
            return False
        with connection.cursor() as cursor:
            return cursor.execute(BROKEN_REFERENCES).fetchone() is not None

    setattr(TestCase, "_should_check_constraints", should_look)  # noqa: B010 — typed nowhere


@contextmanager
def committed(blocker: Any) -> Iterator[None]:
    """Whatever is written inside is really committed, then removed; the reference data and their feed stay."""
    from cmq.core.models import Change, FeedHead

    with blocker.unblock():
        before = [(model, list(model.objects.order_by("pk"))) for model in (FeedHead, Change)]
        try:
            yield
        finally:
            kept = {"reference", "contenttypes", "auth"}
            models = [
                model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in kept
            ]
            # Not TRUNCATE, which on PostgreSQL gives each table and index a new file, though hardly any has a row.
            tables = sorted({connection.ops.quote_name(model._meta.db_table) for model in models})
            with transaction.atomic(), connection.cursor() as cursor:
                for table in tables:
                    cursor.execute(f"DELETE FROM {table}")
            for model, rows in before:
                model.objects.bulk_create(rows)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """For tests of several writers: everything is really committed, then removed."""
    with committed(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def committed_stage(django_db_setup: None, django_db_blocker: object) -> Iterator[Stage]:
    """Everyone and everything of `tests.cast`, set once for a module, all of whose tests see it: it is long to set."""
    with committed(django_db_blocker):
        yield a_stage()


@pytest.fixture
def stage(committed_stage: Stage, db: None) -> Stage:
    """The stage of the module, on which each test acts in a transaction of its own."""
    return committed_stage


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is set otherwise than on a site: nothing is hashed slowly, nothing waits for a worker, no file is kept."""
    changed = override_settings(
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        MEDIA_ROOT=tmp_path_factory.getbasetemp() / "media",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        # Most tests enter without a log-in, which proves nothing lately; those of log-in switch it on.
        STEP_UP_MINUTES=0,
        # Sources, providers and links of the tests are servers of this machine.
        PRIVATE_HOSTS=["127.0.0.1"],
        # Nobody of the tests has read the terms; those of the terms switch them on.
        ASKS_TERMS=False,
        # No worker stands beside the tests: what would wait for one is done at once, after commit.
        TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
    )
    with changed:
        yield


@pytest.fixture(autouse=True)
def _fresh_memories(
    settings: object, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """What a process remembers of the register is forgotten between tests, whose transactions roll back."""
    from cmq.core import rates
    from cmq.search import folders, names, sought, understanding
    from cmq.service import neighbours
    from cmq.web import closing, page_cache

    # No test reads another's index; most have none.
    settings.SEARCH_DIR = tmp_path_factory.getbasetemp() / "recherche" / uuid.uuid4().hex
    folders._open = folders._Open()
    names.jobs = names._Jobs()
    understanding.known = understanding._Known()
    sought.held = sought._Held()
    settings.RATES_FILE = tmp_path_factory.getbasetemp() / "debits" / f"{uuid.uuid4().hex}.sqlite3"
    rates.held = rates._Held()
    # No minute nor hour in which demands are counted ends during a test.
    start_of_the_hour = time.time() // 3600 * 3600
    monkeypatch.setattr(rates, "clock", lambda: start_of_the_hour)
    neighbours.seen = neighbours._Seen()
    page_cache.shelf = page_cache._Shelf()
    # Nothing closes the site but where a test says so: the look, once in two seconds, is in no page's count of queries.
    closing.known = closing._Known()
    closing.known.looked_at = float("inf")
    yield


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but this machine can be reached: the product has no hidden need of the network."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
