"""The people of a campus: who has a role, who is invited, who leaves."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses import actions, rules
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.web.espace.access import (
    READ_AND_ACT,
    allow,
    campus_for,
    done,
    logged_in,
    page,
    person_of,
    posted,
    submit,
)
from cmq.web.espace.forms import CampusInvitationForm


@logged_in(*READ_AND_ACT)
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Who has a role in a campus; its director invites others."""
    campus, person = campus_for(request, slug), person_of(request)
    may_invite = rules.can_invite(person, campus)
    allow(may_invite or request.method != "POST", "Seul le directeur du campus invite.")
    form = CampusInvitationForm(posted(request))

    def invite(data: dict[str, Any]) -> None:
        actions.invite(campus, email=data["email"], role=CampusRole(data["role"]), by=person)

    if submit(request, form, invite):
        return done(request, "Invitation envoyée.", "espace_people", campus.slug)
    context = {"campus": campus, "may_invite": may_invite, **_roles(campus)}
    return page(request, "espace/people.html", context, form=form)


@logged_in(*READ_AND_ACT)
def end_role(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End a role in a campus, or withdraw an invitation."""
    campus, person = campus_for(request, slug), person_of(request)
    allow(rules.can_invite(person, campus), "Seul le directeur du campus retire un rôle.")
    memberships = CampusMembership.objects.select_related("person", "campus")
    membership = get_object_or_404(memberships, pk=pk, campus=campus)
    form = forms.Form(posted(request))
    if submit(request, form, lambda data: actions.end_role(membership, by=person)):
        if membership.person_id == person.pk:
            return done(request, "Votre rôle est terminé.", "espace")
        return done(request, "C’est fait.", "espace_people", campus.slug)
    context = {"campus": campus, "membership": membership, "back": "espace_people", "back_to": campus.slug}
    return page(request, "espace/role_end.html", context, form=form)


def _roles(campus: Campus) -> dict[str, Any]:
    """Who is there, who is awaited, who was there: three lists in one query."""
    today = timezone.localdate()
    listed = list(campus.memberships.select_related("person", "invited_by").order_by("role", "starts_on", "pk"))
    ended = [each for each in listed if each.ends_on and each.ends_on <= today]
    open_ = [each for each in listed if not (each.ends_on and each.ends_on <= today)]
    return {
        "active": [each for each in open_ if each.person_id],
        "invited": [each for each in open_ if not each.person_id],
        "former": [each for each in ended if each.person_id],
        "now": timezone.now(),
    }
