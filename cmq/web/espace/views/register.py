"""The keeper's desk: what waits, reports, contradictions, gaps, duplicates, people, letters, changes."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses import actions, review
from cmq.campuses.models import AreaKind, CampusField, CampusQuerySet, ErrorReport, LinkKind
from cmq.core.errors import Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.labels.review import oddities, without_dated_label
from cmq.organisations.actions import invite
from cmq.organisations.models import Organisation, OrganisationRole
from cmq.web.espace import history, roster, waiting
from cmq.web.espace.access import READ, READ_AND_ACT, done, keeper_of, logged_in, page, posted, submit
from cmq.web.espace.fields import KEEPER_SAYS, origin_in
from cmq.web.espace.register_forms import AnswerForm, CampusForm, KeeperInvitationForm, LinkForm
from cmq.web.espace.wording import in_words

PER_PAGE = 25


@logged_in(*READ)
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for a keeper."""
    keeper_of(request)
    return page(request, "espace/register/desk.html", {"waiting": waiting.counts()})


@logged_in(*READ)
def reports(request: HttpRequest) -> HttpResponse:
    """What readers say is wrong: open reports first, or those already handled."""
    keeper_of(request)
    handled = request.GET.get("etat") == "traites"
    listed = ErrorReport.objects.filter(handled_at__isnull=not handled).select_related("campus")
    shown = Paginator(listed.order_by("-at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/register/reports.html", {"page": shown, "handled": handled})


@logged_in(*READ_AND_ACT)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one report."""
    keeper = keeper_of(request)
    shown = get_object_or_404(ErrorReport.objects.select_related("campus"), pk=pk)
    form = AnswerForm(posted(request))
    if submit(request, form, lambda data: actions.answer_report(shown, answer=data["answer"], by=keeper)):
        return done(request, "Signalement traité.", "registre_reports")
    return page(request, "espace/register/report.html", {"report": shown}, form=form)


@logged_in(*READ)
def contradictions(request: HttpRequest) -> HttpResponse:
    """Fields for which sources disagree and no keeper has chosen."""
    keeper_of(request)
    shown = Paginator(review.contradictions(), PER_PAGE).get_page(request.GET.get("page"))
    in_words(fact for _, state in shown for fact in state.facts)
    return page(request, "espace/register/contradictions.html", {"page": shown, "oddities": oddities()})


@logged_in(*READ)
def gaps(request: HttpRequest) -> HttpResponse:
    """Campuses by what is missing."""
    keeper_of(request)
    kinds = {
        "date": ("Sans date de label", without_dated_label),
        "lieu": ("Sans lieu", review.without_place),
        "filiere": ("Filière déduite", review.with_deduced_filiere),
        "sans-filiere": ("Sans filière", review.without_filiere),
    }
    chosen = request.GET.get("manque", "date")
    chosen = chosen if chosen in kinds else "date"
    campuses: CampusQuerySet = kinds[chosen][1]()
    listed = campuses.select_related("region", "filiere").order_by("region__name", "name", "pk")
    shown = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    tabs = [(key, label, key == chosen) for key, (label, _) in kinds.items()]
    context = {"page": shown, "tabs": tabs, "chosen": chosen, "filiere": CampusField.FILIERE}
    return page(request, "espace/register/gaps.html", context)


@logged_in(*READ_AND_ACT)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Campuses that may be one, and the form that links two or tells them apart."""
    keeper = keeper_of(request)
    initial = {"from_campus": request.GET.get("un"), "to_campus": request.GET.get("autre")}
    form = LinkForm(posted(request), initial=initial, default_source=KEEPER_SAYS)

    def link(data: dict[str, Any]) -> None:
        one, other, kind = data["from_campus"], data["to_campus"], LinkKind(data["kind"])
        actions.link_campuses(one, other, kind=kind, origin=origin_in(data), by=keeper)

    if submit(request, form, link):
        return done(request, "Lien inscrit.", "registre_duplicates")
    return page(request, "espace/register/duplicates.html", {"pairs": review.likely_duplicates()}, form=form)


@logged_in(*READ_AND_ACT)
def enter_campus(request: HttpRequest) -> HttpResponse:
    """Enter a campus, with the filière and the place that its source gives."""
    keeper = keeper_of(request)
    form = CampusForm(posted(request), default_source=KEEPER_SAYS)
    entered = []

    def enter(data: dict[str, Any]) -> None:
        origin = origin_in(data)
        about: dict[str, Any] = {"origin": origin, "by": keeper}
        campus = actions.enter_campus(name=data["name"], region=data["region"], reliability=origin.reliability, **about)
        if data["filiere"]:
            actions.state_fact(campus, field=CampusField.FILIERE, value=data["filiere"].name, **about)
        if data["commune"]:
            actions.add_area(campus, kind=AreaKind.PLACE, place=data["commune"], **about)
        entered.append(campus)

    if submit(request, form, enter):
        return done(request, "Campus inscrit au registre.", "espace_campus", entered[0].slug)
    return page(request, "espace/register/enter_campus.html", {}, form=form)


@logged_in(*READ_AND_ACT)
def people(request: HttpRequest) -> HttpResponse:
    """Everyone with access and with what role; keepers invite keepers."""
    keeper = keeper_of(request)
    form = KeeperInvitationForm(posted(request))
    body = Organisation.objects.filter(keeps_register=True).order_by("pk").first()

    def send(data: dict[str, Any]) -> None:
        if body is None:
            raise Refusal("Aucun organisme ne tient encore le registre.")
        invite(body, email=data["email"], role=OrganisationRole.KEEPER, by=keeper)

    if submit(request, form, send):
        return done(request, "Invitation envoyée.", "registre_people")
    asked, text = request.GET.get("role", ""), request.GET.get("q", "")[:100]
    listed = Paginator(roster.everyone(role=asked, text=text), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": listed, "asked": asked, "text": text, "roles": roster.ROLES, "body": body, "now": timezone.now()}
    return page(request, "espace/register/people.html", context, form=form)


@logged_in(*READ)
def outbox(request: HttpRequest) -> HttpResponse:
    """The letters: subject, to whom, when. Never their text, which may bear somebody's key."""
    keeper_of(request)
    state = request.GET.get("etat", "")
    filters: dict[str, dict[str, Any]] = {
        "attente": {"sent_at": None},
        "parties": {"sent_at__isnull": False},
        "echec": {"sent_at": None, "attempts__gt": 0},
    }
    letters = OutgoingMail.objects.filter(**filters.get(state, {})).defer("text").order_by("-pk")
    shown = Paginator(letters, PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/register/outbox.html", {"page": shown, "state": state})


@logged_in(*READ)
def changes(request: HttpRequest) -> HttpResponse:
    """The whole change feed, newest first, by act and by kind of object."""
    keeper_of(request)
    act, model = request.GET.get("acte", "")[:80], request.GET.get("objet", "")[:80]
    asked = {key: value for key, value in (("act", act), ("model", model)) if value}
    shown = Paginator(Change.objects.filter(**asked).order_by("-position"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "lines": history.with_people(shown),
        "acts": Change.objects.order_by("act").values_list("act", flat=True).distinct(),
        "models": Change.objects.order_by("model").values_list("model", flat=True).distinct(),
        "act": act,
        "model": model,
    }
    return page(request, "espace/register/changes.html", context)
