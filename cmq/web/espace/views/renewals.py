"""Deadlines of labels: who must renew when, as a page, a table and a private calendar."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cmq.core.cells import cell
from cmq.renewals import actions, review
from cmq.renewals.calendar import calendar_of
from cmq.renewals.models import CalendarAddress
from cmq.renewals.review import Renewal, RenewalState
from cmq.web import errors
from cmq.web.espace.access import READ, READ_AND_ACT, logged_in, page, person_of, posted, submit
from cmq.web.espace.deadlines import CalendarForm, Filters, draw

PER_PAGE = 50
COLUMNS = (
    "campus",
    "region",
    "filiere",
    "categorie",
    "fin_du_label",
    "fin_certaine",
    "trimestre",
    "etat",
    "suspendu",
    "dossier",
    "dernier_rappel",
    "demonstration",
    "page",
)


@logged_in(*READ)
def deadlines(request: HttpRequest) -> HttpResponse:
    """The deadlines of what this person follows: what is late, the load by quarter, the list."""
    today = timezone.localdate()
    found = review.deadlines(person_of(request), on=today)
    filters = Filters(request.GET, found.renewals)
    chosen = filters.chosen()
    loads = review.load(chosen, on=today)
    context = {
        "deadlines": found,
        "states": [(state, found.states[state]) for state in RenewalState if found.states[state]],
        "filters": filters,
        "loads": loads,
        "chart": draw(loads),
        "page": Paginator(chosen, PER_PAGE).get_page(request.GET.get("page")),
        "query": filters.query(),
        "today": today,
    }
    return page(request, "espace/deadlines.html", context)


@logged_in(*READ)
def deadlines_csv(request: HttpRequest) -> HttpResponse:
    """The same list as a spreadsheet: UTF-8 with BOM, « ; »."""
    today = timezone.localdate()
    found = review.deadlines(person_of(request), on=today)
    content = _as_csv(Filters(request.GET, found.renewals).chosen())
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="echeances-{today:%Y-%m-%d}.csv"'
    return response


@logged_in(*READ_AND_ACT)
def calendar(request: HttpRequest) -> HttpResponse:
    """The private address of my calendar: made, made again, closed. It is shown once, when it is made."""
    person, tokens = person_of(request), list[str]()
    form = CalendarForm(posted(request))

    def act(data: dict[str, Any]) -> None:
        if data["act"] == "close":
            actions.revoke_address(by=person)
        else:
            tokens.append(actions.make_address(by=person))

    done = submit(request, form, act)
    context = {
        "address": CalendarAddress.objects.filter(person=person).first(),
        "link": f"{settings.SITE_URL}{reverse('calendar_feed', args=[tokens[0]])}" if tokens else "",
        "done": done,
    }
    return page(request, "espace/calendar.html", context, form=None if done else form)


def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads. An address that is wrong, closed or old answers as one that never was."""
    if request.method not in READ:
        return errors.method_not_allowed(request, list(READ))
    person = actions.find_reader(token)
    if person is None:
        raise Http404
    content = calendar_of(person, on=timezone.localdate(), at=timezone.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="echeances.ics"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _as_csv(renewals: Sequence[Renewal]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(COLUMNS)
    for each in renewals:
        campus = each.campus
        row = (
            campus.name,
            campus.region.name,
            campus.filiere.name if campus.filiere else None,
            each.label.category or None,
            each.ends_on.isoformat(),
            each.is_certain,
            str(each.quarter),
            each.state.label,
            each.is_suspended,
            each.file.reference if each.file else None,
            each.last_mark or None,
            campus.is_demo,
            f"{settings.SITE_URL}{campus.get_absolute_url()}",
        )
        writer.writerow([cell(value) for value in row])
    return "\ufeff" + out.getvalue()
