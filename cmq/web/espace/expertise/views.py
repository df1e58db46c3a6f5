"""The experts for the secretariat: listed, named, kept away from conflicts; invitations to the role."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from cmq.core.text import agreed
from cmq.expertise.actions import experts as acts
from cmq.organisations import actions as organisations
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from cmq.organisations.rules import memberships
from cmq.web.espace.access import READ, READ_AND_ACT, done, logged_in, page, posted, submit
from cmq.web.espace.campaigns.doors import secretary_of
from cmq.web.espace.expertise import reading
from cmq.web.espace.expertise.doors import expert_of
from cmq.web.espace.expertise.forms import (
    ConflictForm,
    InviteForm,
    NewExpertForm,
    ProfileForm,
    ReasonOnlyForm,
    nameable,
)


@logged_in(*READ)
def experts(request: HttpRequest) -> HttpResponse:
    """The list, with load and availability, and the invitations that wait."""
    person = secretary_of(request)
    invited = OrganisationMembership.objects.filter(role=OrganisationRole.EXPERT, person=None, ends_on=None)
    context = {
        "lines": reading.experts(is_demo=person.is_demo),
        "invited": invited.filter(organisation__is_demo=person.is_demo).order_by("invited_email")[:100],
        "unnamed": nameable(is_demo=person.is_demo).count(),
        "now": timezone.now(),
    }
    return page(request, "espace/expertise/experts.html", context)


@logged_in(*READ_AND_ACT)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to be an expert, or to sit in the college, from the secretary’s own body."""
    person = secretary_of(request)
    body = memberships(person, OrganisationRole.SECRETARY)[0].organisation
    form = InviteForm(posted(request), initial={"role": request.GET.get("role", "")})

    def send(data: dict[str, Any]) -> None:
        organisations.invite(body, email=data["email"], role=OrganisationRole(data["role"]), by=person)

    if submit(request, form, send):
        return done(request, "Invitation envoyée : le rôle commence quand la personne l’accepte.", "experts")
    return _act_page(request, form, "Inviter une personne", "Envoyer l’invitation")


@logged_in(*READ_AND_ACT)
def new(request: HttpRequest) -> HttpResponse:
    """Put somebody who holds the role on the list."""
    person = secretary_of(request)
    form = NewExpertForm(posted(request), is_demo=person.is_demo)
    if submit(request, form, lambda data: acts.name_expert(data["person"], form.profile(), by=person)):
        return done(request, "L’expert est sur la liste.", "experts")
    return _act_page(request, form, "Inscrire un expert", "Inscrire")


@logged_in(*READ_AND_ACT)
def expert(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of an expert, their files and their conflicts."""
    person, shown = secretary_of(request), expert_of(pk)
    form = ProfileForm(posted(request), is_demo=person.is_demo, expert=shown)
    recused: list[Any] = []
    if submit(request, form, lambda data: recused.extend(acts.update_expert(shown, form.profile(), by=person))):
        more = (
            agreed(f" Dossier(s) retiré(s) pour conflit d’intérêts : {len(recused)}.", len(recused)) if recused else ""
        )
        return done(request, f"Fiche enregistrée.{more}", "expert", pk)
    context = {
        "expert": shown,
        "given": shown.assignments.select_related("application__campus").order_by("-assigned_at"),
        "conflicts": shown.conflicts.select_related("campus"),
    }
    return page(request, "espace/expertise/expert.html", context, form=form)


@logged_in(*READ_AND_ACT)
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare a conflict that the secretariat knows of."""
    person, shown = secretary_of(request), expert_of(pk)
    form = ConflictForm(posted(request), is_demo=person.is_demo)
    if submit(request, form, lambda data: acts.declare_conflict(shown, **data, by=person)):
        return done(request, "Conflit déclaré ; les dossiers concernés lui sont retirés.", "expert", pk)
    return _act_page(request, form, f"Déclarer un conflit de {shown}", "Déclarer")


@logged_in(*READ_AND_ACT)
def withdraw_conflict(request: HttpRequest, pk: int, conflict: int) -> HttpResponse:
    """Take back a conflict declared by mistake."""
    person, shown = secretary_of(request), expert_of(pk)
    declared = shown.conflicts.filter(pk=conflict).first()
    if declared is None:
        raise Http404
    form = ReasonOnlyForm(posted(request))
    if submit(request, form, lambda data: acts.withdraw_conflict(declared, **data, by=person)):
        return done(request, "Conflit retiré ; les récusations restent.", "expert", pk)
    return _act_page(request, form, f"Retirer un conflit de {shown}", "Retirer")


def _act_page(request: HttpRequest, form: Any, title: str, button: str) -> HttpResponse:
    return page(request, "espace/expertise/act.html", {"act_title": title, "button": button}, form=form)
