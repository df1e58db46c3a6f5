"""The money of a campus: overview, agreements with their years, joint ones, plan and spending."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.amounts import total
from cmq.funding import actions, rules
from cmq.funding.models import (
    FIRST_YEAR,
    LAST_YEAR,
    AgreementShare,
    FundingAgreement,
    FundingLine,
    SpendingYear,
)
from cmq.web import downloads
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    campus_for,
    done,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.funding.drawing import draw
from cmq.web.espace.funding.forms import AgreementForm, ShareForm, SpendingForm, YearsForm, sent_in, terms_in

COLUMNS = (
    *("sorte", "financeur", "dispositif", "reference", "objet", "publique"),
    *("annee", "demande", "accorde", "verse", "explication"),
)


@logged_in(*READ)
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """All the money of a campus: by year against the plan, by funder, agreement by agreement."""
    campus = campus_for(request, slug)
    held = list(FundingAgreement.objects.standing().filter(campus=campus).prefetch_related("lines", "shares__campus"))
    joint = FundingAgreement.objects.standing().of(campus).exclude(campus=campus)
    waiting = AgreementShare.objects.filter(campus=campus, confirmed_at=None, agreement__withdrawn_at=None)
    seen = rules.overview(held, SpendingYear.objects.filter(campus=campus).prefetch_related("lines"))
    today = timezone.localdate()
    context = {
        "campus": campus,
        "seen": seen,
        "chart": draw(seen.years),
        "agreements": [(agreement, rules.granted_of(agreement)) for agreement in held],
        "joint": joint.select_related("campus"),
        "waiting": waiting.select_related("agreement__campus"),
        "next_years": [year for year in (today.year, today.year + 1) if year not in {y.year for y in seen.years}],
    }
    return page(request, "espace/funding/overview.html", context)


@logged_in(*READ)
def overview_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The agreements of a campus, a row a year."""
    campus = campus_for(request, slug)
    rows = []
    for agreement in FundingAgreement.objects.standing().filter(campus=campus).prefetch_related("lines"):
        said = (agreement.get_kind_display(), agreement.funder_name, agreement.scheme, agreement.reference)
        for line in agreement.lines.all() or [FundingLine(year=0)]:
            amounts = (line.year or "", line.requested, line.granted, line.paid, line.reason)
            rows.append((*said, agreement.purpose, agreement.is_public, *amounts))
    return downloads.spreadsheet(f"financements-{campus.slug}.csv", COLUMNS, rows)


@logged_in(*READ_AND_ACT)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter an agreement; its amounts come next."""
    campus, person = campus_for(request, slug), person_of(request)
    form = AgreementForm(posted(request), request.FILES or None, campus=campus)
    made: list[FundingAgreement] = []

    def enter(data: dict[str, Any]) -> None:
        document = sent_in(data["document"])
        made.append(actions.enter_agreement(campus, terms=terms_in(data), document=document, by=person))

    if submit(request, form, enter):
        message = "Convention inscrite. Donnez maintenant ses montants par année."
        return done(request, message, "espace_agreement_years", campus.slug, made[-1].pk)
    context = {"campus": campus, "title": "Nouvelle convention", "button": "Inscrire cette convention"}
    return page(request, "espace/funding/agreement_form.html", context, form=form)


@logged_in(*READ)
def agreement(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One agreement, held or shared and confirmed."""
    campus = campus_for(request, slug)
    rows = FundingAgreement.objects.standing().of(campus).select_related("campus", "funder")
    found = get_object_or_404(rows.prefetch_related("lines", "shares__campus"), pk=pk)
    lines = list(found.lines.all())
    context = {
        "campus": campus,
        "agreement": found,
        "lines": lines,
        "granted": rules.granted_of(found),
        "paid": total(line.paid for line in lines),
        "holds": found.campus_id == campus.pk,
    }
    return page(request, "espace/funding/agreement.html", context)


