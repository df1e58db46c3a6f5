"""Who sits, who reads what is before the college, and what a position may say."""

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication, LabelApplicationQuerySet
from cmq.applications.rules import CAMPUS_PEOPLE, REGIONAL, REGIONAL_PEOPLE, academies_of, is_on_campus, readable_by
from cmq.campaigns.models import Campaign, College, Seat, SeatHolder
from cmq.campaigns.rules import is_secretary, seats_of
from cmq.campuses.models import CampusArea, CampusMembership, CampusRole
from cmq.core.rights import Role, right
from cmq.deliberation.models import AgendaItem, LabelMeasure, MeasureState, Meeting
from cmq.expertise.conflicts import Matter, matter_of
from cmq.expertise.rules import readable_assignments
from cmq.labels.models import MAX_YEARS
from cmq.organisations.models import Organisation, OrganisationRole
from cmq.organisations.rules import holds, memberships, roles_of

# A file is open to the college from the day it is put before it.
COLLEGE_STATES = (
    ApplicationState.COLLEGE,
    ApplicationState.DECIDED,
    ApplicationState.AWARDED,
    ApplicationState.DEFERRED,
    ApplicationState.REFUSED,
)


@right(
    "deliberation.run",
    "Préparer, ouvrir et clore les séances du collège, proposer une mesure sur un label",
    roles=(Role.SECRETARY,),
)
def can_run(person: Any) -> bool:
    """The authorities’ secretariat."""
    return is_secretary(person)


def sits_in(person: Any, campaign: Campaign, *, on: dt.date | None = None) -> bool:
    """Whether this person holds a seat of the campaign’s college, or is its deputy."""
    return bool(seats_of(person, campaign, on=on or timezone.localdate()))


def sits_somewhere(person: User) -> bool:
    """Whether this person holds a seat of any college today, or is its deputy."""
    return SeatHolder.objects.active(timezone.localdate()).filter(person=person).exists()


def filled_seats(college: College, on: dt.date) -> int:
    """How many seats somebody holds that day, deputies included: what quorum is counted of."""
    return Seat.objects.filter(authority__college=college, holders__in=SeatHolder.objects.active(on)).distinct().count()


@right("deliberation.read_file", "Lire un dossier présenté au collège", roles=(Role.AUTHORITY,), about="tabled")
def can_read_as_authority(person: Any, application: LabelApplication) -> bool:
    """Those who sit in the college of its campaign, from the day it is put before them."""
    return application.state in COLLEGE_STATES and sits_in(person, application.campaign)


def openable_by(person: Any) -> LabelApplicationQuerySet:
    """The files that this person may open, for whatever reason: the one source of lists, counters and searches."""
    if not isinstance(person, User) or not person.is_active:
        return LabelApplication.objects.none()
    seats = SeatHolder.objects.active(timezone.localdate()).filter(person=person)
    colleges = seats.values("seat__authority__college")
    bodies = memberships(person, OrganisationRole.OPINION).values("organisation")
    return LabelApplication.objects.filter(
        Q(pk__in=readable_by(person).values("pk"))
        | Q(pk__in=LabelApplication.objects.filter(opinions__body__in=bodies).values("pk"))
        | Q(pk__in=readable_assignments(person).values("application"))
        | Q(campaign__college__in=colleges, state__in=COLLEGE_STATES)
    )


@right(
    "deliberation.open_file",
    "Ouvrir un dossier que les experts examinent",
    roles=(*CAMPUS_PEOPLE, *REGIONAL_PEOPLE, Role.OPINION, Role.EXPERT, Role.OBSERVER, Role.SECRETARY),
    about="application",
)
def can_open(person: Any, application: LabelApplication) -> bool:
    """All who may read it: the campus, its territory, consulted bodies, its experts, the college, the nation."""
    # The two commonest reasons are known without looking for all the others.
    if is_on_campus(person, application.campus_id) or is_secretary(person):
        return True
    return openable_by(person).filter(pk=application.pk).exists()


@right(
    "deliberation.read_meeting",
    "Lire l’ordre du jour et le procès-verbal d’une séance",
    roles=(Role.AUTHORITY, Role.SECRETARY),
    about="meeting",
)
def can_read_meeting(person: Any, meeting: Meeting) -> bool:
    """The college and its secretariat."""
    return is_secretary(person) or sits_in(person, meeting.campaign)


