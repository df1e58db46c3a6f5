"""The habits of the house, held by a machine: what a reviewer says twice becomes a test here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "cmq"
DOCS = ROOT / "docs"

# What mail programs and mail services post comes from no form of ours: the HMAC that it bears is what is believed.
EXCEPTED = {("csrf_exempt", f"web/public/{name}_hooks.py") for name in ("newsletter", "alert")}
# Browsers report by themselves what they refused; it changes a count.
EXCEPTED |= {("csrf_exempt", "web/public/refusal_hooks.py")}
# Where a page's scripts are written, with the number of the answer.
SCRIPT = r"<script[^>]*\ssrc="
EXCEPTED |= {(SCRIPT, "web/templatetags/cmq.py")}
# The protocol of harvesters asks that a question may be posted; it changes nothing.
EXCEPTED |= {("csrf_exempt", "web/public/oai.py")}

# From the ground up. `pyproject.toml` holds imports to it; here it holds foreign keys, which imports do not show.
FLOORS = [
    {"core"},
    {"reference"},
    {"accounts"},
    {"organisations"},
    {"campuses"},
    {"network", "upkeep"},
    {"labels"},
    {"careers"},
    {"certifications", "labour"},
    {"trainings"},
    {"onisep"},
    {"catalogue"},
    {"offers"},
    {"projects"},
    {"tours", "funding"},
    {"evidence"},
    {"complements"},
    {"editorial"},
    {"newsletter"},
    {"campaigns"},
    {"applications"},
    {"instruction"},
    {"expertise"},
    {"deliberation"},
    {"awards"},
    {"renewals", "proof"},
    {"imports", "official", "search", "opendata"},
    {"alerts", "statistics"},
    {"service"},
    {"web"},
    {"operations"},
]


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("cmq.")]


def our_files(*, with_migrations: bool = False) -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if with_migrations or "migrations" not in path.parts]


def our_modules(*, with_migrations: bool = False) -> Iterator[tuple[Path, ast.Module]]:
    return ((path, ast.parse(path.read_text())) for path in our_files(with_migrations=with_migrations))


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def floor_of(label: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if label in rooms)


def test_foreign_keys_go_down_only() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model.__module__.startswith("cmq.")
        and floor_of(field.related_model._meta.app_label) > floor_of(model._meta.app_label)
    ]
    assert not upward


def test_the_glossary_explains_every_model_and_nothing_else() -> None:
    glossary = (DOCS / "glossary.md").read_text()
    explained = set(re.findall(r"^\| `(\w+)` \|", glossary, re.MULTILINE))
    assert explained == {model.__name__ for model in our_models()}


def test_every_setting_from_the_environment_is_documented() -> None:
    named = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (PACKAGE / "settings.py").read_text()))
    documented = (DOCS / "settings.md").read_text()
    assert named
    assert not [name for name in sorted(named) if f"`{name}`" not in documented]


def test_decision_records_are_short_and_complete() -> None:
    records = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert records
    for record in records:
        text = record.read_text()
        assert len(text.splitlines()) <= 40, record.name
        for part in ("## Context", "## Choice", "## Price", "## Exit"):
            assert part in text, f"{record.name} lacks « {part} »"


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for path, tree in our_modules()
        for node in functions_of(tree)
        if node.end_lineno - node.lineno + 1 > 45
    ]
    assert not long


def test_modules_stay_short() -> None:
    assert not [
        f"{path.relative_to(ROOT)} ({lines} lines)"
        for path in our_files()
        if (lines := len(path.read_text().splitlines())) > 450
    ]


def test_public_functions_and_classes_say_what_they_do() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path, tree in our_modules()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and path.name not in ("apps.py", "admin.py")
    ]
    assert not silent


def test_what_writes_history_is_an_action() -> None:
    """A public function of an `actions.py` that records a change opens its change set itself."""
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path, tree in our_modules()
        if path.name == "actions.py"
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and re.search(r"\brecord(_bulk)?\(", ast.unparse(node))
        and "action" not in {ast.unparse(decorator) for decorator in node.decorator_list}
        and "change_set(" not in ast.unparse(node)
    ]
    assert not bare


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\|\s*safe\b", "text goes to the page escaped"),
        (r"mark_safe\(", "text goes to the page escaped"),
        (r"csrf_exempt", "every form is protected"),
        (r"(?<![-\w])style=\"", "the policy of the pages allows no inline style"),
        (SCRIPT, "`{% script %}` writes the number that the policy asks for"),
        (r"\son\w+=\"", "the policy of the pages allows no inline script"),
        (r"https?://(fonts|cdn|unpkg)", "no outside resource"),
        (r"forms\.ModelMultipleChoiceField\(", "a key too large is refused by `core.forms.RowsField`"),
    ],
)
def test_pages_keep_their_safety(pattern: str, why: str) -> None:
    places = [*PACKAGE.rglob("*.html"), *our_files()]
    places = [path for path in places if (pattern, path.relative_to(PACKAGE).as_posix()) not in EXCEPTED]
    assert not [str(path.relative_to(ROOT)) for path in places if re.search(pattern, path.read_text())], why


def test_the_day_of_an_instant_is_that_of_its_place() -> None:
    """Instants are in UTC, whose day ends an hour or two after that of Paris: `localdate`, or the clocks of a stop."""
    utc = re.compile(r"(?:_at|\bat|\bnow|now\(\))\.date\(\)")
    assert not [str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py") if utc.search(path.read_text())]


def test_the_network_is_touched_in_core_and_imports_only() -> None:
    network = {"socket", "ssl", "urllib.request", "http.client", "httpx", "requests", "smtplib"}
    found = {
        path.relative_to(PACKAGE).parts[0]
        for path, tree in our_modules()
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        if name in network
    }
    assert found <= {"core", "imports", "official"}


def test_rooms_of_the_architecture_are_the_rooms_of_the_code() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == set().union(*FLOORS)
    architecture = (DOCS / "architecture.md").read_text()
    assert not [room for room in sorted(rooms) if f"`{room}`" not in architecture]
    assert {f"cmq.{room}" for room in rooms} <= set(settings.INSTALLED_APPS)
