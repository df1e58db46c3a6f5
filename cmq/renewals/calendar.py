"""A person’s deadlines as a calendar for other programs (iCalendar, RFC 5545): whole days, stable names, French."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event

from cmq.accounts.models import User
from cmq.campaigns.models import PHASE_ENDS, Campaign, CampaignState, Phase
from cmq.campuses.models import CampusMembership
from cmq.organisations.rules import memberships
from cmq.renewals import review, rules
from cmq.renewals.models import Mark
from cmq.renewals.review import Renewal, RenewalState

# What campuses and regions need of a campaign's phases; who runs or watches it needs all.
_TO_ASK = (Phase.ANNOUNCED, Phase.SUBMISSION, Phase.PUBLICATION)
_STANDING = (RenewalState.REFUSED, RenewalState.SUBMITTED)


def calendar_of(person: User, *, on: dt.date, at: dt.datetime) -> bytes:
    """The calendar of a person on a day: ends of labels, marks, deadlines of campaigns.

    An event keeps its name (UID) when its day moves: a calendar program moves it too.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Registre des campus des métiers et des qualifications//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Échéances – {settings.SITE_NAME}")
    calendar.add("refresh-interval", dt.timedelta(days=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    for event in (*_labels(person, on), *_campaigns(person, on)):
        event.add("dtstamp", at.astimezone(dt.UTC))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _labels(person: User, on: dt.date) -> Iterator[Event]:
    is_near = _works_on_a_territory(person, on)
    marks = frozenset(Mark) if is_near else rules.NEAR
    for renewal in review.deadlines(person, on=on).renewals:
        yield _end(renewal)
        # Who has the whole country gets the marks of the labels that end soon: a calendar reads itself again.
        if renewal.state in _STANDING or (renewal.state is RenewalState.FAR and not is_near):
            continue
        for mark in Mark:
            if mark in marks:
                yield _mark(renewal, mark)


def _works_on_a_territory(person: User, on: dt.date) -> bool:
    own = CampusMembership.objects.of(person).active(on).exists()
    return own or any(each.organisation.region_id for each in memberships(person, *rules.REGIONAL, on=on))


def _end(renewal: Renewal) -> Event:
    about = "Dernier jour du label." if renewal.is_certain else "Dernier jour du label, au plus tôt."
    text = f"{about} État du renouvellement : {renewal.state.label.lower()}."
    if renewal.is_suspended:
        text += " Le label est suspendu."
    name = f"label-{renewal.label.original_id}-fin"
    return _event(name, renewal.ends_on, f"Fin du label – {renewal.campus}", text, "Fin de label")


def _mark(renewal: Renewal, mark: Mark) -> Event:
    name = f"label-{renewal.label.original_id}-{mark.value.lower()}"
    text = f"Le label prend fin le {renewal.ends_on:%d/%m/%Y}. {renewal.state.label}."
    return _event(name, mark.day(renewal.ends_on), f"{mark.value} – {renewal.campus}", text, "Repère")


def _campaigns(person: User, on: dt.date) -> Iterator[Event]:
    is_national = memberships(person, *rules.NATIONAL, on=on).exists()
    is_asking = CampusMembership.objects.of(person).active(on).exists()
    is_asking = is_asking or memberships(person, *rules.REGIONAL, on=on).exists()
    if not (is_national or is_asking):
        return
    for campaign in Campaign.objects.filter(state=CampaignState.OPEN, is_demo=person.is_demo).order_by("pk"):
        for phase, column in PHASE_ENDS.items():
            instant = getattr(campaign, column)
            if instant is not None and (is_national or phase in _TO_ASK):
                yield _phase(campaign, phase, timezone.localtime(instant))


def _phase(campaign: Campaign, phase: Phase, until: dt.datetime) -> Event:
    what = "Ouverture du dépôt" if phase is Phase.ANNOUNCED else f"Dernier jour : {phase.label.lower()}"
    text = f"Campagne « {campaign} », {until:%d/%m/%Y à %H:%M} (heure de Paris)."
    return _event(f"campagne-{campaign.pk}-{phase.value}", until.date(), f"{what} – {campaign}", text, "Campagne")


def _event(name: str, day: dt.date, summary: str, text: str, category: str) -> Event:
    event = Event()
    event.add("uid", f"{name}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}")
    event.add("dtstart", day)
    event.add("dtend", day + dt.timedelta(days=1))
    event.add("summary", summary)
    event.add("description", text)
    event.add("categories", [category])
    event.add("url", f"{settings.SITE_URL}/espace/echeances/")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