@logged_in(*READ_AND_ACT)
def change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change what an agreement says."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _held(campus, pk)
    form = AgreementForm(posted(request), request.FILES or None, campus=campus, agreement=found)

    def write(data: dict[str, Any]) -> None:
        document = sent_in(data["document"])
        actions.change_agreement(found, terms=terms_in(data), version=data["version"], document=document, by=person)

    if submit(request, form, write):
        return done(request, "Convention modifiée.", "espace_agreement", campus.slug, found.pk)
    context = {"campus": campus, "agreement": found, "title": "Modifier la convention", "button": "Enregistrer"}
    return page(request, "espace/funding/agreement_form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def years(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Give the amounts of an agreement, all years at once."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _held(campus, pk)
    form = YearsForm(posted(request), agreement=found)

    def write(data: dict[str, Any]) -> None:
        total, version = data["granted_total"], data["version"]
        actions.set_years(found, lines=data["lines"], granted_total=total, version=version, by=person)

    if submit(request, form, write):
        return done(request, "Montants enregistrés.", "espace_agreement", campus.slug, found.pk)
    return page(request, "espace/funding/years.html", {"campus": campus, "agreement": found}, form=form)


@logged_in(*READ)
def document(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The document of an agreement, as a download."""
    campus = campus_for(request, slug)
    found = get_object_or_404(FundingAgreement.objects.standing().of(campus), pk=pk)
    return downloads.stored(request, found.document, name=found.document_name, size=found.document_size)


@logged_in(*READ_AND_ACT)
def share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say that an agreement also pays for another campus."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _held(campus, pk)
    form = ShareForm(posted(request), campus=campus)
    if submit(request, form, lambda data: actions.share_agreement(found, campus=data["campus"], by=person)):
        return done(request, "Proposé : l’autre campus doit confirmer.", "espace_agreement", campus.slug, found.pk)
    return page(request, "espace/funding/share.html", {"campus": campus, "agreement": found}, form=form)


@logged_in(*READ_AND_ACT)
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take an agreement back, after asking."""
    campus, person = campus_for(request, slug), person_of(request)
    found = _held(campus, pk)
    if request.method != "POST":
        return page(request, "espace/funding/withdraw.html", {"campus": campus, "agreement": found})

    def act() -> None:
        actions.withdraw_agreement(found, by=person)

    return press(request, act, "Convention retirée.", "espace_funding", campus.slug)


@logged_in(*ACT)
def confirm_share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Confirm that another campus's agreement also pays for this one."""
    campus, person = campus_for(request, slug), person_of(request)
    found = get_object_or_404(AgreementShare.objects.select_related("agreement__campus"), pk=pk, campus=campus)
    message = "Confirmé : la convention figure aussi chez vous, comptée une fois chez le campus qui la porte."
    return press(request, lambda: actions.confirm_share(found, by=person), message, "espace_funding", campus.slug)


@logged_in(*ACT)
def end_share(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say, from either side, that an agreement is not shared."""
    campus, person = campus_for(request, slug), person_of(request)
    found = get_object_or_404(AgreementShare.objects.select_related("agreement__campus", "campus"), pk=pk)
    if campus.pk not in (found.campus_id, found.agreement.campus_id):
        raise Http404
    message = "La convention n’est plus partagée."
    return press(request, lambda: actions.end_share(found, by=person), message, "espace_funding", campus.slug)


@logged_in(*READ_AND_ACT)
def spending(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """The plan and the spending of a year, by heading."""
    campus, person = campus_for(request, slug), person_of(request)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    budget = SpendingYear.objects.filter(campus=campus, year=year).prefetch_related("lines").first()
    form = SpendingForm(posted(request), budget=budget)
    names = ("lines", "planned_total", "actual_total", "note", "version")

    def write(data: dict[str, Any]) -> None:
        actions.set_spending(campus, year=year, by=person, **{name: data[name] for name in names})

    if submit(request, form, write):
        return done(request, f"Budget {year} enregistré.", "espace_spending", campus.slug, year)
    lines = list(budget.lines.all()) if budget else []
    context = {"campus": campus, "year": year, "budget": budget, "lines": lines}
    return page(request, "espace/funding/spending.html", context, form=form)


def _held(campus: Campus, pk: int) -> FundingAgreement:
    rows = FundingAgreement.objects.standing().filter(campus=campus).select_related("campus", "funder")
    return get_object_or_404(rows.prefetch_related("lines"), pk=pk)
