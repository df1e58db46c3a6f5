"""Proposals: even sides, even load, known filière, nobody in conflict, and a whole campaign at once."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.models import Campaign, Side
from cmq.campuses.models import Campus
from cmq.expertise.actions.experts import Profile, recuse, update_expert
from cmq.expertise.actions.marking import abstain
from cmq.expertise.models import Expert
from cmq.expertise.proposals import Proposal, propose
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from cmq.reference.models import Filiere, Region
from tests.expertise.desk import LONG_AGO, NOW, TODAY, a_campaign, a_file, a_secretary, an_expert, given
from tests.factories import a_campus, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return a_campaign()


@pytest.fixture
def secretary() -> User:
    return a_secretary()


def chosen(proposal: Proposal) -> list[Expert]:
    return [candidate.expert for candidate in proposal.candidates]


def one(file: LabelApplication, *, per_side: int = 1) -> Proposal:
    (proposal,) = propose([file], per_side=per_side, on=TODAY)
    return proposal


def test_a_file_gets_one_expert_of_each_side(campaign: Campaign) -> None:
    economic, state = an_expert(Side.ECONOMIC), an_expert(Side.STATE)
    an_expert(Side.LOCAL)
    proposal = one(a_file(campaign))
    assert chosen(proposal) == [economic, state]
    assert (proposal.economic, proposal.public, proposal.is_balanced) == (1, 1, True)
    assert (proposal.missing_economic, proposal.missing_public) == (0, 0)


def test_a_side_that_is_ahead_is_caught_up_with(campaign: Campaign, secretary: User) -> None:
    file = a_file(campaign)
    given(file, an_expert(Side.ECONOMIC), an_expert(Side.ECONOMIC), by=secretary)
    local, state = an_expert(Side.LOCAL), an_expert(Side.STATE)
    an_expert(Side.ECONOMIC)
    proposal = one(file)
    assert chosen(proposal) == [local, state]
    assert proposal.is_balanced


def test_what_cannot_be_found_is_said(campaign: Campaign) -> None:
    an_expert(Side.STATE)
    proposal = one(a_file(campaign), per_side=2)
    assert (proposal.missing_economic, proposal.missing_public) == (2, 1)
    assert not proposal.is_balanced


def test_those_who_cannot_take_the_file_are_left_out(campaign: Campaign, secretary: User) -> None:
    file = a_file(campaign)
    an_expert(Side.ECONOMIC, region=file.campus.region_id)
    an_expert(Side.ECONOMIC, is_available=False)
    closed = an_expert(Side.ECONOMIC)
    closed.person.is_active = False
    closed.person.save()
    ended = an_expert(Side.ECONOMIC)
    ended.person.organisationmemberships.update(ends_on=TODAY)
    full = an_expert(Side.ECONOMIC, most_files=1)
    given(a_file(campaign), full, by=secretary)
    recused, gave_up = an_expert(Side.ECONOMIC), an_expert(Side.ECONOMIC)
    one_, other = given(file, recused, gave_up, by=secretary)
    recuse(one_, reason="Lien.", by=secretary)
    abstain(other, reason="Pas mon métier.", by=gave_up.person)
    demo = an_expert(Side.ECONOMIC)
    demo.person.is_demo = True
    demo.person.save()
    proposal = one(file)
    assert chosen(proposal) == []
    assert proposal.missing_economic == 1


def test_a_file_given_up_weighs_no_more(campaign: Campaign, secretary: User) -> None:
    expert = an_expert(Side.ECONOMIC, most_files=1)
    old = a_file(campaign)
    given(old, expert, by=secretary)
    LabelApplication.objects.filter(pk=old.pk).update(state=ApplicationState.WITHDRAWN)
    assert chosen(one(a_file(campaign))) == [expert]


def test_the_filiere_decides_between_those_who_have_as_much_to_do(campaign: Campaign) -> None:
    filiere = Filiere.objects.order_by("pk")[3]
    an_expert(Side.ECONOMIC)
    knows = an_expert(Side.ECONOMIC, filieres=(filiere,))
    proposal = one(a_file(campaign, filiere=filiere))
    assert chosen(proposal) == [knows]
    assert "connaît la filière" in proposal.candidates[0].reasons
    assert "0 sur 5 dossiers à rendre" in proposal.candidates[0].reasons


def test_the_filiere_does_not_overload_those_who_know_it(campaign: Campaign) -> None:
    filiere = Filiere.objects.order_by("pk")[3]
    knows = an_expert(Side.ECONOMIC, filieres=(filiere,), most_files=4)
    other = an_expert(Side.ECONOMIC, most_files=4)
    files = [a_file(campaign, filiere=filiere) for _ in range(6)]
    load = Counter(expert for proposal in propose(files, on=TODAY) for expert in chosen(proposal))
    assert load == {knows: 4, other: 2}


def test_load_is_shared_in_proportion(campaign: Campaign, secretary: User) -> None:
    small, large = an_expert(Side.ECONOMIC, most_files=2), an_expert(Side.ECONOMIC, most_files=6)
    given(a_file(campaign), small, by=secretary)
    load = Counter(
        expert for each in propose([a_file(campaign) for _ in range(4)], on=TODAY) for expert in chosen(each)
    )
    assert load == {large: 4}


def test_the_file_with_the_fewest_possible_experts_chooses_first(campaign: Campaign) -> None:
    here, elsewhere = a_file(campaign, campus=a_campus(region="32")), a_file(campaign, campus=a_campus(region="53"))
    of_32, of_53 = an_expert(Side.ECONOMIC, region="32", most_files=1), an_expert(Side.ECONOMIC, most_files=1)
    an_expert(Side.STATE, most_files=2)
    second, first = propose([elsewhere, here], on=TODAY)
    assert chosen(first)[0] == of_53
    assert chosen(second)[0] == of_32


def test_nothing_is_written(campaign: Campaign) -> None:
    an_expert()
    file = a_file(campaign)
    one(file)
    file.refresh_from_db()
    assert file.state == ApplicationState.ADMISSIBLE
    assert not file.assignments.exists()
    assert propose([]) == []


def many_files(campaign: Campaign, number: int) -> list[LabelApplication]:
    regions = list(Region.objects.academic())
    campuses = Campus.objects.bulk_create(
        Campus(slug=f"essai-{n}", name=f"Campus {n}", region=regions[n % len(regions)]) for n in range(number)
    )
    filieres = list(Filiere.objects.all())
    LabelApplication.objects.bulk_create(
        LabelApplication(
            reference=f"LOT-{n:05}",
            campaign=campaign,
            campus=campus,
            kind="premiere",
            state="recevable",
            filiere=filieres[n % len(filieres)],
            created_at=NOW,
            submitted_at=NOW,
            digest="0",
        )
        for n, campus in enumerate(campuses)
    )
    return list(LabelApplication.objects.filter(reference__startswith="LOT-").select_related("campus"))


def many_experts(number: int) -> None:
    regions, sides = list(Region.objects.academic()), [Side.ECONOMIC, Side.STATE, Side.ECONOMIC, Side.LOCAL]
    people = User.objects.bulk_create(User(email=f"lot{n}@exemple.fr") for n in range(number))
    body = an_organisation()
    OrganisationMembership.objects.bulk_create(
        OrganisationMembership(
            organisation=body,
            role=OrganisationRole.EXPERT,
            person=person,
            invited_email=person.email,
            invited_at=NOW,
            starts_on=LONG_AGO,
        )
        for person in people
    )
    Expert.objects.bulk_create(
        Expert(person=person, side=sides[n % 4], region=regions[n % len(regions)], most_files=12)
        for n, person in enumerate(people)
    )


def test_a_whole_campaign_costs_a_fixed_number_of_queries(campaign: Campaign) -> None:
    many_experts(200)
    files = many_files(campaign, 1000)
    with CaptureQueriesContext(connection) as few:
        propose(files[:3], on=TODAY)
    with CaptureQueriesContext(connection) as many:
        found = propose(files, on=TODAY)
    assert len(many) == len(few) <= 20
    assert all(proposal.is_balanced and proposal.economic == 1 for proposal in found)
    assert [proposal.application for proposal in found] == files
    load = Counter(expert.pk for proposal in found for expert in chosen(proposal))
    assert max(load.values()) <= 12


def test_an_expert_who_changes_side_counts_on_the_new_one(campaign: Campaign, secretary: User) -> None:
    file, expert = a_file(campaign), an_expert(Side.ECONOMIC)
    given(file, expert, by=secretary)
    update_expert(expert, Profile(Side.STATE), by=secretary, at=NOW)
    other = an_expert(Side.ECONOMIC)
    assert chosen(one(file)) == [other]


def test_the_same_answer_twice(campaign: Campaign, django_assert_max_num_queries: Callable[[int], object]) -> None:
    for side in (Side.ECONOMIC, Side.ECONOMIC, Side.STATE, Side.LOCAL):
        an_expert(side)
    files = [a_file(campaign) for _ in range(3)]
    assert [chosen(each) for each in propose(files, on=TODAY)] == [chosen(each) for each in propose(files, on=TODAY)]
