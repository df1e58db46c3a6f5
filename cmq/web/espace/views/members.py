"""The members of a campus: who belongs to it, who joins, who leaves."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses import actions
from cmq.campuses.models import Campus, PartnerRole, Partnership
from cmq.organisations.actions import register_organisation
from cmq.organisations.models import Family, Kind, Organisation
from cmq.reference.models import School
from cmq.web.espace import finding
from cmq.web.espace.access import READ, READ_AND_ACT, campus_for, done, logged_in, page, person_of, posted, submit
from cmq.web.espace.fields import origin_in
from cmq.web.espace.forms import EndForm, MemberForm, NewMemberForm
from cmq.web.espace.upkeep.reading import mark_seen
from cmq.web.espace.views.campus import _usual_source


@logged_in(*READ)
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Everyone who belongs or belonged to a campus."""
    campus = campus_for(request, slug)
    listed = list(campus.partnerships.select_related("organisation__commune").prefetch_related("sources"))
    today = timezone.localdate()
    standing = [member for member in listed if not member.is_over(today)]
    mark_seen(campus, standing, on=today)
    context = {
        "campus": campus,
        "standing": standing,
        "former": [member for member in listed if member.is_over(today)],
    }
    return page(request, "espace/members.html", context)


@logged_in(*READ)
def find_member(request: HttpRequest, slug: str) -> HttpResponse:
    """Look for an organisation by UAI, SIRET or name, among those known and the lycées of the reference."""
    campus = campus_for(request, slug)
    text = request.GET.get("q", "").strip()[:120]
    context = {"campus": campus, "text": text, "found": finding.organisations(text, is_demo=campus.is_demo)}
    return page(request, "espace/member_find.html", context)


@logged_in(*READ_AND_ACT)
def add_known(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make a known organisation a member."""
    campus, person = campus_for(request, slug), person_of(request)
    organisation = get_object_or_404(Organisation, pk=pk, is_demo=campus.is_demo)
    form = MemberForm(posted(request), default_source=_usual_source(request))

    def add(data: dict[str, Any]) -> None:
        _join(campus, organisation, data, by=person)

    if submit(request, form, add):
        return done(request, f"{organisation} est membre du campus.", "espace_members", campus.slug)
    return page(request, "espace/member_known.html", {"campus": campus, "organisation": organisation}, form=form)


@logged_in(*READ_AND_ACT)
def add_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter an organisation that the register does not know, and make it a member."""
    campus, person = campus_for(request, slug), person_of(request)
    school = School.objects.select_related("commune").filter(uai=request.GET.get("uai", "")[:8]).first()
    name = request.GET.get("nom", "")[:250]
    form = NewMemberForm(posted(request), school=school, name=name, default_source=_usual_source(request))

    def add(data: dict[str, Any]) -> None:
        organisation = register_organisation(
            name=data["name"],
            kind=Kind(data["organisation_kind"]),
            uai=data["uai"],
            siret=data["siret"],
            commune=data["commune"],
            website=data["website"],
            is_demo=campus.is_demo,
            by=person,
        )
        _join(campus, organisation, data, by=person)

    if submit(request, form, add):
        return done(request, "Membre ajouté.", "espace_members", campus.slug)
    return page(request, "espace/member_new.html", {"campus": campus, "school": school}, form=form)


@logged_in(*READ_AND_ACT)
def end_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say when a member left; the line stays."""
    campus, person = campus_for(request, slug), person_of(request)
    member = get_object_or_404(Partnership.objects.select_related("organisation", "campus"), pk=pk, campus=campus)
    form = EndForm(posted(request))
    if submit(request, form, lambda data: actions.end_partnership(member, on=data["on"], by=person)):
        return done(request, f"{member.organisation} n’est plus membre.", "espace_members", campus.slug)
    return page(request, "espace/member_end.html", {"campus": campus, "member": member}, form=form)


def _join(campus: Campus, organisation: Organisation, data: dict[str, Any], *, by: Any) -> None:
    actions.add_partner(
        campus,
        organisation,
        role=PartnerRole(data["role"]),
        family=Family(data["family"]) if data["family"] else None,
        starts_on=data["starts_on"],
        origin=origin_in(data),
        by=by,
    )
