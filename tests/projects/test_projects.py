"""Projects: what the actions refuse, what the database forbids, what is shared and thanked for."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cmq.campuses.actions import add_partner, end_partnership
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core import feed
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.core.partial_dates import PartialDate
from cmq.projects import actions, rules
from cmq.projects.actions import ProjectTerms
from cmq.projects.models import (
    Project,
    ProjectAudience,
    ProjectOwner,
    ProjectPartner,
    ProjectPicture,
    ProjectResult,
    ProjectState,
)
from cmq.projects.rules import ResultRow
from cmq.reference.audiences import Audience
from tests.factories import a_campus, a_contributor, a_director, a_keeper, a_person, an_organisation

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def campus() -> Campus:
    return a_campus()


def terms(**fields: Any) -> ProjectTerms:
    return ProjectTerms(**{"title": "Maison témoin", "objective": "Montrer la domotique.", **fields})


def a_project(campus: Campus, *, state: ProjectState = ProjectState.RUNNING, **fields: Any) -> Project:
    return actions.enter_project(campus, terms=terms(**fields), state=state, by=None)


def a_practice(campus: Campus, **fields: Any) -> Project:
    return actions.publish_practice(a_project(campus, reusable="Le plan de la maison.", **fields), by=None)


def test_a_project_is_entered_by_those_who_work_on_the_campus(campus: Campus) -> None:
    contributor, before = a_contributor(campus), feed.public_position()
    project = actions.enter_project(
        campus, terms=terms(title="  Maison   témoin ", audiences=(Audience.PUPILS,)), by=contributor
    )
    assert (project.title, project.slug, project.state) == ("Maison témoin", "maison-temoin", ProjectState.IDEA)
    assert [each.campus for each in project.owners.accepted()] == [campus]
    assert feed.public_position() == before
    assert a_project(campus).slug == "maison-temoin-2"
    for stranger in (a_person(), a_contributor(a_campus())):
        with pytest.raises(NotAllowed):
            actions.enter_project(campus, terms=terms(), by=stranger)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": " "}, "Donnez un titre"),
        ({"objective": "\n"}, "Dites l’objectif"),
        ({"title": "x" * 201}, "Le titre : 200"),
        ({"objective": "x" * 5001}, "L’objectif : 5000"),
        ({"audience_note": "x" * 301}, "La précision"),
        ({"reusable": "x" * 5001}, "Ce que d’autres"),
        ({"budget": D("-1")}, "jamais négatif"),
        ({"budget": D("1.001")}, "Deux chiffres"),
        ({"budget": D("99999999999")}, "trop grand"),
        ({"budget": D("NaN")}, "jamais négatif"),
        ({"starts_on": PartialDate(2025), "ends_on": PartialDate(2024, 12)}, "finit avant"),
    ],
)
def test_what_a_project_may_not_say(campus: Campus, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        actions.enter_project(campus, terms=terms(**fields), by=None)
    assert not Project.objects.exists()


def test_of_two_people_who_change_a_project_the_second_is_told(campus: Campus) -> None:
    project, director = a_project(campus), a_director(campus)
    actions.change_project(project, terms=terms(title="Un"), version=1, by=director)
    with pytest.raises(Refusal, match="entre-temps"):
        actions.change_project(project, terms=terms(title="Deux"), version=1, by=director)
    with pytest.raises(Refusal, match="entre-temps"):
        actions.set_results(project, rows=[], version=1, by=director)
    project.refresh_from_db()
    assert (project.title, project.version) == ("Un", 2)
    assert Change.objects.about(project)[0].diff["title"] == ["Maison témoin", "Un"]


def test_only_a_public_project_moves_public_pages(campus: Campus) -> None:
    project, before = a_project(campus), feed.public_position()
    actions.move_project(project, to=ProjectState.DONE, by=None)
    assert feed.public_position() == before
    actions.change_project(project, terms=terms(is_public=True), version=2, by=None)
    shown = feed.public_position()
    assert shown > before
    actions.change_project(project, terms=terms(), version=3, by=None)
    assert feed.public_position() > shown


@pytest.mark.parametrize("state", ProjectState)
@pytest.mark.parametrize("to", ProjectState)
def test_the_table_of_moves_is_all_that_moves(campus: Campus, state: ProjectState, to: ProjectState) -> None:
    project = a_project(campus, state=state)
    if to in rules.MOVES[state]:
        assert actions.move_project(project, to=to, reason="Plus de local.", by=None).state == to
        return
    with pytest.raises(Refusal, match="ne devient pas"):
        actions.move_project(project, to=to, reason="Plus de local.", by=None)


def test_a_project_is_abandoned_with_a_reason_and_not_as_a_practice(campus: Campus) -> None:
    project = a_practice(campus)
    with pytest.raises(Refusal, match="pourquoi"):
        actions.move_project(project, to=ProjectState.ABANDONED, by=None)
    with pytest.raises(Refusal, match="Retirez d’abord"):
        actions.move_project(project, to=ProjectState.ABANDONED, reason="Fini.", by=None)


def test_partners_are_members_and_one_that_left_stays_cited(campus: Campus) -> None:
    member, stranger, day = an_organisation(), an_organisation(), dt.date(2026, 3, 1)
    partnership = add_partner(campus, member)
    with pytest.raises(Refusal, match="n’est pas, ou n’est plus, membre"):
        actions.enter_project(campus, terms=terms(), partners=[stranger], by=None)
    project = actions.enter_project(campus, terms=terms(), partners=[member], by=None)
    assert rules.ended_partners(project, on=day) == set()
    end_partnership(partnership, on=PartialDate(2025), by=a_keeper())
    assert rules.ended_partners(project, on=day) == {member.pk}
    actions.change_project(project, terms=terms(), partners=[member], version=1, by=None, on=day)
    actions.change_project(project, terms=terms(), partners=[], version=2, by=None, on=day)
    with pytest.raises(Refusal, match="n’est plus"):
        actions.change_project(project, terms=terms(), partners=[member], version=3, by=None, on=day)


def test_results_are_given_all_at_once(campus: Campus) -> None:
    project = a_project(campus)
    rows = [ResultRow("Visites", "visites", D(100), D("40.5")), ResultRow("Lycées", "lycées", None, D(3))]
    project = actions.set_results(project, rows=rows, version=1, by=None)
    assert [str(each) for each in project.results.all()] == ["Visites (visites)", "Lycées (lycées)"]
    project = actions.set_results(project, rows=rows[1:], version=2, by=None)
    assert project.results.count() == 1
    assert rules.reached_share(D(100), D("40.5")) == 40
    assert rules.reached_share(D(0), D(4)) is None


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ResultRow("", "visites", D(1))], "un indicateur et une unité"),
        ([ResultRow("Visites", " ", D(1))], "un indicateur et une unité"),
        ([ResultRow("Visites", "visites")], "visé"),
        ([ResultRow("Visites", "visites", D(-1))], "pas négatif"),
        ([ResultRow("Visites", "visites", None, D("0.001"))], "deux chiffres"),
        ([ResultRow("Visites", "visites", D("Infinity"))], "un nombre"),
        ([ResultRow("Visites", "visites", D(1)), ResultRow(" Visites ", "jours", D(1))], "deux fois"),
        ([ResultRow("x" * 151, "visites", D(1))], "150"),
        ([ResultRow("Visites", "x" * 41, D(1))], "40"),
        ([ResultRow(f"n° {n}", "x", D(1)) for n in range(31)], "30 résultats"),
    ],
)
def test_results_that_mean_nothing(campus: Campus, rows: list[ResultRow], message: str) -> None:
    project = a_project(campus)
    with pytest.raises(Refusal, match=message):
        actions.set_results(project, rows=rows, version=1, by=None)


def test_a_joint_project_is_accepted_by_each_and_counted_once(campus: Campus) -> None:
    other, third = a_campus(), a_campus()
    director, theirs = a_director(campus), a_director(other)
    project = a_project(campus)
    owner = actions.ask_owner(project, other, by=director)
    assert not Project.objects.of(other) and not rules.can_edit_project(theirs, project)
    with pytest.raises(Refusal, match="n’a pas encore répondu"):
        actions.ask_owner(project, other, by=director)
    with pytest.raises(NotAllowed):
        actions.accept_owner(owner, by=director)
    actions.accept_owner(owner, by=theirs)
    with pytest.raises(Refusal, match="porte déjà"):
        actions.accept_owner(owner, by=theirs)
    assert list(Project.objects.of(other)) == list(Project.objects.of(campus)) == [project]
    assert Project.objects.counted().count() == 1
    actions.change_project(project, terms=terms(title="À deux"), version=1, by=theirs)
    refused = actions.ask_owner(project, third, by=theirs)
    actions.end_owner(refused, by=a_contributor(third))
    with pytest.raises(NotAllowed):
        actions.end_owner(project.owners.get(campus=other), by=director)
    with pytest.raises(Refusal, match="le garde"):
        actions.end_owner(project.owners.get(campus=campus), by=director)
    actions.end_owner(project.owners.get(campus=other), by=theirs)
    assert project.owners.count() == 1


def test_the_directors_of_a_campus_asked_to_own_a_project_get_one_letter(campus: Campus) -> None:
    other = a_campus("Campus demandé")
    theirs, both, gone = a_director(other), a_director(other), a_director(other, ends_on=dt.date(2021, 1, 1))
    CampusMembership.objects.create(
        campus=campus,
        person=both,
        role=CampusRole.DIRECTOR,
        starts_on=dt.date(2020, 1, 1),
        invited_email=both.email,
        invited_at=timezone.now(),
    )
    a_contributor(other)
    owner = actions.ask_owner(a_project(campus), other, by=both)
    letter = OutgoingMail.objects.get()
    assert letter.to == theirs.email != gone.email
    assert letter.subject == "Porter ensemble un projet : Maison témoin"
    assert str(campus) in letter.text and f"/espace/campus/{other.slug}/projets/" in letter.text
    with pytest.raises(Refusal):
        actions.ask_owner(owner.project, other, by=both)
    assert OutgoingMail.objects.count() == 1


def test_the_directors_whose_practice_is_taken_up_get_one_letter_each(campus: Campus) -> None:
    joint, other = a_campus("Campus porteur"), a_campus("Campus qui reprend")
    director, theirs = a_director(campus), a_director(joint)
    practice = a_practice(campus)
    actions.accept_owner(actions.ask_owner(practice, joint, by=None), by=None)
    OutgoingMail.objects.all().delete()
    actions.take_up(practice, other, by=a_director(other))
    assert {letter.to: letter.subject for letter in OutgoingMail.objects.all()} == dict.fromkeys(
        (director.email, theirs.email), "Votre pratique est reprise : Maison témoin"
    )
    letter = OutgoingMail.objects.get(to=theirs.email)
    assert "Campus qui reprend" in letter.text and f"/{joint.slug}/projets/{practice.pk}/" in letter.text


def test_the_demonstration_and_the_register_share_no_project(campus: Campus) -> None:
    demo = a_campus(is_demo=True)
    with pytest.raises(Refusal, match="pas au registre"):
        actions.ask_owner(a_project(campus), demo, by=None)
    with pytest.raises(Refusal, match="n’est pas proposée"):
        actions.take_up(a_practice(campus), demo, by=None)
    assert Project.objects.counted().count() == 2


def test_a_practice_is_a_project_that_says_what_to_reuse(campus: Campus) -> None:
    with pytest.raises(Refusal, match="en cours ou terminé"):
        actions.publish_practice(a_project(campus, state=ProjectState.IDEA, reusable="x"), by=None)
    with pytest.raises(Refusal, match="ce que d’autres"):
        actions.publish_practice(a_project(campus), by=None)
    practice = a_practice(campus)
    with pytest.raises(Refusal, match="déjà une pratique"):
        actions.publish_practice(practice, by=None)
    with pytest.raises(Refusal, match="Une pratique dit"):
        actions.change_project(practice, terms=terms(), version=practice.version, by=None)
    practice = actions.withdraw_practice(practice, by=a_director(campus))
    with pytest.raises(Refusal, match="n’est pas une pratique"):
        actions.withdraw_practice(practice, by=a_director(campus))


def test_a_practice_is_taken_up_once_with_thanks(campus: Campus) -> None:
    practice = a_practice(campus, audiences=(Audience.EMPLOYEES, Audience.PUPILS), budget=D(5))
    other = a_campus()
    person = a_contributor(other)
    project = actions.take_up(practice, other, by=person)
    assert project.inspired_by == practice and list(practice.inspired.all()) == [project]
    assert [each.audience for each in project.audiences.all()] == [Audience.PUPILS, Audience.EMPLOYEES]
    assert (project.budget, project.state, project.is_public) == (None, ProjectState.IDEA, False)
    assert "remerciements" in Change.objects.about(practice)[0].summary
    with pytest.raises(Refusal, match="a déjà un projet"):
        actions.take_up(practice, other, by=person)
    with pytest.raises(Refusal, match="déjà celle de votre campus"):
        actions.take_up(practice, campus, by=a_director(campus))
    with pytest.raises(NotAllowed):
        actions.take_up(practice, campus, by=person)
    actions.withdraw_practice(practice, by=a_director(campus))
    project.refresh_from_db()
    assert project.inspired_by == practice
    with pytest.raises(Refusal, match="n’est plus"):
        actions.take_up(practice, a_campus(), by=None)


def test_strangers_move_nothing(campus: Campus) -> None:
    project, stranger = a_project(campus), a_director(a_campus())
    acts = (
        lambda: actions.change_project(project, terms=terms(), version=1, by=stranger),
        lambda: actions.move_project(project, to=ProjectState.DONE, by=stranger),
        lambda: actions.set_results(project, rows=[], version=1, by=stranger),
        lambda: actions.publish_practice(project, by=stranger),
        lambda: actions.withdraw_practice(project, by=stranger),
        lambda: actions.ask_owner(project, a_campus(), by=stranger),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_what_the_database_forbids(campus: Campus) -> None:
    project, now = a_project(campus), timezone.now()
    organisation = an_organisation()
    ProjectPartner.objects.create(project=project, organisation=organisation)
    ProjectAudience.objects.create(project=project, audience=Audience.PUPILS)
    picture = {"project": project, "file": "x.png", "media_type": "image/png", "width": 1, "height": 1}
    result = {"project": project, "indicator": "a", "unit": "b", "target": 1}
    ProjectResult.objects.create(**result)
    project_row = {"campus": campus, "slug": "autre", "title": "a", "objective": "b"}
    for model, fields in (
        (Project, {**project_row, "title": ""}),
        (Project, {**project_row, "objective": ""}),
        (Project, {**project_row, "state": "rien"}),
        (Project, {**project_row, "budget": D(-1)}),
        (Project, {**project_row, "practice_since": now}),
        (Project, {**project_row, "slug": project.slug}),
        (ProjectOwner, {"project": project, "campus": campus, "asked_at": now}),
        (ProjectPartner, {"project": project, "organisation": organisation}),
        (ProjectAudience, {"project": project, "audience": Audience.PUPILS}),
        (ProjectAudience, {"project": project, "audience": "personne"}),
        (ProjectResult, result),
        (ProjectResult, {**result, "indicator": ""}),
        (ProjectResult, {**result, "indicator": "c", "target": None}),
        (ProjectResult, {**result, "indicator": "c", "target": -1}),
        (ProjectPicture, {**picture, "credit": "", "alternative": "x"}),
        (ProjectPicture, {**picture, "credit": "x", "alternative": ""}),
        (ProjectPicture, {**picture, "credit": "x", "alternative": "x", "file": ""}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**fields)  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(inspired_by=project)
