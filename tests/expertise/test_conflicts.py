"""Conflicts of interest: each kind is found, nothing else is, and a whole campaign costs as much as one pair."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cmq.applications.models import LabelApplication, RequestSide, SectionRevision, SubmissionSignature
from cmq.campaigns.models import Side
from cmq.campuses.actions import add_partner, link_campuses
from cmq.campuses.models import CampusMembership, CampusRole, LinkKind, PartnerRole
from cmq.core.partial_dates import PartialDate
from cmq.expertise.actions.experts import declare_conflict
from cmq.expertise.conflicts import (
    ConflictKind,
    ConflictTable,
    Matter,
    conflicts,
    conflicts_of_person,
    matter_of,
    party_of,
)
from cmq.expertise.models import Expert
from cmq.organisations.models import OrganisationRole
from cmq.reference.models import Region
from tests.expertise.desk import LONG_AGO, NOW, a_campaign, a_file, a_secretary, an_expert, with_role
from tests.factories import a_campus, a_contact, a_contributor, a_director, a_person, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def file() -> LabelApplication:
    return a_file(a_campaign())


def kinds(expert: Expert, file: LabelApplication) -> set[ConflictKind]:
    expert = Expert.objects.select_related("person").get(pk=expert.pk)
    return {conflict.kind for conflict in conflicts(expert, file)}


def sentences(expert: Expert, file: LabelApplication) -> str:
    return " ".join(conflict.sentence for conflict in conflicts(expert, file))


def test_an_expert_without_a_link_is_free(file: LabelApplication) -> None:
    add_partner(file.campus, an_organisation(), role=PartnerRole.HOST)
    a_director(file.campus)
    expert = an_expert(employer=an_organisation(), region="11")
    assert conflicts(expert, file) == []


def test_a_role_in_the_campus_now_before_or_offered(file: LabelApplication) -> None:
    now = an_expert(person=with_role(OrganisationRole.EXPERT))
    before = an_expert()
    offered = an_expert()
    for expert, ends_on in ((now, None), (before, dt.date(2021, 1, 1))):
        CampusMembership.objects.create(
            campus=file.campus,
            role=CampusRole.CONTRIBUTOR,
            person=expert.person,
            invited_email=expert.person.email,
            invited_at=NOW,
            starts_on=LONG_AGO,
            ends_on=ends_on,
        )
    CampusMembership.objects.create(
        campus=file.campus, role=CampusRole.DIRECTOR, invited_email=offered.person.email, invited_at=NOW
    )
    for expert, said in ((now, "A un rôle"), (before, "A eu un rôle"), (offered, "Est invité")):
        assert kinds(expert, file) == {ConflictKind.CAMPUS_ROLE}
        assert said in sentences(expert, file)


def test_an_employer_that_is_or_was_a_member_or_host(file: LabelApplication) -> None:
    member, host, left = an_organisation(), an_organisation(), an_organisation()
    add_partner(file.campus, member)
    add_partner(file.campus, host, role=PartnerRole.HOST)
    add_partner(file.campus, left, role=PartnerRole.HOST, ends_on=PartialDate(2019))
    assert kinds(an_expert(employer=member), file) == {ConflictKind.MEMBER}
    assert kinds(an_expert(employer=host), file) == {ConflictKind.HOST}
    past = an_expert(employer=left)
    assert kinds(past, file) == {ConflictKind.HOST}
    assert "ancien établissement support" in sentences(past, file)


def test_a_role_in_a_member_organisation_counts_as_an_employer(file: LabelApplication) -> None:
    member = an_organisation()
    add_partner(file.campus, member)
    person = with_role(OrganisationRole.EXPERT)
    expert = an_expert(person=person)
    assert kinds(expert, file) == set()
    membership = a_contact(member).organisationmemberships.get()
    membership.person = person
    membership.save()
    assert kinds(expert, file) == {ConflictKind.MEMBER}


def test_the_body_that_names_an_expert_is_not_an_employer(file: LabelApplication) -> None:
    body = an_organisation()
    add_partner(file.campus, body)
    assert kinds(an_expert(person=with_role(OrganisationRole.EXPERT, body)), file) == set()


def test_another_establishment_of_a_members_company(file: LabelApplication) -> None:
    add_partner(file.campus, an_organisation(siret="73282932000074"))
    expert = an_expert(employer=an_organisation(siret="73282932000082"))
    assert kinds(expert, file) == {ConflictKind.SAME_EMPLOYER}
    assert "de la même entreprise" in sentences(expert, file)


def test_the_employer_of_somebody_of_the_campus(file: LabelApplication) -> None:
    company = an_organisation()
    director = a_director(file.campus)
    membership = a_contact(company).organisationmemberships.get()
    membership.person = director
    membership.save()
    expert = an_expert(employer=company)
    assert kinds(expert, file) == {ConflictKind.SAME_EMPLOYER}
    assert str(company) in sentences(expert, file)


def test_an_expert_who_also_works_with_a_campus_shares_the_employer(file: LabelApplication) -> None:
    company = an_organisation()
    colleague = an_expert(employer=company, person=a_role_of_expert_on(file))
    assert ConflictKind.CAMPUS_ROLE in kinds(colleague, file)
    assert kinds(an_expert(employer=company), file) == {ConflictKind.SAME_EMPLOYER}


def a_role_of_expert_on(file: LabelApplication) -> object:
    person = with_role(OrganisationRole.EXPERT)
    membership = a_contributor(file.campus).campusmemberships.get()
    membership.person = person
    membership.save()
    return person


def test_the_same_territory(file: LabelApplication) -> None:
    expert = an_expert(region=file.campus.region_id)
    assert kinds(expert, file) == {ConflictKind.TERRITORY}
    assert str(file.campus.region) in sentences(expert, file)


@pytest.mark.parametrize(
    "role",
    [
        OrganisationRole.RECTEUR,
        OrganisationRole.PRESIDENT,
        OrganisationRole.DELEGATE,
        OrganisationRole.INSTRUCTOR,
        OrganisationRole.OPINION,
    ],
)
def test_who_asks_or_is_consulted_in_the_region(file: LabelApplication, role: OrganisationRole) -> None:
    here = an_organisation(region=file.campus.region)
    elsewhere = an_organisation(region=Region.objects.exclude(pk=file.campus.region_id)[0])
    for body, expected in ((here, {ConflictKind.REGION_ROLE}), (elsewhere, set())):
        expert = an_expert()
        membership = with_role(role, body).organisationmemberships.get()
        membership.person = expert.person
        membership.save()
        assert kinds(expert, file) == expected


def test_who_signed_or_wrote_the_file(file: LabelApplication) -> None:
    signer, writer = an_expert(), an_expert()
    SubmissionSignature.objects.create(
        application=file, side=RequestSide.RECTEUR, by=signer.person, signer="X", signed_at=NOW, digest="0"
    )
    section = file.sections.create(position=1, title="Partie")
    for version in (1, 2):
        SectionRevision.objects.create(section=section, version=version, text="x", at=NOW, by=writer.person)
    assert kinds(signer, file) == {ConflictKind.AUTHOR}
    assert kinds(writer, file) == {ConflictKind.AUTHOR}
    assert sentences(writer, file) == "A écrit dans le dossier."


def test_a_declared_conflict(file: LabelApplication) -> None:
    expert = an_expert()
    declare_conflict(expert, file.campus, reason="Mon frère y enseigne.", by=expert.person, at=NOW)
    assert kinds(expert, file) == {ConflictKind.DECLARED}
    assert kinds(expert, a_file(file.campaign)) == set()


@pytest.mark.parametrize("tie", ["absorbed", "merged", "continued"])
def test_the_campuses_that_led_to_it_count_too(file: LabelApplication, tie: str) -> None:
    other, member = a_campus(), an_organisation()
    add_partner(other, member)
    expert = an_expert(employer=member)
    assert kinds(expert, file) == set()
    if tie == "absorbed":
        file.absorbed.add(other)
    else:
        link_campuses(other, file.campus, kind=LinkKind.MERGED_INTO if tie == "merged" else LinkKind.CONTINUED_BY)
    assert kinds(expert, file) == {ConflictKind.MEMBER}


def test_a_campus_that_only_looks_alike_does_not_count(file: LabelApplication) -> None:
    other, member = a_campus(), an_organisation()
    add_partner(other, member)
    link_campuses(other, file.campus, kind=LinkKind.NOT_SAME)
    assert kinds(an_expert(employer=member), file) == set()


def test_a_member_of_the_college_is_looked_at_the_same_way(file: LabelApplication) -> None:
    recteur = with_role(OrganisationRole.RECTEUR, an_organisation(region=file.campus.region))
    for matter in (matter_of(file), Matter(file.campus)):
        assert {each.kind for each in conflicts_of_person(recteur, matter)} == {ConflictKind.REGION_ROLE}
        assert conflicts_of_person(a_person(), matter) == []


def test_a_table_says_the_same_as_each_pair_and_costs_as_much(
    file: LabelApplication, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    secretary = a_secretary()
    member = an_organisation()
    add_partner(file.campus, member)
    files = [file, *(a_file(file.campaign) for _ in range(3))]
    experts = [an_expert(employer=member), an_expert(Side.STATE, region="32"), an_expert(Side.LOCAL)]
    declare_conflict(experts[2], files[1].campus, reason="Lien.", by=secretary, at=NOW)
    parties, matters = [party_of(each) for each in experts], [matter_of(each) for each in files]
    with CaptureQueriesContext(
        connection,
    ) as one:
        ConflictTable(parties[:1], matters[:1])
    with CaptureQueriesContext(connection) as all_:
        table = ConflictTable(parties, matters)
    assert len(all_) == len(one) <= 13
    for expert, party in zip(experts, parties, strict=True):
        for each, matter in zip(files, matters, strict=True):
            assert table.between(party, matter) == conflicts(expert, each)
            assert table.is_free(party, matter) == (not conflicts(expert, each))
