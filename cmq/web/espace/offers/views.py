"""Employers to vouch for, by a campus or by a keeper; offers that readers report, by a keeper."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.offers import review, rules
from cmq.offers.actions import posting, upkeep
from cmq.offers.models import Employer, OfferReport, OfferState
from cmq.web.espace.access import (
    READ,
    READ_AND_ACT,
    allow,
    campus_for,
    done,
    keeper_of,
    logged_in,
    page,
    person_of,
    posted,
    submit,
)
from cmq.web.espace.offers.forms import KNOWN, JudgeForm, ReportAnswerForm

PER_PAGE = 25


@logged_in(*READ)
def campus_employers(request: HttpRequest, slug: str) -> HttpResponse:
    """The employers of the campus: those who wait, those who are known."""
    campus = campus_for(request, slug)
    listed = review.of_campus(campus, on=timezone.localdate())
    shown = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    heads = rules.can_vouch(request.user, campus)
    return page(request, "espace/offers/campus.html", {"campus": campus, "page": shown, "heads": heads})


@logged_in(*READ_AND_ACT)
def campus_employer(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The director says whether the campus knows an employer."""
    campus = campus_for(request, slug)
    allow(rules.can_vouch(request.user, campus), "Seul le directeur du campus reconnaît un employeur.")
    found = get_object_or_404(review.of_campus(campus, on=timezone.localdate()), pk=pk)
    form = JudgeForm(posted(request))
    if submit(request, form, lambda data: _judge(request, found, data, campus)):
        return done(request, "C’est enregistré.", "espace_employers", campus.slug)
    return _employer_page(request, "espace/offers/campus_employer.html", found, form, campus=campus)


@logged_in(*READ)
def employers(request: HttpRequest) -> HttpResponse:
    """Every employer who waits for somebody to vouch."""
    keeper_of(request)
    shown = Paginator(review.to_vouch(), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/offers/employers.html", {"page": shown})


@logged_in(*READ_AND_ACT)
def employer(request: HttpRequest, pk: int) -> HttpResponse:
    """A keeper says whether an employer is known."""
    keeper_of(request)
    found = get_object_or_404(Employer.objects.exclude(address_proved_at=None), pk=pk)
    form = JudgeForm(posted(request))
    if submit(request, form, lambda data: _judge(request, found, data, None)):
        return done(request, "C’est enregistré.", "registre_employers")
    return _employer_page(request, "espace/offers/employer.html", found, form)


@logged_in(*READ)
def reports(request: HttpRequest) -> HttpResponse:
    """What readers report of offers, and nobody has answered."""
    keeper_of(request)
    shown = Paginator(review.reports(), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/offers/reports.html", {"page": shown})


@logged_in(*READ_AND_ACT)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one report."""
    keeper = keeper_of(request)
    found = get_object_or_404(OfferReport.objects.select_related("offer__employer"), pk=pk)
    form = ReportAnswerForm(posted(request))

    def answer(data: dict[str, Any]) -> None:
        upkeep.answer(found, withdraw=data["withdraw"] == "oui", outcome=data["outcome"], by=keeper)

    if submit(request, form, answer):
        return done(request, "Signalement traité.", "registre_offer_reports")
    return page(request, "espace/offers/report.html", {"report": found, "offer": found.offer}, form=form)


def _judge(request: HttpRequest, found: Employer, data: dict[str, Any], campus: Campus | None) -> None:
    if data["verdict"] == KNOWN:
        posting.vouch(found, by=person_of(request), campus=campus)
    else:
        posting.refuse(found, reason=data["reason"], by=person_of(request), campus=campus)


def _employer_page(
    request: HttpRequest, template: str, found: Employer, form: JudgeForm, **more: object
) -> HttpResponse:
    offers = found.offers.exclude(state=OfferState.ASKED).select_related("occupation").order_by("-pk")[:PER_PAGE]
    theirs = rules.campuses_of(found, on=timezone.localdate())
    return page(request, template, {"employer": found, "offers": offers, "campuses": theirs, **more}, form=form)
