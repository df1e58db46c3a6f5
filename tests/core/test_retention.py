"""What is kept of people: every model is in the table or said to hold nothing; the night does what the table says."""

import datetime as dt
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone

from cmq.core import retention
from cmq.core.models import OutgoingMail
from cmq.core.retention import NOBODY, Kept, table
from cmq.service.models import RetentionRun
from tests.sweeping import swept

DOC = Path(__file__).resolve().parents[2] / "docs" / "personal-data.md"
NOW = dt.datetime(2027, 3, 12, 4, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def spoken_of() -> set[str]:
    return set().union(*(line.holds for line in table()))


def unaccounted(model: type[models.Model]) -> bool:
    return model._meta.label_lower not in spoken_of() | NOBODY.keys()


def personal_columns(model: type[models.Model]) -> list[str]:
    """The columns that hold an address or lead to a person whatever anybody says of them."""
    person = get_user_model()
    return [
        each.name
        for each in model._meta.get_fields()
        if isinstance(each, models.EmailField | models.GenericIPAddressField)
        or (each.is_relation and not each.auto_created and each.related_model is person)
    ]


def test_every_model_is_in_the_table_or_holds_nothing_of_anybody() -> None:
    assert not [each._meta.label for each in apps.get_models() if unaccounted(each)]
    assert not [label for label in spoken_of() | NOBODY.keys() if label not in _labels()]


def test_a_new_model_is_noticed() -> None:
    class Visitor(models.Model):
        email = models.EmailField()

        class Meta:
            app_label = "tours"
            managed = False

        def __str__(self) -> str:
            return self.email

    del apps.all_models["tours"]["visitor"]
    apps.clear_cache()
    assert unaccounted(Visitor) and personal_columns(Visitor) == ["email"]


def test_what_is_said_to_hold_nothing_has_no_column_of_a_person() -> None:
    found = {label: personal_columns(apps.get_model(label)) for label in NOBODY}
    assert not {label: columns for label, columns in found.items() if columns}
    assert not [label for label in NOBODY if label in spoken_of()]


def test_every_line_says_everything() -> None:
    lines = table()
    assert len(lines) > 25
    for line in lines:
        assert all((line.treatment, line.what, line.who, line.purpose, line.readers, line.until, line.why)), line.name
        assert not (line.due and line.run) and (line.finish is None or line.due), line.name


def test_the_record_of_processing_is_up_to_date() -> None:
    from cmq.service.management.commands.conservation import HEAD

    assert DOC.read_text(encoding="utf-8") == HEAD + retention.as_markdown()


def letters(number: int, *, at: dt.datetime) -> None:
    OutgoingMail.objects.bulk_create(
        OutgoingMail(key=f"k{n}", to=f"p{n}@exemple.fr", subject="s", text="t", created_at=at, sent_at=at)
        for n in range(number)
    )


@pytest.mark.django_db
def test_a_night_takes_batches_and_a_second_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    letters(7, at=NOW - 366 * DAY)
    OutgoingMail.objects.create(key="jeune", to="a@exemple.fr", subject="s", text="t", created_at=NOW - 364 * DAY)
    sizes: list[int] = []
    line = next(each for each in table() if each.name == "core.letters")
    finish = line.finish
    assert finish is not None
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(line, "finish", lambda rows, at: sizes.append(rows.count()) or finish(rows, at))
    assert retention.sweep(line, at=NOW) == 7 and sizes == [3, 3, 1]
    assert retention.sweep(line, at=NOW) == 0
    assert OutgoingMail.objects.filter(to="", text="", subject="").count() == 7
    assert OutgoingMail.objects.get(key="jeune").to == "a@exemple.fr"
    assert not OutgoingMail.objects.filter(sent_at=None, to="").exists(), "a letter without address would be sent"


@pytest.mark.django_db
def test_a_night_cut_short_keeps_what_is_done_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    letters(5, at=NOW - 366 * DAY)
    line = next(each for each in table() if each.name == "core.letters")
    finish, rounds = line.finish, iter((True, False))
    assert finish is not None

    def once(rows: "models.QuerySet[OutgoingMail]", at: dt.datetime) -> int:
        done = finish(rows, at)
        if not next(rounds):
            raise RuntimeError("cut short")
        return done

    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(line, "finish", once)
    with pytest.raises(RuntimeError):
        retention.sweep(line, at=NOW)
    assert OutgoingMail.objects.filter(to="").count() == 2, "the second batch is undone whole"
    monkeypatch.setattr(line, "finish", finish)
    assert retention.sweep(line, at=NOW) == 3


@pytest.mark.django_db
def test_the_command_counts_first_and_writes_down_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    letters(2, at=timezone.now() - 366 * DAY)
    call_command("conservation", dry_run=True)
    assert "core.letters : 2 à traiter" in capsys.readouterr().out
    assert OutgoingMail.objects.exclude(to="").count() == 2 and not RetentionRun.objects.exists()
    call_command("conservation", dry_run=True, le=f"{timezone.localdate() - 9 * DAY}")
    assert "core.letters : 0 à traiter" in capsys.readouterr().out
    call_command("conservation")
    assert "core.letters : 2 (rendu anonyme)" in capsys.readouterr().out
    swept_lines = [line.name for line in table() if line.is_swept]
    assert sorted(RetentionRun.objects.values_list("line", flat=True)) == sorted(swept_lines)
    assert RetentionRun.objects.get(line="core.letters").number == 2
    with pytest.raises(CommandError, match="--dry-run"):
        call_command("conservation", le="2027-03-12")


@pytest.mark.django_db
def test_a_line_that_fails_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    letters(1, at=timezone.now() - 366 * DAY)
    first = next(each for each in table() if each.is_swept)
    monkeypatch.setattr(first, "due", None)
    monkeypatch.setattr(first, "run", lambda at: 1 // 0)
    others = [each.name for each in table() if each.is_swept and each is not first]
    with pytest.raises(CommandError, match=first.name):
        call_command("conservation")
    assert sorted(RetentionRun.objects.values_list("line", flat=True)) == sorted(others)


@pytest.mark.django_db
def test_the_counts_of_callers_go_from_the_cache_too() -> None:
    from django.core.cache import cache
    from django.db import connection

    cache.set("deposer:abc", 1, 1)
    assert swept("core.callers", at=timezone.now() + DAY) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_cache")
        assert cursor.fetchone()[0] == 0


def _labels() -> set[str]:
    return {each._meta.label_lower for each in apps.get_models()}


def test_lines_of_one_treatment_stand_together() -> None:
    order = [line.treatment for line in table()]
    assert len(dict.fromkeys(order)) == 1 + sum(one != two for one, two in zip(order, order[1:], strict=False))
    assert all(isinstance(line, Kept) for line in table())
