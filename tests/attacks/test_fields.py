"""A form takes the fields that it shows, whatever else is sent with them (mass assignment)."""

import ast
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import signing
from django.db.models import Model
from django.test import Client
from django.utils import timezone

import cmq
from cmq.accounts.models import User
from cmq.campuses.models import ErrorReport
from cmq.core.models import Change
from cmq.web.public import guard
from tests.factories import a_campus, a_person

PACKAGE = Path(cmq.__file__).parent
# What may read everything that was sent: the guard that looks for control characters.
MAY = {"web/input_guard.py"}
# Ways from all that was sent to names of columns.
WHOLE = {"dict", "items", "lists", "keys", "values"}
# Columns that say who may what, or what has happened: no form made from a model has them.
NEVER = {"id", "password", "is_superuser", "is_staff", "is_active", "state", "version", "person", "by", "created_at"}


def sent_as_a_whole(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in WHOLE and _is_sent(node.value):
            yield node.lineno
        if isinstance(node, ast.keyword) and node.arg is None and _is_sent(node.value):
            yield node.value.lineno
        if isinstance(node, ast.Dict):
            yield from (
                node.lineno for key, value in zip(node.keys, node.values, strict=True) if not key and _is_sent(value)
            )
        if isinstance(node, ast.For | ast.comprehension) and _is_sent(node.iter):
            yield node.iter.lineno


def _is_sent(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in ("POST", "GET")
        and ast.unparse(node.value) == "request"
        and (node.attr == "POST")
    )


def test_no_view_takes_all_that_was_sent() -> None:
    found = {
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in (PACKAGE / "web").rglob("*.py")
        if str(path.relative_to(PACKAGE)) not in MAY
        for line in sent_as_a_whole(ast.parse(path.read_text()))
    }
    assert not found


def test_what_takes_all_is_noticed() -> None:
    for text in (
        "act(**request.POST)",
        "act(**request.POST.dict())",
        "{**request.POST}",
        "for name in request.POST: setattr(a, name, 1)",
        "[name for name in request.POST]",
        "dict(request.POST.items())",
    ):
        assert list(sent_as_a_whole(ast.parse(text))), text
    assert not list(sent_as_a_whole(ast.parse("form = Form(request.POST)\nx = request.POST.get('a')")))


def test_a_form_made_from_a_model_names_its_columns() -> None:
    from cmq.web.espace.texts.forms import SORTS

    for path in (PACKAGE / "web").rglob("*.py"):
        text = path.read_text()
        assert "__all__" not in text and "exclude = " not in text, path
    assert SORTS
    for sort in SORTS.values():
        assert not NEVER & set(sort.fields), sort


def every_column(model: type[Model], **values: str) -> dict[str, str]:
    """A value for each column of a model that would change it."""
    columns = [field.attname for field in model._meta.concrete_fields] + [
        field.name for field in model._meta.get_fields()
    ]
    return {**{name: "1" for name in columns}, **values}


@pytest.mark.django_db
def test_a_person_who_renames_themself_changes_nothing_else() -> None:
    person = a_person(name="Claude")
    other = a_person()
    client = Client()
    client.force_login(person)
    before = User.objects.filter(pk=person.pk).values().get()
    sent = every_column(
        User, id=str(other.pk), email="voleur@exemple.fr", is_superuser="on", is_staff="on", name="Camille"
    )
    assert client.post("/espace/compte/", sent).status_code == 302
    after = User.objects.filter(pk=person.pk).values().get()
    assert {name for name in after if after[name] != before[name]} == {"name"}
    assert User.objects.get(pk=other.pk).name == other.name


@pytest.mark.django_db
def test_a_reader_who_reports_an_error_writes_a_message_only(client: Client) -> None:
    campus, other = a_campus(), a_campus()
    sent = every_column(
        ErrorReport, campus=str(other.pk), campus_id=str(other.pk), handled_at="2020-01-01", answer="Fait"
    )
    opened = signing.dumps(time.time() - 60, salt=guard.SALT)
    sent |= {"message": "La ville est fausse.", "reply_to": "lecteur@exemple.fr", "opened": opened}
    lines = Change.objects.count()
    assert client.post(f"/campus/{campus.slug}/signaler/", sent).status_code == 302
    kept = ErrorReport.objects.get()
    assert (kept.campus, kept.handled_at, kept.answer) == (campus, None, "")
    assert abs((timezone.now() - kept.at).total_seconds()) < 60
    assert Change.objects.count() >= lines
