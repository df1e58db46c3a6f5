"""Who follows which campus, whom a label's end concerns, and when it is time to say so."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication, LabelApplicationQuerySet
from cmq.campaigns.rules import SECRETARIES, is_secretary
from cmq.campuses.models import Campus, CampusArea, CampusMembership, CampusQuerySet, CampusRole
from cmq.core.rights import Role, right
from cmq.labels.models import Label, LabelQuerySet
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from cmq.organisations.rules import is_keeper, roles_of
from cmq.renewals.models import Mark

# Who prepares a renewal for a region: whom the recteur and the president have named for it.
INSTRUCTING = (OrganisationRole.DELEGATE, OrganisationRole.INSTRUCTOR)
REGIONAL = (OrganisationRole.RECTEUR, OrganisationRole.PRESIDENT, *INSTRUCTING)
NATIONAL = (OrganisationRole.SECRETARY, OrganisationRole.OBSERVER)
FOLLOWERS = (
    Role.CONTRIBUTOR,
    Role.DIRECTOR,
    Role.INSTRUCTOR,
    Role.DELEGATE,
    Role.RECTEUR,
    Role.PRESIDENT,
    Role.OBSERVER,
    Role.SECRETARY,
    Role.KEEPER,
    Role.TECHNICIAN,
)
# What the authorities' secretariat is told: what is near. It has every label of the country.
NEAR = frozenset({Mark.M6, Mark.M3, Mark.J30, Mark.J7})

# Files whose award gives a campus another label after the one it has.
CARRYING_ON = [kind for kind in ApplicationKind if kind.gives_label and kind is not ApplicationKind.FIRST]
_WITHOUT_ISSUE = (ApplicationState.REFUSED, ApplicationState.INADMISSIBLE, ApplicationState.WITHDRAWN)


def followed(person: Any, *, on: dt.date | None = None) -> CampusQuerySet:
    """The campuses whose deadlines this person follows on a day (today when not said).

    Campus people their own; recteurs, presidents, delegates and instructors those of their territory; the secretariat,
    observers and keepers all. Of what they do not work on themselves, real people see no demonstration.
    """
    if not isinstance(person, User) or not person.is_active:
        return Campus.objects.none()
    day = on or timezone.localdate()
    own = CampusMembership.objects.of(person).active(day).values("campus")
    where = Q(pk__in=[])
    for membership in roles_of(person, *REGIONAL, *NATIONAL, on=day):
        where |= _territory(membership)
    if is_keeper(person, on=day):
        where = ~Q(pk=None)
    if not person.is_demo:
        where &= Q(is_demo=False)
    return Campus.objects.filter(where | Q(pk__in=own))


def _territory(membership: OrganisationMembership) -> Q:
    body = membership.organisation
    if body.region_id is None:
        return ~Q(pk=None)
    if body.academie_id is None:
        return Q(region=body.region_id)
    touching = CampusArea.objects.filter(academie=body.academie_id)
    return Q(region=body.region_id, pk__in=touching.values("campus"))


@right("renewals.follow", "Suivre les échéances d’un campus", roles=FOLLOWERS, about="campus")
def can_follow(person: Any, campus: Campus) -> bool:
    """Whether the campus is among those that this person follows."""
    return followed(person).filter(pk=campus.pk).exists()


@right("renewals.pair_facts", "Dire quels faits nourrissent chaque critère", roles=SECRETARIES)
def can_pair(person: Any) -> bool:
    """Who keeps the specifications."""
    return is_secretary(person)


# --- labels -----------------------------------------------------------------------------------------------------


def carrying_on() -> LabelApplicationQuerySet:
    """Files that the authorities have and that may carry a label on: renewal, raise, merger, not turned down."""
    return LabelApplication.objects.submitted().filter(kind__in=CARRYING_ON).exclude(state__in=_WITHOUT_ISSUE)


def last_labels() -> LabelQuerySet:
    """The last label of each campus, begun or to begin."""
    later = Label.objects.filter(campus=OuterRef("campus"), starts_from__gt=OuterRef("starts_from"))
    return Label.objects.exclude(Exists(later))


def to_remind(on: dt.date) -> LabelQuerySet:
    """The labels of a day that end, as far as anyone knows, with nothing after them.

    Held for certain on that day; no later label, no withdrawal or end decided, no refused renewal, and no file that
    asks to carry it on.
    """
    filed = carrying_on().filter(campus=OuterRef("campus"), submitted_at__date__gte=OuterRef("starts_from"))
    return last_labels().held_on(on).filter(not_renewed_by=None, closed_by=None).exclude(Exists(filed))


def current_mark(ends_on: dt.date, *, on: dt.date) -> Mark | None:
    """The nearest mark that a day has reached; the ones before it are past and not made up for."""
    reached = [mark for mark in Mark if mark.day(ends_on) <= on <= ends_on]
    return reached[-1] if reached else None


# --- people -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Addressee:
    """A person whom the end of a label concerns, and as what."""

    person: User
    quality: str
    marks: frozenset[Mark] = frozenset(Mark)


def addressees(campuses: Iterable[Campus], *, on: dt.date) -> dict[int, list[Addressee]]:
    """Whom to remind of the label of each campus: its directors, who prepares for its territory, the secretariat.

    A person of several qualities is named once, in the first. Demonstration labels concern demonstration accounts, real
    labels real people.
    """
    listed = {campus.pk: campus for campus in campuses}
    found: dict[int, dict[int, Addressee]] = defaultdict(dict)
    for campus_id, addressee in [*_directors(listed, on), *_of_bodies(listed, on)]:
        person = addressee.person
        if person.is_demo == listed[campus_id].is_demo:
            found[campus_id].setdefault(person.pk, addressee)
    return {campus_id: sorted(people.values(), key=lambda each: each.person.pk) for campus_id, people in found.items()}


def _directors(campuses: dict[int, Campus], on: dt.date) -> Iterable[tuple[int, Addressee]]:
    roles = CampusMembership.objects.active(on).filter(campus__in=campuses, role=CampusRole.DIRECTOR)
    for role in roles.select_related("person"):
        assert role.person is not None
        yield role.campus_id, Addressee(role.person, "directeur du campus")


def _of_bodies(campuses: dict[int, Campus], on: dt.date) -> Iterable[tuple[int, Addressee]]:
    roles = OrganisationMembership.objects.active(on).filter(role__in=[*INSTRUCTING, OrganisationRole.SECRETARY])
    touched: dict[int, set[str]] = defaultdict(set)
    for campus_id, code in CampusArea.objects.filter(campus__in=campuses, academie__isnull=False).values_list(
        "campus", "academie"
    ):
        touched[campus_id].add(str(code))
    for role in roles.select_related("person", "organisation"):
        assert role.person is not None
        quality = f"{role.get_role_display().lower()}, {role.organisation}"
        is_national = role.role == OrganisationRole.SECRETARY
        addressee = Addressee(role.person, quality, NEAR if is_national else frozenset(Mark))
        for campus in campuses.values():
            if _covers(role, campus, touched[campus.pk]):
                yield campus.pk, addressee


def _covers(role: OrganisationMembership, campus: Campus, academies: set[str]) -> bool:
    body = role.organisation
    if role.role == OrganisationRole.SECRETARY:
        return body.region_id is None
    return body.region_id == campus.region_id and (body.academie_id is None or body.academie_id in academies)
