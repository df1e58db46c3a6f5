"""The desk of an organisation: its sheet, its people, the campuses it belongs to."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.network.models import Convention, PartnerRequest
from cmq.organisations import actions, rules
from cmq.organisations.models import CompanyRecord, Kind, Organisation, OrganisationMembership, OrganisationRole
from cmq.web.espace import roster
from cmq.web.espace.access import (
    ACT,
    READ_AND_ACT,
    allow,
    done,
    keeper_of,
    logged_in,
    organisation_for,
    page,
    person_of,
    posted,
    submit,
)
from cmq.web.espace.forms import BodyForm, OrganisationForm, OrganisationInvitationForm, ScopeForm


@logged_in(*READ_AND_ACT)
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """What an organisation says of itself, and where it belongs."""
    shown, person = organisation_for(request, pk), person_of(request)
    form = _sheet(request, shown, data=posted(request))

    def edit(data: dict[str, Any]) -> None:
        own = {"name": data["name"], "kind": Kind(data["kind"])} if "name" in data else {}
        plain = {name: data[name] for name in ("commune", "website", "seal")}
        actions.edit_organisation(shown, by=person, **plain, **own)

    if submit(request, form, edit):
        return done(request, "Fiche enregistrée.", "espace_organisation", pk)
    context = {**_context(request, pk), "sheet": form}
    return page(request, "espace/organisation.html", context, form=form)


@logged_in(*ACT)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite somebody to a role, by whoever may give it."""
    shown, person = organisation_for(request, pk), person_of(request)
    roles = rules.givable(person, shown)
    allow(bool(roles), "Vous ne donnez aucun rôle dans cette organisation.")
    form = OrganisationInvitationForm(request.POST, roles=roles)

    def send(data: dict[str, Any]) -> None:
        actions.invite(shown, email=data["email"], role=OrganisationRole(data["role"]), by=person)

    if submit(request, form, send):
        return done(request, "Invitation envoyée.", "espace_organisation", pk)
    context = {**_context(request, pk), "sheet": _sheet(request, shown), "invitation": form}
    return page(request, "espace/organisation.html", context, form=form)


@logged_in(*ACT)
def scope(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where a body has authority, for keepers."""
    keeper = keeper_of(request)
    shown = get_object_or_404(Organisation, pk=pk)
    form = ScopeForm(request.POST)
    if submit(request, form, lambda data: actions.scope_organisation(shown, **data, by=keeper)):
        return done(request, "Ressort enregistré.", "espace_organisation", pk)
    context = {**_context(request, pk), "sheet": _sheet(request, shown), "scope": form}
    return page(request, "espace/organisation.html", context, form=form)


@logged_in(*READ_AND_ACT)
def bodies(request: HttpRequest) -> HttpResponse:
    """The bodies of the label’s procedure: who asks, who is consulted, who decides; and a new one, for keepers."""
    keeper = keeper_of(request)
    form = BodyForm(posted(request))
    made: list[Organisation] = []

    def enter(data: dict[str, Any]) -> None:
        body = actions.register_organisation(name=data["name"], kind=Kind(data["kind"]), by=keeper)
        actions.scope_organisation(body, region=data["region"], academie=data["academie"], by=keeper)
        made.append(body)

    if submit(request, form, enter):
        return done(
            request, "Organisme inscrit : invitez-y maintenant des personnes.", "espace_organisation", made[0].pk
        )
    return page(request, "espace/register/bodies.html", {"bodies": roster.bodies(timezone.localdate())}, form=form)


@logged_in(*READ_AND_ACT)
def end_role(request: HttpRequest, pk: int, role: int) -> HttpResponse:
    """End a role in an organisation, or withdraw an invitation, by whoever may give it."""
    person = person_of(request)
    memberships = OrganisationMembership.objects.select_related("person", "organisation")
    membership = get_object_or_404(memberships, pk=role, organisation=pk)
    allow(rules.can_give(person, membership.organisation, OrganisationRole(membership.role)))
    form = forms.Form(posted(request))
    is_keeper = rules.is_keeper(person)
    if submit(request, form, lambda data: actions.end_role(membership, by=person)):
        return done(request, "C’est fait.", "registre_people" if is_keeper else "espace")
    context = {"membership": membership, "keeper": is_keeper, "back": "registre_people" if is_keeper else "espace"}
    return page(request, "espace/role_end.html", context, form=form)


def _sheet(request: HttpRequest, shown: Organisation, *, data: QueryDict | None = None) -> OrganisationForm:
    return OrganisationForm(data, organisation=shown, renames=rules.can_rename(request.user, shown))


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    shown = Organisation.objects.select_related("commune", "region", "academie").get(pk=pk)
    today = timezone.localdate()
    givable = rules.givable(request.user, shown)
    roles = list(shown.memberships.select_related("person", "invited_by").order_by("role", "starts_on", "pk"))
    open_ = [each for each in roles if not (each.ends_on and each.ends_on <= today)]
    return {
        "organisation": shown,
        "active": [each for each in open_ if each.person_id],
        "invited": [each for each in open_ if not each.person_id],
        "partnerships": shown.partnerships.select_related("campus__region").order_by("campus__name", "pk"),
        "requests": PartnerRequest.objects.filter(organisation=shown).select_related("campus"),
        "conventions": Convention.objects.filter(partnership__organisation=shown, withdrawn_at=None).select_related(
            "partnership__campus"
        ),
        "company": CompanyRecord.objects.filter(siret=shown.siret).first() if shown.siret else None,
        "givable": givable,
        "invitation": OrganisationInvitationForm(roles=givable) if givable else None,
        "scope": ScopeForm(initial={"region": shown.region_id, "academie": shown.academie_id}),
        "is_keeper": rules.is_keeper(request.user),
        "now": timezone.now(),
    }
