"""The board of a campaign: read, filtered, exported; reminders and acts on many files."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import LabelApplication
from cmq.core.bulk import one_by_one
from cmq.expertise.actions import assigning
from cmq.instruction import actions as instruction
from cmq.instruction.models import OpinionBody
from cmq.web.espace.access import ACT, READ, logged_in, page
from cmq.web.espace.campaigns import board
from cmq.web.espace.campaigns.doors import campaign_of, reads_as_secretary, secretary_of
from cmq.web.espace.campaigns.forms import BoardForm, ReminderForm


@logged_in(*READ)
def board_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The files by state, or as a list to tick."""
    may_run, campaign, now = reads_as_secretary(request), campaign_of(slug), timezone.now()
    filters = board.Filters.of(request.GET)
    context = {
        **board.context(campaign, filters),
        "board": board.read(campaign, filters, at=now, page=request.GET.get("page", "1")),
        "may_run": may_run,
        "bulk": BoardForm(campaign=campaign) if filters.as_list else None,
    }
    return page(request, "espace/campaigns/board.html", context)


@logged_in(*READ)
def board_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The board as CSV, with the same filters."""
    reads_as_secretary(request)
    campaign = campaign_of(slug)
    text = board.as_csv(campaign, board.Filters.of(request.GET), at=timezone.now())
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="tableau-{campaign.slug}.csv"'
    return answer


@logged_in(*ACT)
def bulk(request: HttpRequest, slug: str) -> HttpResponse:
    """One act on each ticked file, by the same function as on its own page; what is refused stops no other."""
    person, campaign = secretary_of(request), campaign_of(slug)
    form = BoardForm(request.POST, campaign=campaign)
    if not form.is_valid():
        return page(request, "espace/campaigns/report.html", {"campaign": campaign, "outcomes": []}, form=form)
    steps = form.ticked()
    found = campaign.applications.filter(reference__in=steps).select_related("campus").order_by("reference")
    outcomes = one_by_one(found, _act_of(form.cleaned_data, steps, person))
    context = {"campaign": campaign, "outcomes": outcomes, "done": sum(each.is_done for each in outcomes)}
    return page(request, "espace/campaigns/report.html", context)


@logged_in(*ACT)
def remind(request: HttpRequest, slug: str) -> HttpResponse:
    """Write to those who are late, once a day each."""
    person, campaign, today = secretary_of(request), campaign_of(slug), timezone.localdate()
    form = ReminderForm(request.POST)
    if not form.is_valid():
        return page(request, "espace/campaigns/report.html", {"campaign": campaign, "outcomes": []}, form=form)
    letters: list[int] = []
    if form.cleaned_data["what"] == ReminderForm.OPINIONS:
        late = board.late_opinions(campaign, on=today)
        outcomes: Any = one_by_one(late, lambda asked: letters.append(instruction.remind_body(asked, by=person)))
    else:
        given = board.late_expertises(campaign, on=today)
        outcomes = one_by_one(given, lambda each: assigning.remind_expert(each, by=person))
        letters = [each.is_done for each in outcomes]
    context = {"campaign": campaign, "outcomes": outcomes, "letters": sum(letters)}
    return page(request, "espace/campaigns/report.html", {**context, "is_reminder": True})


def _act_of(data: dict[str, Any], steps: dict[str, int], person: User) -> Callable[[LabelApplication], object]:
    if data["act"] == BoardForm.RULE:
        return lambda file: instruction.rule_admissible(file, step=steps[file.reference], by=person)
    if data["act"] == BoardForm.SEND:
        return lambda file: assigning.send_to_college(file, step=steps[file.reference], by=person)
    kind, body, due_on = OpinionBody(data["kind"]), data["body"], data["due_on"]
    return lambda file: instruction.ask_opinion(file, kind=kind, body=body, due_on=due_on, by=person)
