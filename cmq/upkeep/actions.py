"""What happens to the upkeep of a campus: access reviewed, a director followed by another, things confirmed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses import actions as campuses
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core import mail
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.organisations import roles
from cmq.upkeep import rules
from cmq.upkeep.models import AccessReview, Confirmation, HandOver
from cmq.upkeep.registry import KINDS


@action
def review_access(
    campus: Campus, *, keep: Iterable[int], end: Iterable[int], by: User, at: dt.datetime | None = None
) -> AccessReview:
    """Confirm or end each role of a campus, open invitations among them, once in a quarter.

    Args:
        keep, end: keys of the roles; together, all those that are open.
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_review(by, campus))
    at = at or timezone.now()
    on = timezone.localdate(at)
    Campus.objects.select_for_update().get(pk=campus.pk)
    quarter = rules.quarter_of(on)
    require(not campus.access_reviews.filter(quarter=quarter).exists(), "La revue de ce trimestre est déjà faite.")
    kept, ended = set(keep), set(end)
    listed = {role.pk: role for role in open_roles(campus)}
    require(
        not kept & ended and kept | ended == set(listed),
        "La liste des rôles a changé, ou il en manque un : relisez-la et répondez pour chacun.",
    )
    mine = [pk for pk in ended if listed[pk].person_id == by.pk]
    require(not mine, "Pour quitter votre propre rôle, préparez un passage de relais.")
    for pk in sorted(ended):
        campuses.end_role(listed[pk], by=by, on=on)
    review = AccessReview.objects.create(
        campus=campus, quarter=quarter, done_at=at, done_by=by, kept=len(kept), ended=len(ended)
    )
    summary = f"{campus} – accès revus : {len(kept)} confirmés, {len(ended)} terminés."
    record(review, "upkeep.review_access", summary, is_private=True)
    return review


def open_roles(campus: Campus) -> models.QuerySet[CampusMembership]:
    """The roles and invitations of a campus that nobody has ended."""
    return campus.memberships.filter(ends_on=None).select_related("person").order_by("role", "starts_on", "pk")


@action
def prepare_hand_over(
    leaving: CampusMembership, *, email: str, leaves_on: dt.date, by: User, at: dt.datetime | None = None
) -> HandOver:
    """Name who follows a director and invite them. Raises `NotAllowed`, `Refusal`."""
    campus = leaving.campus
    require_right(rules.can_review(by, campus))
    at = at or timezone.now()
    CampusMembership.objects.select_for_update().get(pk=leaving.pk)
    is_director = leaving.role == CampusRole.DIRECTOR and leaving.person_id and leaving.ends_on is None
    require(is_director, "On ne passe le relais que d’un directeur en fonction.")
    require(leaves_on >= timezone.localdate(at), "Le jour du départ est passé.")
    require(
        not leaving.hand_overs_from.filter(done_at=None, cancelled_at=None).exists(),
        "Un passage de relais est déjà préparé : annulez-le d’abord.",
    )
    email = User.objects.normalize_email(email)
    assert leaving.person is not None
    require(email.lower() != leaving.person.email.lower(), "Donnez l’adresse d’une autre personne.")
    successor = campus.memberships.filter(role=CampusRole.DIRECTOR, person__email=email, ends_on=None).first()
    if successor is None:
        token = campuses.invite(campus, email=email, role=CampusRole.DIRECTOR, by=by, at=at)
        successor = campus.memberships.get(token_digest=roles.digest(token))
    hand_over = HandOver.objects.create(
        campus=campus, leaving=leaving, successor=successor, leaves_on=leaves_on, prepared_by=by, prepared_at=at
    )
    summary = f"{campus} – passage de relais préparé pour le {leaves_on:%d/%m/%Y}."
    record(hand_over, "upkeep.prepare_hand_over", summary, is_private=True)
    return hand_over


