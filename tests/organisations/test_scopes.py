"""Roles with a scope: the nation, a region, an académie; and who gives them to whom."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cmq.core.errors import NotAllowed, Refusal
from cmq.organisations import actions
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole
from cmq.organisations.rules import can_edit, can_give, holds
from cmq.reference.models import Academie, Region
from tests.factories import LONG_AGO, a_keeper, a_person, an_organisation

pytestmark = pytest.mark.django_db


def with_role(body: Organisation, role: OrganisationRole, **fields: object) -> object:
    person = a_person()
    OrganisationMembership.objects.create(
        organisation=body,
        role=role,
        person=person,
        invited_email=person.email,
        invited_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        starts_on=fields.pop("starts_on", LONG_AGO),
        **fields,
    )
    return person


def test_a_body_without_a_region_covers_the_nation() -> None:
    observer = with_role(an_organisation(), OrganisationRole.OBSERVER)
    assert holds(observer, OrganisationRole.OBSERVER)
    assert holds(observer, OrganisationRole.OBSERVER, region="32")
    assert not holds(observer, OrganisationRole.SECRETARY, region="32")


def test_a_body_of_a_region_covers_that_region_only() -> None:
    body = an_organisation(region=Region.objects.get(code="32"))
    instructor = with_role(body, OrganisationRole.INSTRUCTOR)
    assert holds(instructor, OrganisationRole.INSTRUCTOR, region="32")
    assert not holds(instructor, OrganisationRole.INSTRUCTOR, region="53")
    assert not holds(instructor, OrganisationRole.INSTRUCTOR)


def test_a_body_of_an_academie_covers_what_touches_it() -> None:
    lille = Academie.objects.get(name="Lille")
    amiens = Academie.objects.get(name="Amiens")
    body = an_organisation(region=lille.region, academie=lille)
    instructor = with_role(body, OrganisationRole.INSTRUCTOR)
    assert holds(instructor, OrganisationRole.INSTRUCTOR, region="32", academies=[lille.pk, amiens.pk])
    assert not holds(instructor, OrganisationRole.INSTRUCTOR, region="32", academies=[amiens.pk])
    assert not holds(instructor, OrganisationRole.INSTRUCTOR, region="32")


def test_a_role_counts_between_its_days_only() -> None:
    body = an_organisation()
    begins, ends = dt.date(2024, 1, 1), dt.date(2025, 1, 1)
    person = with_role(body, OrganisationRole.SECRETARY, starts_on=begins, ends_on=ends)
    days = [dt.date(2023, 12, 31), begins, dt.date(2024, 12, 31), ends]
    assert [holds(person, OrganisationRole.SECRETARY, on=day) for day in days] == [False, True, True, False]


def test_an_academie_belongs_to_the_region_of_the_body() -> None:
    body, keeper = an_organisation(), a_keeper()
    lille = Academie.objects.get(name="Lille")
    with pytest.raises(Refusal, match="pas dans cette région"):
        actions.scope_organisation(body, region=Region.objects.get(code="53"), academie=lille, by=keeper)
    with pytest.raises(NotAllowed):
        actions.scope_organisation(body, region=lille.region, by=a_person())
    actions.scope_organisation(body, region=lille.region, academie=lille, by=keeper)
    body.refresh_from_db()
    assert (body.region_id, body.academie_id) == ("32", lille.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=body.pk).update(region=None)


def test_heads_name_their_delegates_in_their_own_body_only() -> None:
    body, other = an_organisation(), an_organisation()
    recteur = with_role(body, OrganisationRole.RECTEUR)
    assert can_give(recteur, body, OrganisationRole.DELEGATE)
    assert can_give(recteur, body, OrganisationRole.INSTRUCTOR)
    assert not can_give(recteur, other, OrganisationRole.DELEGATE)
    assert not can_give(recteur, body, OrganisationRole.SECRETARY)
    with pytest.raises(NotAllowed):
        actions.invite(other, email="x@exemple.fr", role=OrganisationRole.DELEGATE, by=recteur)


def test_a_contact_looks_after_the_contacts_of_their_own_organisation() -> None:
    own, other = an_organisation(keeps_register=True), an_organisation()
    contact, colleague = with_role(own, OrganisationRole.CONTACT), with_role(own, OrganisationRole.CONTACT)
    assert [role for role in OrganisationRole if can_give(contact, own, role)] == [OrganisationRole.CONTACT]
    assert not [role for role in OrganisationRole if can_give(contact, other, role)]
    actions.invite(own, email="x@exemple.fr", role=OrganisationRole.CONTACT, by=contact)
    actions.end_role(own.memberships.get(person=colleague), by=contact)
    assert not can_edit(colleague, own)
    for body, role in ((other, OrganisationRole.CONTACT), (own, OrganisationRole.KEEPER)):
        with pytest.raises(NotAllowed):
            actions.invite(body, email="y@exemple.fr", role=role, by=contact)


def test_the_secretary_names_experts_and_authorities_but_no_keeper() -> None:
    secretary = with_role(an_organisation(), OrganisationRole.SECRETARY)
    body = an_organisation()
    given = {role for role in OrganisationRole if can_give(secretary, body, role)}
    assert given == {
        OrganisationRole.OPINION,
        OrganisationRole.EXPERT,
        OrganisationRole.AUTHORITY,
        OrganisationRole.OBSERVER,
    }


def test_an_expert_does_not_edit_the_body_that_named_them() -> None:
    body = an_organisation()
    assert not can_edit(with_role(body, OrganisationRole.EXPERT), body)
    assert can_edit(with_role(body, OrganisationRole.CONTACT), body)
