"""What happens to the upkeep of a campus: access reviewed, a director followed by another, things confirmed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses import actions as campuses
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core import mail
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.models import OutgoingMail
from cmq.organisations import roles
from cmq.upkeep import rules
from cmq.upkeep.models import AccessReview, Confirmation, HandOver

# The page that answers each letter; and a letter: to whom, which, with what, once for each of what.
_PAGES = {"access_review": "acces", "to_confirm": "a-confirmer", "hand_over_stuck": "relais"}
_Letter = tuple[CampusMembership, str, dict[str, Any], object]


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
    hand_over = HandOver.objects.create(
        campus=campus,
        leaving=leaving,
        successor=_successor(campus, email, by=by, at=at),
        leaves_on=leaves_on,
        prepared_by=by,
        prepared_at=at,
    )
    summary = f"{campus} – passage de relais préparé pour le {leaves_on:%d/%m/%Y}."
    record(hand_over, "upkeep.prepare_hand_over", summary, is_private=True)
    return hand_over


def _successor(campus: Campus, email: str, *, by: User, at: dt.datetime) -> CampusMembership:
    """The director’s role of that address, held or waiting for its answer; else a new invitation."""
    same = campus.memberships.filter(role=CampusRole.DIRECTOR, ends_on=None)
    for found in same.filter(Q(person__email=email) | Q(person=None, invited_email=email)).order_by("-pk"):
        if found.person_id or not roles.why_not_open(found, at=at):
            return found
        campuses.end_role(found, by=by, on=timezone.localdate(at))
    token = campuses.invite(campus, email=email, role=CampusRole.DIRECTOR, by=by, at=at)
    return campus.memberships.get(token_digest=roles.digest(token))


@action
def renew_hand_over(hand_over: HandOver, *, by: User, at: dt.datetime | None = None) -> None:
    """Invite the successor again, whose invitation has expired or was withdrawn, or whose role has ended.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_review(by, hand_over.campus))
    at = at or timezone.now()
    hand_over = HandOver.objects.select_for_update().get(pk=hand_over.pk)
    require(hand_over.done_at is None and hand_over.cancelled_at is None, "Ce passage de relais est déjà clos.")
    require(rules.why_stuck(hand_over, at=at), "Le successeur n’a pas besoin d’une autre invitation.")
    former = hand_over.successor
    email = former.person.email if former.person else former.invited_email
    require(email, "L’adresse du successeur n’est plus gardée : annulez ce relais et préparez-en un autre.")
    hand_over.successor = _successor(hand_over.campus, email, by=by, at=at)
    hand_over.save(update_fields=["successor"])
    said = f"{hand_over.campus} – passage de relais : successeur invité de nouveau."
    record(hand_over, "upkeep.renew_hand_over", said, is_private=True)


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
    at = at or timezone.now()
    # Of two who press at once, the second sees the first.
    Campus.objects.select_for_update().get(pk=campus.pk)
    on = timezone.localdate(at)
    line = rules.line_at(campus, f"{thing._meta.label_lower}:{thing.pk}", on=on)
    if line is None:
        raise Refusal("Ce campus ne montre pas cela, ou plus.")
    require(line.is_confirmable, "C’est déjà confirmé aujourd’hui.")
    return _confirm(line, campus, by=by, at=at)


@action
def confirm_stale(campus: Campus, *, keys: Iterable[str], by: User, at: dt.datetime | None = None) -> int:
    """Confirm at once all that the person was shown as stale. Returns how many.

    Args:
        keys: « model:key » of each line of the page: what became stale since is not confirmed unread.
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_confirm(by, campus))
    at, read = at or timezone.now(), set(keys)
    Campus.objects.select_for_update().get(pk=campus.pk)
    lines = rules.lines(campus, on=timezone.localdate(at))
    stale = [line for line in lines if line.is_stale and line.key in read]
    require(stale, "Il n’y a plus rien à confirmer.")
    for line in stale:
        _confirm(line, campus, by=by, at=at)
    return len(stale)


def remind(*, on: dt.date) -> int:
    """Ask the directors for the review of the quarter and for what is stale, once each, and tell them of a hand-over
    whose invitation nobody can accept any more. Returns the new letters.

    In as many queries to find them, however many directors there are; each new letter has its own.
    """
    roles = CampusMembership.objects.active(on).filter(role=CampusRole.DIRECTOR)
    directors = list(roles.select_related("person", "campus").order_by("pk"))
    due = set(rules.review_due(on=on).values_list("pk", flat=True))
    lines = rules.lines_of({role.campus_id for role in directors}, on=on)
    stuck = {each.campus_id: each for each in rules.stuck_hand_overs(on=on)}
    quarter = rules.quarter_of(on)
    letters: list[_Letter] = []
    for role in directors:
        if role.campus_id in due:
            letters.append((role, "access_review", {}, quarter))
        if stale := sum(line.is_stale for line in lines[role.campus_id]):
            letters.append((role, "to_confirm", {"stale": stale}, quarter))
        if hand_over := stuck.get(role.campus_id):
            letters.append((role, "hand_over_stuck", {"hand_over": hand_over}, hand_over.successor_id))
    keys = [_key(*letter) for letter in letters]
    written = set(OutgoingMail.objects.filter(key__in=keys).values_list("key", flat=True))
    return sum(_write(letter, key) for letter, key in zip(letters, keys, strict=True) if key not in written)


def _key(role: CampusMembership, name: str, more: dict[str, Any], once: object) -> str:
    return f"{name}:{role.campus_id}:{once}:{role.person_id}"


@action
def _write(letter: _Letter, key: str) -> bool:
    role, name, more, _ = letter
    assert role.person is not None
    context = {
        "campus": role.campus,
        "link": f"{settings.SITE_URL}/espace/campus/{role.campus.slug}/entretien/{_PAGES[name]}/",
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        **more,
    }
    return mail.post(role.person.email, f"mail/{name}", context, key=key)


def _confirm(line: rules.Line, campus: Campus, *, by: User, at: dt.datetime) -> Confirmation:
    kind, thing = line.kind, line.thing
    confirmation = Confirmation.objects.create(campus=campus, model=kind.name, key=str(thing.pk), at=at, by=by)
    if kind.note:
        kind.note(thing, timezone.localdate(at))
    record(campus, "upkeep.confirm", f"{campus} – toujours vrai : {kind.label.lower()}, {thing}.")
    return confirmation
