"""What every test may use: the reference data in the database, fresh memories, a site without a network."""

import socket
import uuid
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck, settings

from cmq.reference.actions import load_reference

# A loaded machine is slow at drawing examples too: no test says how fast it is.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: object, django_db_modify_db_settings: None
) -> Iterator[None]:
    """The test database, with the whole reference loaded once. Made whatever tests were chosen: pytest-django's own
    leaves the real database in place when none of them is marked, and `committed_db` would empty it."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        load_reference()
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """For tests of several writers: everything is really committed, then removed; the reference data stay."""
    with django_db_blocker.unblock():
        yield
        kept = {"reference", "contenttypes", "auth"}
        tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label not in kept]
        tables += [
            relation.remote_field.through._meta.db_table
            for model in apps.get_models()
            if model._meta.app_label not in kept
            for relation in model._meta.local_many_to_many
        ]
        statements = connection.ops.sql_flush(no_style(), sorted(set(tables)), allow_cascade=False)
        connection.ops.execute_sql_flush(statements)


@pytest.fixture(autouse=True)
def _fresh_memories(settings: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a process remembers of the register is forgotten between tests, whose transactions roll back."""
    from cmq.search import folders, names, sought, understanding
    from cmq.web import page_cache

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # No test reads another's index; most have none.
    settings.SEARCH_DIR = tmp_path_factory.getbasetemp() / "recherche" / uuid.uuid4().hex
    folders._open = folders._Open()
    names.jobs = names._Jobs()
    understanding.known = understanding._Known()
    sought.held = sought._Held()
    settings.RATES_FILE = tmp_path_factory.getbasetemp() / "debits" / f"{uuid.uuid4().hex}.sqlite3"
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    page_cache.shelf = page_cache._Shelf()
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
