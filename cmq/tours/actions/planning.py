"""A tour is written, published, and its stops are planned, moved, put in another order, cancelled."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.slugs import save_with_free_slug
from cmq.core.text import one_line
from cmq.projects.models import Project
from cmq.tours import rules
from cmq.tours.actions import letters
from cmq.tours.actions.registering import promote
from cmq.tours.models import Booking, Stop, StopAudience, StopState, Tour
from cmq.tours.rules import StopTerms
from cmq.tours.zones import zone_of

STALE = "Une autre personne a modifié cette page entre-temps : rechargez-la, rien n’a été enregistré."
_OUT_OF_THE_WAY = dt.timedelta(days=365 * 400)


@action
def write_tour(
    campus: Campus,
    *,
    title: str,
    summary: str,
    contact: str = "",
    project: Project | None = None,
    tour: Tour | None = None,
    version: int = 0,
    by: User | None,
    at: dt.datetime | None = None,
) -> Tour:
    """Enter a tour, unpublished, or change what is said of `tour`; `version` is then the one that was seen.

    The address stays when the title changes; a project is one of the campus's own. Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.can_edit(by, campus))
    # The campus is the lock: of two tours of one title written at once, the second sees the first.
    campus = Campus.objects.select_for_update(of=("self",)).get(pk=campus.pk)
    if tour is not None:
        tour = _locked_tour(tour, by=by)
        require(version == tour.version, STALE)
        tour.version += 1
    else:
        tour = Tour(campus=campus, created_at=at or timezone.now())
    tour.title, tour.summary, tour.contact = one_line(title), summary.strip(), contact.strip().lower()
    tour.project = project
    is_own = project is None or Project.objects.of(campus).filter(pk=project.pk).exists()
    require(is_own, "Ce projet n’est pas l’un de ceux du campus.")
    require(tour.title, "Donnez un titre à la tournée.")
    require(len(tour.title) <= 150, "Le titre dépasse 150 caractères.")
    require(tour.summary, "Présentez la tournée en quelques phrases.")
    require(len(tour.summary) <= 3000, "La présentation dépasse 3 000 caractères.")
    is_double = campus.tours.filter(title=tour.title).exclude(pk=tour.pk).exists()
    require(
        not is_double, f"Votre campus a déjà une tournée « {tour.title} » : distinguez-les, par exemple par l’année."
    )
    if tour.pk is None:
        # The pages of registrations stand beside those of the tours.
        save_with_free_slug(tour, tour.title, default="tournee", max_length=90, reserved=("inscription",))
    else:
        tour.save()
    record(tour, "tours.write_tour", f"{campus} – tournée écrite : {tour}.", is_private=not tour.is_published)
    return tour


@action
def publish_tour(tour: Tour, *, is_published: bool = True, by: User | None) -> Tour:
    """Show a tour to everyone, or take it out of sight while nobody is registered. Raises `NotAllowed`, `Refusal`."""
    tour = _locked_tour(tour, by=by)
    if is_published:
        require(tour.stops.standing().exists(), "Ajoutez une étape avant de publier la tournée.")
    else:
        held = tour.stops.filter(taken__gt=0).exists()
        require(not held, "Des personnes sont inscrites : annulez les étapes, elles seront prévenues.")
    tour.is_published = is_published
    tour.version += 1
    tour.save(update_fields=["is_published", "version"])
    said = "publiée" if is_published else "retirée de la vue du public"
    record(tour, "tours.publish", f"{tour.campus} – tournée {said} : {tour}.")
    return tour


@action
def plan_stop(tour: Tour, *, terms: StopTerms, by: User | None, at: dt.datetime | None = None) -> Stop:
    """Add a stop to a tour. Raises `NotAllowed`, `Refusal`."""
    tour = _locked_tour(tour, by=by)
    stop = Stop(tour=tour)
    _write(stop, terms, at=at or timezone.now())
    _record(stop, "tours.plan_stop", f"étape prévue : {stop}.")
    return stop


@action
def change_stop(stop: Stop, *, terms: StopTerms, version: int, by: User | None, at: dt.datetime | None = None) -> Stop:
    """Change a planned stop; those who are registered are told when it moves. `version` is the one that was seen.

    Raises `NotAllowed`, `Refusal`.
    """
    at = at or timezone.now()
    tour = _locked_tour(stop.tour, by=by)
    stop = locked_stop(stop)
    require(version == stop.version, STALE)
    require(stop.state == StopState.PLANNED, "Seule une étape prévue se modifie.")
    before = _where_and_when(stop)
    stop.tour, stop.version = tour, stop.version + 1
    _write(stop, terms, at=at)
    if _where_and_when(stop) != before:
        letters.tell_everyone(stop, template="mail/tour_stop_moved", event=f"moved-{stop.version}")
    promote(stop, at=at)
    _record(stop, "tours.change_stop", f"étape modifiée : {stop}.")
    return stop


