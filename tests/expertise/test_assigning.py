"""Experts are named, files given to them and taken back; each refusal is said in French."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.models import Campaign, CampaignState, Side
from cmq.campuses.actions import add_partner
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.expertise import rules
from cmq.expertise.actions.assigning import (
    ask_second_round,
    assign,
    assign_many,
)
from cmq.expertise.actions.experts import (
    Profile,
    declare_conflict,
    name_expert,
    recuse,
    update_expert,
    withdraw_conflict,
)
from cmq.expertise.actions.marking import abstain, write_mark
from cmq.expertise.models import Assignment, AssignmentState, DeclaredConflict, Expert
from cmq.expertise.synthesis import synthesis
from cmq.organisations.models import OrganisationRole
from cmq.reference.models import Filiere, Region
from tests.expertise.desk import (
    DUE,
    NOW,
    TODAY,
    a_campaign,
    a_file,
    a_secretary,
    an_expert,
    given,
    handed_in,
    marked,
    with_role,
)
from tests.factories import a_campus, a_keeper, a_person, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return a_campaign()


@pytest.fixture
def secretary() -> User:
    return a_secretary()


@pytest.fixture
def file(campaign: Campaign) -> LabelApplication:
    return a_file(campaign)


def refused(sentence: str) -> Any:
    return pytest.raises(Refusal, match=sentence)


# Naming


def test_an_expert_is_named_among_those_who_have_the_role(secretary: User) -> None:
    person, filiere = with_role(OrganisationRole.EXPERT), Filiere.objects.order_by("pk")[0]
    profile = Profile(Side.LOCAL, an_organisation(), Region.objects.get(code="32"), (filiere,), 3)
    expert = name_expert(person, profile, by=secretary)
    expert.refresh_from_db()
    assert (expert.side, expert.region_id, expert.most_files) == ("collectivites", "32", 3)
    assert list(expert.filieres.all()) == [filiere]
    assert list(Expert.objects.available(TODAY)) == [expert]
    with refused("déjà dans la liste"):
        name_expert(person, profile, by=secretary)
    with refused("n’a pas le rôle d’expert"):
        name_expert(a_person(), profile, by=secretary)
    with pytest.raises(NotAllowed):
        name_expert(with_role(OrganisationRole.EXPERT), profile, by=a_keeper())


@pytest.mark.parametrize(
    ("profile", "sentence"),
    [
        (Profile("autre"), "Choisissez le côté"),
        (Profile(Side.STATE, most_files=0), "1 à 50"),
        (Profile(Side.STATE, most_files=51), "1 à 50"),
    ],
)
def test_a_wrong_profile_is_refused(secretary: User, profile: Profile, sentence: str) -> None:
    with refused(sentence):
        name_expert(with_role(OrganisationRole.EXPERT), profile, by=secretary)
    assert not Expert.objects.exists()


def test_a_change_of_employer_recuses_from_the_files_it_touches(file: LabelApplication, secretary: User) -> None:
    member, expert = an_organisation(), an_expert()
    add_partner(file.campus, member)
    other = a_file(file.campaign)
    (assignment,), (kept,) = given(file, expert, by=secretary), given(other, expert, by=secretary)
    recused = update_expert(expert, Profile(Side.ECONOMIC, employer=member), by=secretary, at=NOW)
    assert recused == [assignment]
    assignment.refresh_from_db()
    assert str(member) in assignment.reason
    kept.refresh_from_db()
    assert kept.state == AssignmentState.PENDING
    with pytest.raises(NotAllowed):
        update_expert(expert, Profile(Side.STATE), by=expert.person)


# Assigning


def test_the_first_assignment_opens_the_expertise_and_writes_to_the_expert(
    file: LabelApplication, secretary: User
) -> None:
    first, second = an_expert(), an_expert(Side.STATE)
    assignment = assign(file, first, due_on=DUE, by=secretary, at=NOW)
    assign(file, second, due_on=DUE, by=secretary, at=NOW)
    file.refresh_from_db()
    assert (file.state, file.step) == (ApplicationState.EXPERTISE, 1)
    assert (assignment.round, assignment.due_on, assignment.state) == (1, DUE, AssignmentState.PENDING)
    letter = OutgoingMail.objects.get(to=first.person.email)
    assert file.reference in letter.subject
    assert "15 décembre 2026" in letter.text
    assert f"/espace/expertises/{assignment.pk}/" in letter.text


def test_who_and_what_may_not_be_assigned(file: LabelApplication, secretary: User) -> None:
    expert = an_expert()

    def try_(who: Expert = expert, **fields: Any) -> None:
        assign(file, who, **{"due_on": DUE, "by": secretary, "at": NOW, **fields})

    for by in (a_keeper(), expert.person, a_person()):
        with pytest.raises(NotAllowed):
            try_(by=by)
    with refused("date à venir"):
        try_(due_on=timezone.localdate(NOW))
    with refused("ne prend pas de dossier"):
        try_(an_expert(is_available=False))
    ended = an_expert()
    ended.person.organisationmemberships.update(ends_on=TODAY)
    with refused("ne prend pas de dossier"):
        try_(ended)
    with refused("Conflit d’intérêts : Exerce dans la région"):
        try_(an_expert(region=file.campus.region_id))
    demo = an_expert()
    demo.person.is_demo = True
    demo.person.save()
    with refused("ne se mélangent pas"):
        try_(demo)
    with refused("a vieilli"):
        try_(step=7)
    assert not Assignment.objects.exists()
    try_()
    with refused("a déjà ce dossier"):
        try_()


@pytest.mark.parametrize(
    "state",
    [each for each in ApplicationState if each not in (ApplicationState.ADMISSIBLE, ApplicationState.EXPERTISE)],
)
def test_only_admissible_files_are_given(campaign: Campaign, secretary: User, state: ApplicationState) -> None:
    with refused("ne se confie pas"):
        assign(a_file(campaign, state=state), an_expert(), due_on=DUE, by=secretary, at=NOW)


def test_nothing_is_given_in_a_closed_campaign(file: LabelApplication, secretary: User) -> None:
    Campaign.objects.update(state=CampaignState.CLOSED)
    with refused("close"):
        assign(file, an_expert(), due_on=DUE, by=secretary, at=NOW)


def test_many_are_given_one_by_one(campaign: Campaign, secretary: User) -> None:
    files, expert = [a_file(campaign) for _ in range(3)], an_expert()
    given(files[1], expert, by=secretary)
    report = assign_many([(file, expert) for file in files], due_on=DUE, by=secretary, at=NOW)
    assert [outcome.is_done for outcome in report] == [True, False, True]
    assert report[1].subject == (files[1], expert)
    assert "a déjà ce dossier" in report[1].refusal
    assert expert.assignments.count() == 3
    with pytest.raises(NotAllowed):
        assign_many([], due_on=DUE, by=expert.person)


# Recusing


def test_a_recusal_ends_access_and_recounts(file: LabelApplication, secretary: User) -> None:
    experts = [an_expert(Side.ECONOMIC), an_expert(Side.STATE), an_expert(Side.ECONOMIC)]
    assignments = given(file, *experts, by=secretary)
    for assignment, rank in zip(assignments, (0, 3, 4), strict=True):
        handed_in(assignment, rank)
    before = synthesis(file)
    assert (before.experts, before.parity.economic, before.criteria[0].spread.range) == (3, 2, 4)
    recuse(assignments[0], reason="Il dirige une filiale.", by=secretary)
    after = synthesis(file)
    assert (after.experts, after.parity.economic, after.criteria[0].spread.range) == (2, 1, 1)
    assert after.parity.is_kept
    person = experts[0].person
    assert not rules.can_read_as_expert(person, file)
    assert not rules.can_mark(person, assignments[0])
    assert not rules.readable_assignments(person).exists()
    assert not any(rules.can_read_marks(person, each) for each in assignments)
    letter = OutgoingMail.objects.get(key__startswith="recused:")
    assert letter.to == person.email
    assert "filiale" not in letter.text
    assert str(file.campus) not in letter.text
    with refused("déjà récusé"):
        recuse(assignments[0], reason="Encore.", by=secretary)
    with refused("est récusé sur ce dossier"):
        assign(file, experts[0], due_on=DUE, by=secretary, at=NOW)


def test_experts_recuse_themselves_and_nobody_else(file: LabelApplication, secretary: User) -> None:
    mine, other = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    with pytest.raises(NotAllowed):
        recuse(other, reason="x", by=mine.expert.person)
    with pytest.raises(NotAllowed):
        recuse(mine, reason="x", by=a_person())
    with refused("Dites pourquoi"):
        recuse(mine, reason=" ", by=mine.expert.person)
    recuse(mine, reason="Je connais le directeur.", by=mine.expert.person)
    mine.refresh_from_db()
    assert (mine.state, mine.reason) == (AssignmentState.RECUSED, "Je connais le directeur.")
    assert not OutgoingMail.objects.filter(key__startswith="recused:").exists()


def test_a_declared_conflict_takes_the_file_away_at_once(file: LabelApplication, secretary: User) -> None:
    expert = an_expert()
    (assignment,) = given(file, expert, by=secretary)
    (other,) = given(a_file(file.campaign), expert, by=secretary)
    declared = declare_conflict(expert, file.campus, reason="Mon frère y enseigne.", by=expert.person, at=NOW)
    assert str(declared) == f"{expert} – {file.campus}"
    assignment.refresh_from_db()
    other.refresh_from_db()
    assert (assignment.state, other.state) == (AssignmentState.RECUSED, AssignmentState.PENDING)
    with refused("déjà déclaré"):
        declare_conflict(expert, file.campus, reason="x", by=secretary, at=NOW)
    with refused("Dites quel lien"):
        declare_conflict(expert, a_campus(), reason="", by=secretary, at=NOW)
    with refused("300 caractères"):
        declare_conflict(expert, a_campus(), reason="x" * 301, by=secretary, at=NOW)
    with pytest.raises(NotAllowed):
        declare_conflict(expert, a_campus(), reason="x", by=an_expert().person, at=NOW)


def test_a_conflict_with_an_absorbed_campus_takes_the_file_away(file: LabelApplication, secretary: User) -> None:
    absorbed, expert = a_campus(), an_expert()
    file.absorbed.add(absorbed)
    (assignment,) = given(file, expert, by=secretary)
    declare_conflict(expert, absorbed, reason="Lien.", by=secretary, at=NOW)
    assignment.refresh_from_db()
    assert assignment.state == AssignmentState.RECUSED


def test_what_is_decided_is_not_recounted_by_a_later_conflict(file: LabelApplication, secretary: User) -> None:
    expert = an_expert()
    (assignment,) = given(file, expert, by=secretary)
    LabelApplication.objects.update(state=ApplicationState.AWARDED)
    declare_conflict(expert, file.campus, reason="J’y suis embauché.", by=expert.person, at=NOW)
    assignment.refresh_from_db()
    assert assignment.state == AssignmentState.PENDING


def test_a_conflict_declared_by_mistake_is_taken_back(file: LabelApplication, secretary: User) -> None:
    declared = declare_conflict(an_expert(), file.campus, reason="Lien.", by=secretary, at=NOW)
    with pytest.raises(NotAllowed):
        withdraw_conflict(declared, reason="x", by=declared.expert.person)
    with refused("Dites pourquoi"):
        withdraw_conflict(declared, reason="", by=secretary)
    withdraw_conflict(declared, reason="Homonyme.", by=secretary)
    assert not DeclaredConflict.objects.exists()


# What is told to whom


def test_the_journal_never_names_an_expert(file: LabelApplication, secretary: User) -> None:
    experts = [an_expert(Side.ECONOMIC), an_expert(Side.STATE), an_expert(Side.LOCAL)]
    one, other, third = given(file, *experts, by=secretary)
    handed_in(one), marked(other)
    abstain(third, reason="x", by=third.expert.person)
    handed_in(ask := other)
    ask_second_round(file, request="Revoyez.", due_on=DUE, by=secretary, at=NOW)
    declare_conflict(experts[0], file.campus, reason="Lien avec Personne secrète.", by=experts[0].person, at=NOW)
    lines = Change.objects.exclude(act__startswith="organisations.").exclude(act__startswith="campaigns.")
    lines = lines.filter(act__startswith=("expertise.")) | lines.filter(act__startswith="applications.")
    assert lines.count() > 20
    for line in lines:
        assert line.is_private, line
        text = f"{line.summary} {line.diff}"
        assert not [str(expert) for expert in experts if str(expert) in text], line
        assert "Lien" not in text
    # Lines about the campus and the file say nothing of who examines.
    assert not Change.objects.about(file.campus).filter(act__startswith="expertise.").exists()
    assert set(Change.objects.about(file).values_list("act", flat=True)) <= {"applications.move"}
    assert ask.pk


@pytest.mark.parametrize(
    "fields",
    [
        {"state": AssignmentState.HANDED_IN},
        {"state": AssignmentState.ABSTAINED},
        {"state": AssignmentState.RECUSED},
        {"round": 0},
        {"state": "inconnu"},
        {"advice": "inconnu"},
    ],
)
def test_the_database_refuses_half_an_answer(file: LabelApplication, secretary: User, fields: dict[str, Any]) -> None:
    (assignment,) = given(file, an_expert(), by=secretary)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(**fields)


def test_the_database_keeps_one_mark_with_a_reason(file: LabelApplication, secretary: User) -> None:
    (assignment,) = given(file, an_expert(), by=secretary)
    criterion = file.campaign.specification.criteria.all()[0]
    write_mark(assignment, criterion, level=None, reason="x", by=assignment.expert.person)
    for reason in ("", "encore"):
        with pytest.raises(IntegrityError), transaction.atomic():
            assignment.marks.create(criterion=criterion, reason=reason)