@action
def cancel_hand_over(hand_over: HandOver, *, by: User, at: dt.datetime | None = None) -> None:
    """Give up a hand-over; an invitation that nobody accepted is withdrawn. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_review(by, hand_over.campus))
    hand_over = HandOver.objects.select_for_update().get(pk=hand_over.pk)
    require(hand_over.done_at is None and hand_over.cancelled_at is None, "Ce passage de relais est déjà clos.")
    hand_over.cancelled_at = at or timezone.now()
    hand_over.save(update_fields=["cancelled_at"])
    if hand_over.successor.is_invitation and hand_over.successor.ends_on is None:
        campuses.end_role(hand_over.successor, by=by, on=timezone.localdate(hand_over.cancelled_at))
    record(hand_over, "upkeep.cancel_hand_over", f"{hand_over.campus} – passage de relais annulé.", is_private=True)


@action
def finish_hand_overs(*, on: dt.date, at: dt.datetime | None = None) -> int:
    """End the roles left by that day whose successor has accepted and still has theirs. Returns how many."""
    due = HandOver.objects.open().filter(leaves_on__lte=on).select_for_update()
    finished = 0
    for hand_over in due.order_by("pk"):
        if not CampusMembership.objects.active(on).filter(pk=hand_over.successor_id).exists():
            continue
        # The right was asked of who prepared it, perhaps the very person who leaves.
        if hand_over.leaving.ends_on is None:
            roles.end(hand_over.leaving, on=on)
        hand_over.done_at = at or timezone.now()
        hand_over.save(update_fields=["done_at"])
        record(hand_over, "upkeep.finish_hand_over", f"{hand_over.campus} – relais passé.", is_private=True)
        finished += 1
    return finished


@action
def confirm(thing: models.Model, campus: Campus, *, by: User, at: dt.datetime | None = None) -> Confirmation:
    """Say that one thing a campus shows is still true. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_confirm(by, campus))
    kind = KINDS.get(thing._meta.label_lower)
    is_shown = kind is not None and any(each.pk == thing.pk for each in kind.rows(campus))
    require(is_shown, "Ce campus ne montre pas cela, ou plus.")
    return _confirm(thing, campus, by=by, at=at or timezone.now())


@action
def confirm_stale(campus: Campus, *, keys: Iterable[str], by: User, at: dt.datetime | None = None) -> int:
    """Confirm at once all that the person was shown as stale. Returns how many.

    Args:
        keys: « model:key » of each line of the page: what became stale since is not confirmed unread.
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_confirm(by, campus))
    at, read = at or timezone.now(), set(keys)
    stale = [
        line.thing
        for line in rules.lines(campus, on=timezone.localdate(at))
        if line.is_stale and f"{line.kind.name}:{line.thing.pk}" in read
    ]
    require(stale, "Il n’y a plus rien à confirmer.")
    for thing in stale:
        _confirm(thing, campus, by=by, at=at)
    return len(stale)


def remind(*, on: dt.date) -> int:
    """Ask the directors for the review of the quarter and for what is stale, once each. Returns the new letters."""
    directors = CampusMembership.objects.active(on).filter(role=CampusRole.DIRECTOR)
    due = set(rules.review_due(on=on).values_list("pk", flat=True))
    written = 0
    for role in directors.select_related("person", "campus").order_by("pk"):
        assert role.person is not None
        stale = sum(line.is_stale for line in rules.lines(role.campus, on=on))
        if role.campus_id in due:
            written += _write(role, "access_review", {}, on=on)
        if stale:
            written += _write(role, "to_confirm", {"stale": stale}, on=on)
    return written


@action
def _write(role: CampusMembership, name: str, more: dict[str, Any], *, on: dt.date) -> bool:
    assert role.person is not None
    path = {"access_review": "acces", "to_confirm": "a-confirmer"}[name]
    context = {
        "campus": role.campus,
        "link": f"{settings.SITE_URL}/espace/campus/{role.campus.slug}/entretien/{path}/",
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        **more,
    }
    key = f"{name}:{role.campus_id}:{rules.quarter_of(on)}:{role.person_id}"
    return mail.post(role.person.email, f"mail/{name}", context, key=key)


def _confirm(thing: models.Model, campus: Campus, *, by: User, at: dt.datetime) -> Confirmation:
    confirmation = Confirmation.objects.create(
        campus=campus, model=thing._meta.label_lower, key=str(thing.pk), at=at, by=by
    )
    record(campus, "upkeep.confirm", f"{campus} – toujours vrai : {thing}.")
    return confirmation