@action
def cancel_stop(stop: Stop, *, reason: str, by: User | None, at: dt.datetime | None = None) -> Stop:
    """Say that a stop will not be; those who are registered are told. Raises `NotAllowed`, `Refusal`."""
    tour = _locked_tour(stop.tour, by=by)
    stop = locked_stop(stop)
    stop.tour = tour
    require(stop.state == StopState.PLANNED, "Seule une étape prévue s’annule.")
    stop.reason = one_line(reason)
    require(stop.reason, "Dites pourquoi l’étape est annulée : les inscrits le liront.")
    require(len(stop.reason) <= 300, "Le motif dépasse 300 caractères.")
    stop.state, stop.version = StopState.CANCELLED, stop.version + 1
    stop.save(update_fields=["state", "reason", "version"])
    if stop.ends_at > (at or timezone.now()):
        letters.tell_everyone(stop, template="mail/tour_stop_cancelled", event="cancelled")
    _record(stop, "tours.cancel_stop", f"étape annulée : {stop}.")
    return stop


@action
def apply_order(
    tour: Tour, *, seen: Sequence[int], wanted: Sequence[int], by: User | None, at: dt.datetime | None = None
) -> None:
    """Give the dates of the stops to come to the same stops in another order: the first date to the first, and so on.

    Args:
        seen: the stops in the order that the person saw.
        wanted: the same ones in the order wanted.
    The hours stay those of the clocks, in the time of each commune. Raises `NotAllowed`, `Refusal`: a stop that people
    are registered for is moved by hand only, knowingly.
    """
    at = at or timezone.now()
    tour = _locked_tour(tour, by=by)
    rows = Stop.objects.select_for_update(of=("self",)).select_related("commune")
    stops = list(rows.filter(tour=tour).upcoming(at).filter(starts_at__gt=at))
    require([stop.pk for stop in stops] == list(seen), STALE)
    require(sorted(wanted) == sorted(seen), "Cet ordre ne reprend pas les mêmes étapes.")
    moved = [stop for stop, key in zip(stops, wanted, strict=True) if stop.pk != key]
    kept = next((stop for stop in moved if stop.registrations.alive().exists()), None)
    require(kept is None, f"Des personnes sont inscrites à l’étape {kept} : changez sa date à la main.")
    slots = [(stop.starts.replace(tzinfo=None), stop.ends.replace(tzinfo=None)) for stop in stops]
    by_key = {stop.pk: stop for stop in stops}
    for key, (starts, ends) in zip(wanted, slots, strict=True):
        stop = by_key[key]
        zone = zone_of(stop.commune)
        stop.starts_at, stop.ends_at = starts.replace(tzinfo=zone), ends.replace(tzinfo=zone)
        stop.version += 1
    _swap(moved)
    for stop in moved:
        rules.check_free(tour, starts_at=stop.starts_at, ends_at=stop.ends_at, but=stop.pk)
    record(
        tour,
        "tours.apply_order",
        f"{tour.campus} – tournée {tour} : étapes remises en ordre.",
        is_private=not tour.is_published,
    )


def _swap(stops: list[Stop]) -> None:
    """Write the new dates. Two stops never share one: all of them first step aside."""
    rows = Stop.objects.filter(pk__in=[stop.pk for stop in stops])
    rows.update(starts_at=F("starts_at") + _OUT_OF_THE_WAY, ends_at=F("ends_at") + _OUT_OF_THE_WAY)
    Stop.objects.bulk_update(stops, ["starts_at", "ends_at", "version"])


def locked_stop(stop: Stop) -> Stop:
    """The row of a stop, locked until the change commits. A change of a tour locks the tour first."""
    rows = Stop.objects.select_for_update(of=("self",)).select_related("tour__campus", "commune")
    return rows.get(pk=stop.pk)


def _locked_tour(tour: Tour, *, by: User | None) -> Tour:
    require_right(by is None or rules.can_edit(by, tour.campus))
    return Tour.objects.select_for_update(of=("self",)).select_related("campus").get(pk=tour.pk)


def _write(stop: Stop, terms: StopTerms, *, at: dt.datetime) -> None:
    rules.check_terms(terms, at=at)
    rules.check_free(stop.tour, starts_at=terms.starts_at, ends_at=terms.ends_at, but=stop.pk)
    require(
        terms.booking != Booking.NONE or not stop.taken,
        "Des personnes sont inscrites : fermez les inscriptions plutôt que de les supprimer.",
    )
    require(
        not stop.taken or (terms.capacity or 0) >= stop.taken,
        f"{stop.taken} places sont déjà prises : le nombre de places ne peut pas descendre en dessous.",
    )
    stop.starts_at, stop.ends_at, stop.commune = terms.starts_at, terms.ends_at, terms.commune
    stop.place, stop.address = one_line(terms.place), one_line(terms.address)
    stop.description, stop.accessibility = terms.description.strip(), terms.accessibility.strip()
    stop.booking, stop.capacity = terms.booking, terms.capacity
    stop.save()
    stop.audiences.all().delete()
    StopAudience.objects.bulk_create(StopAudience(stop=stop, audience=each) for each in sorted(terms.audiences))


def _where_and_when(stop: Stop) -> tuple[object, ...]:
    return stop.starts_at, stop.ends_at, stop.commune_id, stop.place, stop.address


def _record(stop: Stop, act: str, summary: str) -> None:
    said = f"{stop.tour.campus} – tournée {stop.tour}, {summary}"
    record(stop, act, said, is_private=not stop.tour.is_published)
