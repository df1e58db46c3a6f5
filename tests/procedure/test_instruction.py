"""A submitted file before the experts: admissibility, corrections, opinions."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from cmq.applications import rules as application_rules
from cmq.applications.actions import attachments, writing
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.core.differences import differences
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import OutgoingMail
from cmq.instruction import actions, rules
from cmq.instruction.models import Opinion, OpinionBody, OpinionRequest, Ruling
from cmq.organisations.models import Organisation, OrganisationRole
from tests.factories import a_person, an_organisation
from tests.procedure.world import PDF, World, a_submitted, a_world, in_body

pytestmark = pytest.mark.django_db
S = ApplicationState
DAY = dt.timedelta(days=1)


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def application(world: World) -> LabelApplication:
    return a_submitted(world)


@pytest.fixture
def caen(world: World) -> Organisation:
    return an_organisation("CAEN d’essai", region=world.campus.region)


def ask(application: LabelApplication, body: Organisation, world: World, days: int = 30) -> OpinionRequest:
    due = (world.at + days * DAY).date()
    return actions.ask_opinion(
        application, kind=OpinionBody.CAEN, body=body, due_on=due, by=world.instructor, at=world.at
    )


def test_an_inadmissible_file_is_told_why(world: World, application: LabelApplication) -> None:
    with pytest.raises(Refusal, match="au moins un motif"):
        actions.rule_inadmissible(application, reasons=["inconnu"], comment="x", by=world.secretary, at=world.at)
    with pytest.raises(Refusal, match="Expliquez"):
        actions.rule_inadmissible(application, reasons=["piece"], comment=" ", by=world.secretary, at=world.at)
    ruling = actions.rule_inadmissible(
        application,
        reasons=["piece", "reseau"],
        comment="La convention est illisible.",
        by=world.secretary,
        at=world.at,
    )
    assert ruling.reason_labels == [
        "Pièce obligatoire manquante ou illisible",
        "Composition du réseau non conforme à D.335-33",
    ]
    application.refresh_from_db()
    assert application.state == S.INADMISSIBLE
    assert "La convention est illisible." in OutgoingMail.objects.get(key__startswith="ruling:").text
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruling.objects.filter(pk=ruling.pk).update(comment="")


def test_a_territory_does_not_judge_its_own_file(world: World, application: LabelApplication) -> None:
    for person in (world.instructor, world.recteur, world.director, world.observer, a_person()):
        with pytest.raises(NotAllowed):
            actions.rule_admissible(application, by=person, at=world.at)
    national = in_body(world.secretariat, OrganisationRole.INSTRUCTOR)
    assert actions.rule_admissible(application, by=national, at=world.at).is_admissible


def test_a_correction_reopens_the_named_parts_only_and_stops_the_clock(
    world: World, application: LabelApplication
) -> None:
    first, second = application.sections.all()[:2]
    sealed = application.digest
    asked = world.at + 10 * DAY
    request = actions.ask_correction(
        application,
        sections=[first],
        comment="Chiffrez les besoins.",
        due_on=(asked + 20 * DAY).date(),
        by=world.secretary,
        at=asked,
    )
    application.refresh_from_db()
    assert application.state == S.CORRECTION
    with pytest.raises(Refusal, match="ne s’écrit plus"):
        writing.save_section(second, text="x", version=second.version, by=world.director, at=asked)
    first.refresh_from_db()
    writing.save_section(first, text="Chiffré.", version=first.version, by=world.director, at=asked + DAY)
    with pytest.raises(NotAllowed):
        actions.answer_correction(application, answer="Fait.", by=world.contributor, at=asked + 5 * DAY)
    actions.answer_correction(application, answer="Besoins chiffrés.", by=world.director, at=asked + 5 * DAY)
    application.refresh_from_db()
    assert application.state == S.SUBMITTED
    assert application.digest not in ("", sealed)
    assert application.digest == application_rules.digest_of(application)
    assert request.versions == {str(first.pk): 1}
    before = first.revisions.get(version=request.versions[str(first.pk)]).text
    first.refresh_from_db()
    assert differences(before, first.text) != [("same", first.text)]
    assert rules.instruction_time(application, at=asked + 8 * DAY) == 13 * DAY
    first.refresh_from_db()
    with pytest.raises(Refusal, match="ne s’écrit plus"):
        writing.save_section(first, text="Encore.", version=first.version, by=world.director, at=asked + 6 * DAY)


def test_a_correction_adds_documents_and_keeps_those_handed_in(world: World, application: LabelApplication) -> None:
    asked = world.at + DAY
    actions.ask_correction(
        application,
        sections=[application.sections.all()[0]],
        comment="Joignez le budget.",
        due_on=(asked + 20 * DAY).date(),
        by=world.secretary,
        at=asked,
    )
    with pytest.raises(Refusal, match="déposée avec le dossier"):
        attachments.detach(application.attachments.all()[0], by=world.director, at=asked + DAY)
    content = ContentFile(PDF + b"budget")
    added = attachments.attach(
        application, name="budget.pdf", content=content, size=content.size, by=world.director, at=asked + DAY
    )
    attachments.detach(added, by=world.director, at=asked + DAY)


def test_a_correction_says_what_and_when(world: World, application: LabelApplication) -> None:
    section, today = application.sections.all()[0], world.at.date()
    for comment, due, sections in (("", today + DAY, [section]), ("x", today, [section]), ("x", today + DAY, [])):
        with pytest.raises(Refusal):
            actions.ask_correction(
                application, sections=sections, comment=comment, due_on=due, by=world.secretary, at=world.at
            )


def test_an_opinion_is_asked_of_a_body_once(world: World, application: LabelApplication, caen: Organisation) -> None:
    ask(application, caen, world)
    with pytest.raises(Refusal, match="déjà demandé"):
        ask(application, caen, world)


def test_a_body_answers_once_and_says_why_it_is_reserved(
    world: World, application: LabelApplication, caen: Organisation
) -> None:
    secretary = in_body(caen, OrganisationRole.OPINION)
    request = ask(application, caen, world)
    with pytest.raises(Refusal, match="Donnez les motifs"):
        actions.give_opinion(request, opinion=Opinion.RESERVED, by=secretary, at=world.at)
    with pytest.raises(NotAllowed):
        actions.give_opinion(request, opinion=Opinion.FAVOURABLE, by=world.director, at=world.at)
    actions.give_opinion(request, opinion=Opinion.RESERVED, reasons="Trop court.", by=secretary, at=world.at)
    with pytest.raises(Refusal, match="déjà rendu"):
        actions.give_opinion(request, opinion=Opinion.FAVOURABLE, by=world.secretary, at=world.at)


def test_a_body_that_declines_loses_nothing(world: World, application: LabelApplication, caen: Organisation) -> None:
    secretary = in_body(caen, OrganisationRole.OPINION)
    request = ask(application, caen, world)
    request = actions.give_opinion(
        request, opinion=Opinion.DECLINED, reasons="Hors de sa compétence.", by=secretary, at=world.at
    )
    assert (request.opinion, request.reasons) == ("decline", "Hors de sa compétence.")
    application.refresh_from_db()
    assert application.state == S.SUBMITTED


def test_a_consulted_body_sees_the_file_it_is_asked_about(
    world: World, application: LabelApplication, caen: Organisation
) -> None:
    secretary = in_body(caen, OrganisationRole.OPINION)
    assert not rules.is_consulted(secretary, application)
    request = ask(application, caen, world)
    assert rules.is_consulted(secretary, application)
    assert rules.can_read_as_consulted(secretary, request)
    assert not rules.is_consulted(a_person(), application)


def test_reminders_come_before_on_and_after_the_day_once_each(
    world: World, application: LabelApplication, caen: Organisation
) -> None:
    in_body(caen, OrganisationRole.OPINION)
    request = ask(application, caen, world, days=30)
    letters = [actions.remind(on=world.at.date() + number * DAY) for number in range(60)]
    assert [number for number, count in enumerate(letters) if count] == [23, 30, 37]
    assert actions.remind(on=request.due_on) == 0
    actions.give_opinion(request, opinion=Opinion.FAVOURABLE, by=world.secretary, at=world.at)
    assert actions.remind(on=request.due_on + 100 * DAY) == 0
