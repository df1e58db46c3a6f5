"""What the page of a file asks of the database at every age of a file: bounded, whatever the file holds."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cmq.accounts.models import User
from cmq.applications.actions import submission, writing
from cmq.applications.models import ApplicationKind, LabelApplication
from cmq.awards.actions.deciding import decide
from cmq.awards.actions.publishing import publish
from cmq.campaigns.models import Side
from cmq.campuses.models import Category
from cmq.expertise.actions.assigning import send_to_college
from cmq.expertise.models import Assignment
from cmq.instruction import actions as instruction
from cmq.instruction.models import Opinion
from tests.expertise.desk import DUE, NOW, an_expert, given, handed_in
from tests.factories import a_campus, an_organisation
from tests.procedure.world import World, a_draft, a_world, complete, label, signed, some_terms, voted

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
# The most questions at each age, for who is known at once to read the file: its campus and the secretariat.
MOST = {
    "a draft without a word": 8,
    "a draft to renew a label": 8,
    "a draft that is written": 8,
    "in signature": 9,
    "handed in": 10,
    "in correction": 13,
    "admissible": 13,
    "with experts": 13,
    "before the college": 13,
    "to be signed": 13,
    "awarded": 20,
}
# The others by their territory; and whether they may write, by the académies that the campus touches.
MORE = {"recteur": 3, "instructor": 4}


@pytest.fixture
def world() -> World:
    return a_world(start=NOW - 3 * DAY)


def ages(world: World) -> Iterator[tuple[str, LabelApplication]]:
    """One file through its life, all that can be asked or answered on the way being asked and answered."""
    file, secretary, at = a_draft(world), world.secretary, world.at
    yield "a draft without a word", file
    campus = a_campus()
    label(campus, dt.date(2022, 9, 1))
    yield "a draft to renew a label", a_draft(world, ApplicationKind.RENEWAL, campus)
    file = complete(file, world, category=Category.EXCELLENCE)
    writing.comment(file.sections.all()[0], text="Plus court ?", by=world.contributor)
    yield "a draft that is written", file
    file.sections.all()[0].comments.update(resolved_at=at)
    submission.send_to_signature(file, by=world.director, at=at)
    submission.sign_submission(file, by=world.recteur, at=at)
    yield "in signature", file
    file = submission.sign_submission(file, by=world.president, at=at)
    asked = an_opinion(file, world)
    yield "handed in", file
    parts = list(file.sections.all()[:2])
    instruction.ask_correction(file, sections=parts, comment="Chiffrez.", due_on=DUE, by=secretary, at=at)
    writing.save_section(parts[0], text="Chiffré.", version=parts[0].version, by=world.director, at=at)
    yield "in correction", file
    instruction.answer_correction(file, answer="Fait.", by=world.director, at=at)
    instruction.rule_admissible(file, by=secretary, at=at)
    instruction.give_opinion(asked, opinion=Opinion.FAVOURABLE, given_on=at.date(), by=secretary, at=at)
    yield "admissible", file
    expertises = given(file, an_expert(Side.ECONOMIC), an_expert(Side.STATE), by=secretary)
    yield "with experts", file
    yield from before_the_authorities(world, file, expertises)


def before_the_authorities(
    world: World, file: LabelApplication, expertises: list[Assignment]
) -> Iterator[tuple[str, LabelApplication]]:
    """From the experts' answers on."""
    for rank, expertise in enumerate(expertises, start=2):
        handed_in(expertise, rank)
    file = send_to_college(file, by=world.secretary, at=NOW)
    yield "before the college", file
    decision = decide(voted(world, file), some_terms(file), by=world.secretary, at=NOW)
    yield "to be signed", file
    publish(signed(decision, world), by=world.secretary, at=NOW)
    yield "awarded", file


def an_opinion(file: LabelApplication, world: World) -> object:
    body = an_organisation("CAEN d’essai", region=world.campus.region)
    return instruction.ask_opinion(file, kind="caen", body=body, due_on=DUE, by=world.secretary, at=world.at)


def queries(person: User, file: LabelApplication) -> int:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(file.get_absolute_url()).status_code == 200
    return len(captured)


def test_a_file_page_asks_no_more_than_its_age_needs(world: World) -> None:
    readers = ["secretary", "director", "contributor", "recteur", "instructor"]
    asked = {}
    for age, file in ages(world):
        for who in readers:
            # The file to renew a label is of a campus where nobody has a role: the secretariat alone reads it.
            reader = getattr(world, who) if file.campus == world.campus else world.secretary
            asked[age, who] = queries(reader, file)
    most = {(age, who): number + MORE.get(who, 0) for age, number in MOST.items() for who in readers}
    assert not {each: (number, most[each]) for each, number in asked.items() if number > most[each]}
    assert asked.keys() == most.keys()
