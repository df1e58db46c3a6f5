"""The desk of an organisation: its sheet, its people, the campuses it belongs to."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.organisations import actions, rules
from cmq.organisations.models import Kind, Organisation, OrganisationMembership, OrganisationRole
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
from cmq.web.espace.forms import InvitationForm, OrganisationForm


@logged_in(*READ_AND_ACT)
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """What an organisation says of itself, and where it belongs."""
    shown, person = organisation_for(request, pk), person_of(request)
    form = OrganisationForm(posted(request), organisation=shown)

    def edit(data: dict[str, Any]) -> None:
        kind, commune = Kind(data["kind"]), data["commune"]
        actions.edit_organisation(
            shown, by=person, name=data["name"], kind=kind, commune=commune, website=data["website"]
        )

    if submit(request, form, edit):
        return done(request, "Fiche enregistrée.", "espace_organisation", pk)
    context = {**_context(request, pk), "sheet": form, "invitation": InvitationForm()}
    return page(request, "espace/organisation.html", context, form=form)


@logged_in(*ACT)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite a contact, for keepers."""
    shown, person = organisation_for(request, pk), person_of(request)
    allow(rules.can_invite(person, shown), "Seul un gardien du registre invite un référent.")
    form = InvitationForm(request.POST)

    def send(data: dict[str, Any]) -> None:
        actions.invite(shown, email=data["email"], role=OrganisationRole.CONTACT, by=person)

    if submit(request, form, send):
        return done(request, "Invitation envoyée.", "espace_organisation", pk)
    context = {**_context(request, pk), "sheet": OrganisationForm(organisation=shown), "invitation": form}
    return page(request, "espace/organisation.html", context, form=form)


@logged_in(*READ_AND_ACT)
def end_role(request: HttpRequest, pk: int, role: int) -> HttpResponse:
    """End a role in an organisation, or withdraw an invitation, for keepers."""
    keeper = keeper_of(request)
    memberships = OrganisationMembership.objects.select_related("person", "organisation")
    membership = get_object_or_404(memberships, pk=role, organisation=pk)
    form = forms.Form(posted(request))
    if submit(request, form, lambda data: actions.end_role(membership, by=keeper)):
        return done(request, "C’est fait.", "registre_people" if rules.is_keeper(keeper) else "espace")
    context = {"membership": membership, "keeper": True, "back": "registre_people"}
    return page(request, "espace/role_end.html", context, form=form)


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    shown = Organisation.objects.select_related("commune", "region").get(pk=pk)
    today = timezone.localdate()
    roles = list(shown.memberships.select_related("person", "invited_by").order_by("role", "starts_on", "pk"))
    open_ = [each for each in roles if not (each.ends_on and each.ends_on <= today)]
    return {
        "organisation": shown,
        "active": [each for each in open_ if each.person_id],
        "invited": [each for each in open_ if not each.person_id],
        "partnerships": shown.partnerships.select_related("campus__region").order_by("campus__name", "pk"),
        "may_invite": rules.can_invite(request.user, shown),
        "now": timezone.now(),
    }
