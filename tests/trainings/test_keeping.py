"""Trainings: what the actions refuse, what the database forbids, which ones are on offer on a day."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from cmq.campuses.models import Campus, Partnership
from cmq.core import feed
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change
from cmq.core.partial_dates import PartialDate
from cmq.organisations.models import Family, Organisation
from cmq.reference.audiences import Audience
from cmq.trainings import actions, rules
from cmq.trainings.models import (
    OpenDay,
    Training,
    TrainingAudience,
    TrainingKind,
    TrainingModule,
    TrainingRome,
    TrainingShare,
    TrainingWay,
    Way,
)
from cmq.trainings.rules import TrainingTerms
from cmq.upkeep import actions as upkeep
from tests.factories import a_campus, a_contributor, a_director, a_person, an_organisation

TODAY = dt.date(2026, 5, 11)


@pytest.fixture
def campus(db: None) -> Campus:
    return a_campus()


@pytest.fixture
def lycee(campus: Campus) -> Organisation:
    return a_member(campus)


def a_member(campus: Campus, **fields: Any) -> Organisation:
    lycee = an_organisation()
    Partnership.objects.create(campus=campus, organisation=lycee, family=Family.SCHOOL, **fields)
    return lycee


def a_training(campus: Campus, lycee: Organisation, title: str = "Domotique", **fields: Any) -> Training:
    terms = TrainingTerms(title, lycee, **fields)
    return actions.add_training(campus, terms=terms, by=None, on=TODAY)


def test_a_training_says_all_that_was_entered(campus: Campus, lycee: Organisation) -> None:
    director = a_director(campus)
    terms = TrainingTerms(
        "  Aide à domicile : bases   de la domotique ",
        lycee,
        level=3,
        rncp_code="rncp 35506",
        kind=TrainingKind.PROFESSIONAL,
        ways=(Way.CONTINUING, Way.APPRENTICESHIP, Way.CONTINUING),
        audiences=(Audience.EMPLOYEES, Audience.JOB_SEEKERS),
        romes=("k1304", "K1302"),
        modules=("Sécurité au domicile", "Sécurité au domicile"),
        colorations=("Domotique",),
    )
    training = actions.add_training(campus, terms=terms, by=director, on=TODAY)
    assert training.title == "Aide à domicile : bases de la domotique" and training.rncp_code == "RNCP35506"
    assert [row.way for row in training.ways.all()] == [Way.CONTINUING, Way.APPRENTICESHIP]
    assert {row.audience for row in training.audiences.all()} == {Audience.EMPLOYEES, Audience.JOB_SEEKERS}
    assert [row.code for row in training.romes.all()] == ["K1302", "K1304"]
    assert [str(row) for row in training.modules.all()] == ["Sécurité au domicile", "Coloration : Domotique"]
    assert not Change.objects.about(training)[0].is_private
    changed = actions.change_training(
        training, terms=TrainingTerms("Domotique", lycee, ways=(Way.SCHOOL,)), version=1, by=director, on=TODAY
    )
    assert changed.version == 2 and changed.level is None
    assert [row.way for row in changed.ways.all()] == [Way.SCHOOL] and not changed.romes.exists()
    with pytest.raises(Refusal, match="entre-temps"):
        actions.change_training(training, terms=TrainingTerms("Autre", lycee), version=1, by=director)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": "  "}, "Donnez l’intitulé"),
        ({"title": "x" * 251}, "250 caractères au plus"),
        ({"level": 2}, "Le niveau va de 3 à 8"),
        ({"capacity": 0}, "Le nombre de places"),
        ({"rncp_code": "35 506 A"}, "n’est pas un code RNCP"),
        ({"romes": ("Z1234",)}, "n’est pas un code ROME"),
        ({"apply_url": "javascript:alert(1)"}, "commence par https"),
        ({"apply_url": "https://[faux"}, "commence par https"),
        ({"starts_on": TODAY, "ends_on": TODAY - dt.timedelta(1)}, "finit avant de commencer"),
        ({"audiences": (Audience.EMPLOYEES, Audience.COMPANIES)}, "n’a pas pour public : entreprises"),
        ({"modules": tuple(f"Module {n}" for n in range(41))}, "40 modules au plus"),
    ],
)
def test_what_a_training_cannot_say(campus: Campus, lycee: Organisation, fields: dict[str, Any], sentence: str) -> None:
    before = feed.position()
    with pytest.raises(Refusal, match=sentence):
        a_training(campus, lycee, **fields)
    assert not Training.objects.exists() and feed.position() == before


def test_only_a_current_member_gives_a_training(campus: Campus, lycee: Organisation) -> None:
    left = a_member(campus, ends_on=PartialDate(2026, 5, 10))
    for organisation in (an_organisation(), left):
        with pytest.raises(Refusal, match="n’est pas membre du campus"):
            a_training(campus, organisation)
    with pytest.raises(Refusal, match="pas au registre"):
        a_training(campus, an_organisation(is_demo=True))


def test_a_training_is_entered_once(campus: Campus, lycee: Organisation) -> None:
    training = a_training(campus, lycee, "Métiers de l’aide")
    with pytest.raises(Refusal, match="déjà inscrite"):
        a_training(campus, lycee, "METIERS de l'aide")
    actions.end_training(training, ends_on=TODAY, by=a_director(campus), on=TODAY)
    again = a_training(campus, lycee, "METIERS de l'aide")
    with pytest.raises(IntegrityError), transaction.atomic():
        Training.objects.create(campus=campus, organisation=lycee, title=again.title, confirmed_on=TODAY)


def test_only_those_of_the_campus_keep_its_trainings(campus: Campus, lycee: Organisation) -> None:
    training, other = a_training(campus, lycee), a_contributor(a_campus())
    terms = TrainingTerms("Autre", lycee)
    acts: list[Callable[[Any], object]] = [
        lambda person: actions.add_training(campus, terms=terms, by=person),
        lambda person: actions.change_training(training, terms=terms, version=1, by=person),
        lambda person: actions.end_training(training, ends_on=TODAY, by=person),
        lambda person: upkeep.confirm(training, campus, by=person),
        lambda person: actions.add_open_day(training, day=TODAY, by=person),
        lambda person: actions.share_training(training, campus=a_campus(), by=person),
        lambda person: actions.load_trainings(campus, lines=[terms], source="t", by=person),
    ]
    for person in (a_person(), other):
        for act in acts:
            with pytest.raises(NotAllowed):
                act(person)


def test_what_is_on_offer_on_a_day(campus: Campus, lycee: Organisation) -> None:
    day = dt.timedelta(1)
    current = a_training(campus, lycee, "En cours", starts_on=TODAY, ends_on=TODAY)
    a_training(campus, lycee, "À venir", starts_on=TODAY + day)
    a_training(campus, lycee, "Finie", ends_on=TODAY - day)
    leaving = a_member(campus)
    orphan = a_training(campus, leaving, "Orpheline")
    Partnership.objects.filter(organisation=leaving).update(ends_on=PartialDate(2026, 4))
    assert list(Training.objects.on_offer(TODAY)) == [current]
    assert list(Training.objects.orphaned(TODAY)) == [orphan]
    assert {each.title: each.has_partner for each in Training.objects.with_partner(TODAY)}["Orpheline"] is False
    # A month that lasts has not ended.
    assert orphan in Training.objects.on_offer(dt.date(2026, 4, 30))
    # It may still be corrected and ended.
    actions.change_training(
        orphan, terms=TrainingTerms("Orpheline", leaving, level=4), version=1, by=a_director(campus), on=TODAY
    )


def test_the_end_and_the_confirmation(campus: Campus, lycee: Organisation) -> None:
    director, training = a_director(campus), a_training(campus, lycee, starts_on=TODAY)
    later = TODAY + dt.timedelta(30)
    at = dt.datetime.combine(later, dt.time(12), dt.UTC)
    upkeep.confirm(training, campus, by=director, at=at)
    training.refresh_from_db()
    assert training.confirmed_on == later
    with pytest.raises(Refusal, match="déjà confirmé"):
        upkeep.confirm(training, campus, by=director, at=at)
    with pytest.raises(Refusal, match="avant d’avoir commencé"):
        actions.end_training(training, ends_on=TODAY - dt.timedelta(1), by=director, on=later)
    actions.end_training(training, ends_on=later, by=director, on=later)
    with pytest.raises(Refusal, match="déjà inscrite"):
        actions.end_training(training, ends_on=later, by=director, on=later)
    with pytest.raises(Refusal, match="ne montre pas"):
        upkeep.confirm(training, campus, by=director, at=at + dt.timedelta(1))


def test_open_days(campus: Campus, lycee: Organisation) -> None:
    director = a_director(campus)
    training = a_training(campus, lycee, ends_on=TODAY + dt.timedelta(10))
    open_day = actions.add_open_day(training, day=TODAY, note=" De 9 h  à 12 h ", by=director, on=TODAY)
    assert open_day.note == "De 9 h à 12 h"
    for day, sentence in ((TODAY, "déjà inscrite"), (TODAY - dt.timedelta(1), "passée")):
        with pytest.raises(Refusal, match=sentence):
            actions.add_open_day(training, day=day, by=director, on=TODAY)
    with pytest.raises(Refusal, match="terminée ce jour-là"):
        actions.add_open_day(training, day=TODAY + dt.timedelta(11), by=director, on=TODAY)
    actions.remove_open_day(open_day, by=director)
    assert not OpenDay.objects.exists()


def test_a_shared_training_is_accepted_and_counted_once(campus: Campus, lycee: Organisation) -> None:
    director, other, training = a_director(campus), a_campus(), a_training(campus, lycee)
    before = feed.public_position()
    share = actions.share_training(training, campus=other, by=director)
    assert feed.public_position() == before and not Training.objects.of(other).exists()
    for to, sentence in ((other, "déjà proposée"), (campus, "déjà celle")):
        with pytest.raises(Refusal, match=sentence):
            actions.share_training(training, campus=to, by=director)
    with pytest.raises(Refusal, match="registre"):
        actions.share_training(training, campus=a_campus(is_demo=True), by=director)
    with pytest.raises(NotAllowed):
        actions.accept_share(share, by=director)
    there = a_director(other)
    actions.accept_share(share, by=there)
    with pytest.raises(Refusal, match="déjà acceptée"):
        actions.accept_share(share, by=there)
    assert list(Training.objects.of(other)) == list(Training.objects.of(campus)) == [training]
    assert Training.objects.count() == 1
    actions.end_share(share, by=there)
    assert not Training.objects.of(other).exists()


def _with(training: Training, **fields: Any) -> Callable[[], object]:
    return lambda: Training.objects.filter(pk=training.pk).update(**fields)


def test_what_the_database_forbids(campus: Campus, lycee: Organisation) -> None:
    training = a_training(campus, lycee, ways=(Way.SCHOOL,), audiences=(Audience.PUPILS,), romes=("K1304",))
    day = OpenDay(training=training, day=TODAY)
    day.save()
    TrainingShare.objects.create(training=training, campus=campus)
    TrainingModule.objects.create(training=training, title="M")
    acts: list[Callable[[], object]] = [
        _with(training, title=""),
        _with(training, level=2),
        _with(training, kind="x"),
        _with(training, stage="x"),
        _with(training, capacity=0),
        _with(training, rncp_code="35506"),
        _with(training, starts_on=TODAY, ends_on=TODAY - dt.timedelta(1)),
        lambda: TrainingWay.objects.create(training=training, way=Way.SCHOOL),
        lambda: TrainingWay.objects.create(training=training, way="x"),
        lambda: TrainingAudience.objects.create(training=training, audience=Audience.PUPILS),
        lambda: TrainingAudience.objects.create(training=training, audience="x"),
        lambda: TrainingRome.objects.create(training=training, code="K1304"),
        lambda: TrainingModule.objects.create(training=training, title=""),
        lambda: TrainingModule.objects.create(training=training, title="M"),
        lambda: OpenDay.objects.create(training=training, day=TODAY),
        lambda: TrainingShare.objects.create(training=training, campus=campus),
    ]
    for act in acts:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


@given(st.integers(1, 99_999), st.text(" ", max_size=3))
def test_a_rncp_code_is_read_as_people_type_it(number: int, spaces: str) -> None:
    for typed in (f"{spaces}{number}", f"rncp{spaces}{number}", f"RNCP{number}{spaces}"):
        assert rules.rncp(typed) == f"RNCP{number}"


@given(st.text())
def test_any_text_is_a_code_or_a_refusal(text: str) -> None:
    for read in (rules.rncp, rules.rome):
        try:
            found = read(text)
        except Refusal:
            continue
        assert read(found) == found