@right(
    "deliberation.take_position",
    "Prendre position sur un point de l’ordre du jour",
    roles=(Role.AUTHORITY,),
    about="item",
)
def can_take_position(person: Any, item: AgendaItem) -> bool:
    """Those who hold a seat or are its deputy; the act also wants them to sit at that moment."""
    return sits_in(person, item.meeting.campaign)


@right(
    "deliberation.answer_measure",
    "Répondre à une mesure envisagée sur le label de son campus",
    roles=(Role.DIRECTOR,),
    about="measure",
)
def can_answer(person: Any, measure: LabelMeasure) -> bool:
    """The director of the campus."""
    return is_on_campus(person, measure.campus_id, CampusRole.DIRECTOR)


@right(
    "deliberation.read_measure",
    "Lire une mesure envisagée sur un label",
    roles=(*CAMPUS_PEOPLE, *REGIONAL_PEOPLE, Role.AUTHORITY, Role.OBSERVER, Role.SECRETARY),
    about="measure",
)
def can_read_measure(person: Any, measure: LabelMeasure) -> bool:
    """The campus, its territory, the nation’s observers; the college once it is put before it."""
    if is_on_campus(person, measure.campus_id) or is_secretary(person):
        return True
    campus = measure.campus
    roles = (*REGIONAL, OrganisationRole.OBSERVER)
    if holds(person, *roles, region=campus.region_id, academies=academies_of(campus)):
        return True
    return measure.state not in (MeasureState.HEARING, MeasureState.DROPPED) and sits_in(person, measure.campaign)


def matter(item: AgendaItem) -> Matter:
    """What conflicts of interest are computed with."""
    return matter_of(item.application) if item.application else Matter(item.campus)


def is_tabled(item: AgendaItem) -> bool:
    """Whether the file or the measure is before the college now: neither decided, nor sent back, nor withdrawn."""
    expected = ApplicationState.COLLEGE if item.application else MeasureState.COLLEGE
    return item.subject.state == expected


def asked_years(item: AgendaItem) -> int | None:
    """The duration asked for; None where the decision gives no label of its own."""
    if item.application is None or not ApplicationKind(item.application.kind).gives_label:
        return None
    return item.application.duration_years or MAX_YEARS


def readable_meetings(person: Any) -> QuerySet[Meeting]:
    """The meetings that this person may read: those of the colleges where they sit, or all for the secretariat."""
    meetings = Meeting.objects.select_related("campaign")
    if is_secretary(person):
        return meetings
    if not isinstance(person, User) or not person.is_active:
        return meetings.none()
    seats = SeatHolder.objects.active(timezone.localdate()).filter(person=person)
    return meetings.filter(campaign__college__in=seats.values("seat__authority__college"))


def readable_measures(person: Any) -> QuerySet[LabelMeasure]:
    """The measures that `can_read_measure` lets this person read, for lists and counters."""
    measures = LabelMeasure.objects.select_related("campus__region", "campaign")
    if is_secretary(person):
        return measures
    if not isinstance(person, User) or not person.is_active:
        return measures.none()
    today = timezone.localdate()
    mine = CampusMembership.objects.of(person).active(today).values("campus")
    seats = SeatHolder.objects.active(today).filter(person=person).values("seat__authority__college")
    tabled = Q(campaign__college__in=seats) & ~Q(state__in=[MeasureState.HEARING, MeasureState.DROPPED])
    where = Q(campus__in=mine) | tabled
    for membership in roles_of(person, *REGIONAL, OrganisationRole.OBSERVER):
        where |= _territory(membership.organisation)
    return measures.filter(where)


def _territory(body: Organisation) -> Q:
    """The campuses that a body covers, as `organisations.rules.holds` reads its scope."""
    if body.region_id is None:
        return ~Q(pk=None)
    if body.academie_id is None:
        return Q(campus__region=body.region_id)
    touching = CampusArea.objects.filter(academie=body.academie_id)
    return Q(campus__region=body.region_id, campus__in=touching.values("campus"))
