"""Offers: the list with its filters, each offer, the feed, and what a reader reports."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.careers.models import LinkKind, Occupation
from cmq.core.errors import Refusal
from cmq.offers import selection
from cmq.offers.actions import upkeep
from cmq.offers.linked_data import described
from cmq.offers.models import AbuseReason, ContractKind, JobOffer, OfferKind, OfferState
from cmq.offers.selection import MOST_COUNTED, MOST_PAGES, PER_PAGE, Choice
from cmq.search.around import Around, offers_around
from cmq.web import atom, errors, offer_maps
from cmq.web.page_cache import valid_until
from cmq.web.public.common import parameters, public
from cmq.web.public.guard import HOUR, OpenForm, is_over_limit, stamp

IN_FEED = 50
SIMILAR = 5
ON_CAMPUS_PAGE = 5
REPORTS_PER_HOUR = 10
_READ_AND_ACT = ("GET", "HEAD", "POST")


class _Pages(Paginator):  # type: ignore[type-arg]
    """Pages of a list that is counted and read elsewhere, up to a bound."""

    count = 0

    def __init__(self, total: int) -> None:
        self.count = min(total, MOST_PAGES * PER_PAGE)
        super().__init__((), PER_PAGE)


@public
def offers(request: HttpRequest) -> HttpResponse:
    """What answers the address; 400 for a part without meaning, 404 past the end."""
    choice, at = selection.parse(parameters(request)), timezone.now()
    if not choice.problems and _differs(request, choice):
        return HttpResponseRedirect(f"{request.path}?{choice.query(page=choice.page)}".rstrip("?"))
    found = _found(request, choice, at)
    total = found.total
    paginator = _Pages(total)
    if choice.page > paginator.num_pages:
        raise Http404
    page, shown = paginator.page(choice.page), found.shown
    valid_until(request, *(offer.expires_at for offer in shown if offer.expires_at))
    context = {
        "choice": choice,
        "problems": [{"message": problem} for problem in choice.problems],
        "page": page,
        "hits": [(offer, selection.distance(choice, offer)) for offer in shown],
        "total": total if found.is_exact else min(total, MOST_COUNTED),
        "is_more": total > MOST_COUNTED and not found.is_exact,
        "demos": sum(offer.is_demo for offer in shown),
        "facets": _facets(choice, found.counts),
        "chosen": _chosen(choice),
        "radii": selection.RADII,
        "sorts": _sorts(choice),
        "map": offer_maps.draw(shown),
        "query": choice.query(),
    }
    return render(request, "public/offers/list.html", context, status=400 if choice.problems else 200)


def _found(request: HttpRequest, choice: Choice, at: dt.datetime) -> Around:
    """The page that is asked, from the index where it can be, else from the database."""
    found = offers_around(choice, at=at)
    if found is not None:
        # The index follows a moment later than the register: a kept page would outlive what it brings.
        valid_until(request, at + dt.timedelta(minutes=1))
        return found
    total, counts = selection.tally(choice, at=at)
    first = (choice.page - 1) * PER_PAGE
    shown = selection.offers_of(choice, at=at).for_list()[first : first + PER_PAGE] if first < total else []
    return Around(list(shown), total, counts, is_exact=False)


def _differs(request: HttpRequest, choice: Choice) -> bool:
    """Whether the address is not in its one form."""
    asked = sorted((name, value) for name, values in request.GET.lists() for value in values)
    return asked != sorted(choice.pairs())


def _facets(
    choice: Choice, counts: Mapping[str, Mapping[str, int]]
) -> list[tuple[str, str, list[tuple[str, str, int, bool]]]]:
    return [
        (name, title, [(v, str(label), counts[name].get(v, 0), v in chosen) for v, label in choices])
        for name, title, choices, chosen in (
            ("nature", "Nature", OfferKind.choices, choice.kinds),
            ("contrat", "Contrat", ContractKind.choices, choice.contracts),
        )
    ]


def _chosen(choice: Choice) -> list[tuple[str, str]]:
    """Label of each choice, and the query without it."""
    chosen = [(f"« {choice.q} »", choice.query(q=""))] if choice.q else []
    if choice.occupation:
        chosen.append((choice.occupation.title, choice.query(occupation=None)))
    if choice.campus:
        chosen.append((choice.campus.name, choice.query(campus=None)))
    for name, kinds, values in (("kinds", OfferKind, choice.kinds), ("contracts", ContractKind, choice.contracts)):
        for value in values:
            left = tuple(each for each in values if each != value)
            chosen.append((str(kinds(value).label), choice.query(**{name: left})))
    if choice.near:
        chosen.append((f"à moins de {choice.radius} km de {choice.near}", choice.query(near=None, by_distance=False)))
    return chosen


def _sorts(choice: Choice) -> list[tuple[str, str, bool]]:
    if not choice.near:
        return []
    return [
        ("les plus récentes", choice.query(by_distance=False), not choice.by_distance),
        ("les plus proches", choice.query(by_distance=True), choice.by_distance),
    ]


@public
def offers_atom(request: HttpRequest) -> HttpResponse:
    """The newest offers of a choice, as Atom (RFC 4287); 400 for a part without meaning."""
    choice = selection.parse(parameters(request))
    if choice.problems:
        return HttpResponse("\n".join(choice.problems), status=400, content_type="text/plain; charset=utf-8")
    newest = replace(choice, by_distance=False, page=1)
    shown = list(selection.offers_of(newest, at=timezone.now()).for_list()[:IN_FEED])
    valid_until(request, *(offer.expires_at for offer in shown if offer.expires_at))
    page = f"{reverse('job_offers')}?{newest.query()}".rstrip("?")
    return atom.respond(request, [_entry(each) for each in shown], title=f"Offres : {newest.label}", page=page)


def _entry(offer: JobOffer) -> atom.Entry:
    contract = offer.get_contract_display() if offer.contract else ""
    said = (offer.get_kind_display(), contract, offer.employer_name, str(offer.place or ""))
    return atom.Entry(
        atom.marked(offer.title, is_demo=offer.is_demo),
        offer.get_absolute_url(),
        updated=offer.modified_at,
        published=offer.published_at,
        summary=", ".join(filter(None, said)),
    )


@public
def offer(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """One offer; 410 with similar ones when it is over, 404 for one that was never shown."""
    found = _shown(pk)
    at = timezone.now()
    is_open = found.state == OfferState.OPEN and (found.expires_at is None or found.expires_at > at)
    if is_open and request.path != found.get_absolute_url():
        return redirect(found, permanent=True)
    context = {"offer": found, "is_open": is_open, "similar": _similar(found, at)}
    if not is_open:
        return render(request, "public/offers/gone.html", context, status=410)
    if found.expires_at:
        valid_until(request, found.expires_at)
    origins = [each for each in found.origins.all() if each.gone_at is None]
    context |= {
        "origins": origins,
        "campuses": _campuses(found),
        "close_jobs": _close_jobs(found, at),
        "json_ld": None if found.is_demo else described(found, site=settings.SITE_URL),
        "map": offer_maps.draw([found]),
    }
    return render(request, "public/offers/offer.html", context)


def _shown(pk: int) -> JobOffer:
    """An offer that is shown, or has been. Raises Http404."""
    rows = JobOffer.objects.for_list().select_related("occupation", "commune__departement", "campus", "employer")
    return get_object_or_404(rows.filter(state__in=[OfferState.OPEN, OfferState.CLOSED]), pk=pk)


def _similar(found: JobOffer, at: Any) -> list[JobOffer]:
    """Open offers of the same job, the nearest département first, then the newest."""
    if found.occupation_id is None:
        return []
    others = JobOffer.objects.live(at).filter(occupation=found.occupation_id).exclude(pk=found.pk)
    if found.latitude is not None and found.commune is not None:
        near = others.filter(commune__departement=found.commune.departement_id).order_by("-published_at", "-pk")
        if some := list(near.for_list()[:SIMILAR]):
            return some
    return list(others.order_by("-published_at", "-pk").for_list()[:SIMILAR])


def _close_jobs(found: JobOffer, at: Any) -> list[Occupation]:
    """Close jobs that have open offers."""
    if found.occupation is None:
        return []
    close = found.occupation.links.filter(kind=LinkKind.CLOSE).values("target")
    live = JobOffer.objects.live(at).filter(occupation__in=close).values("occupation").annotate(n=Count("pk"))
    return list(Occupation.objects.filter(pk__in=live.values("occupation")).order_by("title")[:SIMILAR])


def _campuses(found: JobOffer) -> list[Campus]:
    """The campus that vouches for the employer, and those of which its establishment is a member."""
    theirs = Q(pk=found.campus_id)
    if found.siret:
        theirs |= Q(partnerships__organisation__siret=found.siret, partnerships__ends_on=None)
    return list(Campus.objects.filter(theirs).distinct().order_by("name", "pk")[:SIMILAR])


class AbuseForm(OpenForm):
    """What a reader says is wrong."""

    reason = forms.ChoiceField(label="Que se passe-t-il ?", choices=AbuseReason.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="Précisions",
        help_text="N’écrivez ni votre nom ni votre adresse : personne ne vous répondra.",
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form; keep what it says for the keepers, ten times an hour at most from one address."""
    if request.method not in _READ_AND_ACT:
        return errors.method_not_allowed(request, list(_READ_AND_ACT))
    found = get_object_or_404(JobOffer, pk=pk, state=OfferState.OPEN)
    if request.method != "POST":
        return _report_page(request, found, AbuseForm(initial={"opened": stamp()}))
    form = AbuseForm(request.POST)
    if form.is_valid():
        if not form.is_trapped:
            if is_over_limit(request, "offer-report", per_hour=REPORTS_PER_HOUR):
                return errors.too_many(request, retry_after=HOUR)
            try:
                upkeep.report(found, reason=AbuseReason(form.cleaned_data["reason"]), text=form.cleaned_data["text"])
            except Refusal as refusal:
                form.add_error("text", str(refusal))
        if not form.errors:
            messages.success(request, "Merci. Votre signalement est transmis aux gardiens du registre.")
            return redirect(found)
    form.open_again(request)
    return _report_page(request, found, form, status=422)


def _report_page(request: HttpRequest, found: JobOffer, form: AbuseForm, *, status: int = 200) -> HttpResponse:
    return render(request, "public/offers/report.html", {"offer": found, "form": form}, status=status)


def section(request: HttpRequest, campus: Campus, *, at: Any) -> dict[str, Any]:
    """What the page of a campus says of offers: the newest, and how many."""
    choice = Choice(campus=campus)
    found = selection.offers_of(choice, at=at)
    newest = list(found.for_list()[:ON_CAMPUS_PAGE])
    valid_until(request, *(each.expires_at for each in newest if each.expires_at))
    address = f"{reverse('job_offers')}?{choice.query()}"
    more = selection.count(found) if len(newest) == ON_CAMPUS_PAGE else len(newest)
    return {"campus_offers": newest, "campus_offers_count": more, "campus_offers_url": address}
