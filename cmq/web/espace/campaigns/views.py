"""Campaigns: listed, prepared, opened, moved, closed."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.closing import close
from cmq.campaigns import actions
from cmq.campaigns.models import PHASE_ENDS, Campaign, Phase
from cmq.campaigns.rules import check_calendar
from cmq.core.text import agreed
from cmq.deliberation.review import touched_by
from cmq.web.espace.access import READ, READ_AND_ACT, done, logged_in, page, posted, submit
from cmq.web.espace.campaigns import drawing
from cmq.web.espace.campaigns.doors import campaign_of, reads_as_secretary, secretary_of
from cmq.web.espace.campaigns.forms import CampaignForm, ConfirmForm, MoveForm


@logged_in(*READ)
def campaigns(request: HttpRequest) -> HttpResponse:
    """Every campaign, with its phase of today and its number of files."""
    may_run, now = reads_as_secretary(request), timezone.now()
    shown = Campaign.objects.select_related("specification", "college").annotate(files=Count("applications"))
    lines = [(each, each.phase(now)) for each in shown]
    return page(request, "espace/campaigns/campaigns.html", {"lines": lines, "may_run": may_run})


@logged_in(*READ_AND_ACT)
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a campaign."""
    person = secretary_of(request)
    form = CampaignForm(posted(request), is_demo=person.is_demo)
    made: list[Campaign] = []

    def prepare(data: dict[str, Any]) -> None:
        said = ("title", "specification", "college", "is_rolling", "publishes_together")
        terms = {name: data[name] for name in said}
        made.append(actions.prepare_campaign(**terms, ends=form.ends(), is_demo=person.is_demo, by=person))

    if submit(request, form, prepare):
        return done(request, "Campagne préparée. Relisez-la, puis ouvrez-la.", "campaign", made[0].slug)
    context = {"act_title": "Préparer une campagne", "button": "Préparer"}
    return page(request, "espace/campaigns/act.html", context, form=form)


@logged_in(*READ)
def campaign(request: HttpRequest, slug: str) -> HttpResponse:
    """One campaign: its calendar, its texts, its phase of today."""
    may_run, now = reads_as_secretary(request), timezone.now()
    shown = campaign_of(slug)
    context = {
        "campaign": shown,
        "phase": shown.phase(now),
        "lines": drawing.lines(shown, at=now),
        "drawing": drawing.draw(shown, at=now),
        "count": shown.applications.count(),
        "may_run": may_run,
    }
    return page(request, "espace/campaigns/campaign.html", context)


@logged_in(*READ_AND_ACT)
def open_(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a campaign."""
    person, shown = secretary_of(request), campaign_of(slug)
    form = ConfirmForm(posted(request))
    if submit(request, form, lambda data: actions.open_campaign(shown, by=person)):
        return done(request, "La campagne est ouverte.", "campaign", slug)
    context = {"campaign": shown, "act_title": "Ouvrir la campagne", "button": "Ouvrir", "is_opening": True}
    return page(request, "espace/campaigns/act.html", context, form=form)


@logged_in(*READ_AND_ACT)
def move(request: HttpRequest, slug: str) -> HttpResponse:
    """Move the calendar: first whom it touches, then the act, which tells them."""
    person, shown = secretary_of(request), campaign_of(slug)
    form = MoveForm(posted(request), before=shown)
    moved: list[Phase] = []
    told: list[User] = []
    is_confirmed = "confirmer" in request.POST

    def shift(data: dict[str, Any]) -> None:
        check_calendar(form.ends(), is_rolling=shown.is_rolling)
        moved.extend(each for each, column in PHASE_ENDS.items() if getattr(shown, column) != form.ends()[column])
        told.extend(touched_by(shown, moved))
        if is_confirmed:
            actions.move_calendar(shown, ends=form.ends(), reason=data["reason"], tell=told, by=person)

    is_valid = submit(request, form, shift)
    if is_valid and is_confirmed:
        return done(
            request, agreed(f"Calendrier déplacé ; {len(told)} personne(s) prévenue(s).", len(told)), "campaign", slug
        )
    context = {"campaign": shown, "is_shown": is_valid, "moved": moved, "told": told}
    answer = page(request, "espace/campaigns/move.html", context, form=form)
    answer.status_code = 200 if is_valid else answer.status_code
    return answer


@logged_in(*READ_AND_ACT)
def close_(request: HttpRequest, slug: str) -> HttpResponse:
    """Close a campaign for good."""
    person, shown = secretary_of(request), campaign_of(slug)
    form = ConfirmForm(posted(request))
    if submit(request, form, lambda data: close(shown, by=person)):
        return done(request, "La campagne est close.", "campaign", slug)
    waiting = shown.applications.running().count()
    context = {"campaign": shown, "act_title": "Clore la campagne", "button": "Clore définitivement"}
    return page(request, "espace/campaigns/act.html", {**context, "waiting": waiting}, form=form)
