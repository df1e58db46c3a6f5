"""What happens to campaigns: their texts and college are kept in versions, their calendar opens, moves and closes."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campaigns import rules
from cmq.campaigns.models import (
    PHASE_ENDS,
    Authority,
    Campaign,
    CampaignState,
    College,
    Criterion,
    ExcellenceRequirement,
    ExpectedDocument,
    GridLevel,
    Phase,
    Seat,
    SeatHolder,
    Side,
    Specification,
)
from cmq.core import mail
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line, slug_of
from cmq.organisations.models import Organisation

Grid = Criterion | ExcellenceRequirement | ExpectedDocument | GridLevel


@action
def copy_specification(specification: Specification, *, version: str, by: User | None) -> Specification:
    """A new version to edit, with all that the old one asks. `by` is None for the command line. Raises `Refusal`."""
    require_right(by is None or rules.is_secretary(by))
    version = one_line(version)
    require(version, "Donnez un nom à la nouvelle version.")
    copied = Specification.objects.get(pk=specification.pk)
    copied.pk, copied._state.adding = None, True
    copied.version, copied.frozen_at = version, None
    _save_once(copied, "Cette version existe déjà.")
    for relation in ("criteria", "requirements", "levels", "documents"):
        for line in getattr(specification, relation).all():
            line.pk, line._state.adding, line.specification = None, True, copied
            line.save()
    record(copied, "campaigns.copy_specification", f"Cahier des charges : version {copied}.", is_private=True)
    return copied


@action
def write_line(line: Grid, *, by: User) -> None:
    """Add or change a criterion, a requirement, a level or a document of a version that no campaign has taken up.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.is_secretary(by))
    specification = Specification.objects.select_for_update().get(pk=line.specification_id)
    _require_free(specification)
    line.title = one_line(line.title)
    require(line.title, "Donnez l’intitulé.")
    _save_once(line, "Ce numéro est déjà pris.")
    record(line, "campaigns.write_line", f"{specification} – {line}.", is_private=True)


@action
def remove_line(line: Grid, *, by: User) -> None:
    """Take a line out of a version that no campaign has taken up. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.is_secretary(by))
    specification = Specification.objects.select_for_update().get(pk=line.specification_id)
    _require_free(specification)
    record(line, "campaigns.remove_line", f"{specification} – retiré : {line}.", is_private=True)
    line.delete()


@action
def draft_college(*, title: str, version: str, by: User | None) -> College:
    """A college without authorities yet. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.is_secretary(by))
    college = College(title=one_line(title), version=one_line(version))
    require(college.title and college.version, "Donnez l’intitulé et la version du collège.")
    _save_once(college, "Cette version existe déjà.")
    record(college, "campaigns.draft_college", f"Collège : {college}.", is_private=True)
    return college


@action
def copy_college(college: College, *, version: str, by: User | None) -> College:
    """A new version of a college to edit, with its authorities and seats, nobody seated. Raises `Refusal`."""
    require_right(by is None or rules.is_secretary(by))
    version = one_line(version)
    require(version, "Donnez un nom à la nouvelle version.")
    copied = College.objects.get(pk=college.pk)
    copied.pk, copied._state.adding = None, True
    copied.version, copied.frozen_at = version, None
    _save_once(copied, "Cette version existe déjà.")
    for authority in college.authorities.prefetch_related("seats"):
        seats = list(authority.seats.all())
        authority.pk, authority._state.adding, authority.college = None, True, copied
        authority.save()
        for seat in seats:
            seat.pk, seat._state.adding, seat.authority = None, True, authority
            seat.save()
    record(copied, "campaigns.copy_college", f"Collège : version {copied}.", is_private=True)
    return copied


@action
def set_college(college: College, *, quorum_percent: int, has_casting_vote: bool, parity: str, by: User) -> None:
    """Change the voting rules of a college that no campaign has taken up. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.is_secretary(by))
    _require_free(college)
    require(1 <= quorum_percent <= 100, "Le quorum est un pourcentage, de 1 à 100.")
    college.quorum_percent, college.has_casting_vote, college.parity = quorum_percent, has_casting_vote, parity
    college.save()
    record(college, "campaigns.set_college", f"Règles du collège {college}.", is_private=True)


@action
def add_authority(
    college: College,
    *,
    name: str,
    side: Side,
    seats: int = 1,
    signs: bool = True,
    organisation: Organisation | None = None,
    by: User | None,
) -> Authority:
    """Let an authority sit in a college, with its number of seats. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.is_secretary(by))
    _require_free(college)
    name = one_line(name)
    require(name, "Donnez le nom de l’autorité.")
    require(1 <= seats <= 20, "Une autorité a de un à vingt sièges.")
    last = college.authorities.aggregate(last=models.Max("position"))["last"] or 0
    authority = Authority(
        college=college, position=last + 1, name=name, side=side, signs=signs, organisation=organisation
    )
    _save_once(authority, "Cette autorité siège déjà dans ce collège.")
    Seat.objects.bulk_create(Seat(authority=authority, number=number + 1) for number in range(seats))
    record(authority, "campaigns.add_authority", f"{college} – siège : {authority}.", is_private=True)
    return authority


@action
def remove_authority(authority: Authority, *, by: User) -> None:
    """Take an authority out of a college that no campaign has taken up. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.is_secretary(by))
    _require_free(authority.college)
    record(authority, "campaigns.remove_authority", f"{authority.college} – retirée : {authority}.", is_private=True)
    authority.delete()


@action
def set_seats(authority: Authority, *, seats: int, by: User) -> None:
    """Give an authority that many seats in a college that no campaign has taken up; the last ones go first.

    Raises `NotAllowed`, and `Refusal` when a seat to take away is held.
    """
    require_right(rules.is_secretary(by))
    _require_free(authority.college)
    require(1 <= seats <= 20, "Une autorité a de un à vingt sièges.")
    before = authority.seats.count()
    leaving = authority.seats.filter(number__gt=seats)
    require(not leaving.filter(holders__ends_on=None, holders__isnull=False).exists(), "Un de ces sièges est pourvu.")
    leaving.delete()
    Seat.objects.bulk_create(Seat(authority=authority, number=number) for number in range(before + 1, seats + 1))
    summary = f"{authority.college} – {authority} : {seats} siège(s)."
    record(authority, "campaigns.set_seats", summary, diff={"seats": [before, seats]}, is_private=True)


@action
def name_president(seat: Seat, *, by: User | None) -> None:
    """Say which seat presides (D.335-35: the four ministers name the president). Raises `NotAllowed`."""
    require_right(by is None or rules.is_secretary(by))
    Seat.objects.filter(authority__college=seat.authority.college_id).update(presides=False)
    seat.presides = True
    seat.save(update_fields=["presides"])
    record(seat, "campaigns.name_president", f"Préside le collège : {seat}.", is_private=True)


@action
def seat_person(
    seat: Seat, person: User, *, is_deputy: bool = False, by: User | None, on: dt.date | None = None
) -> SeatHolder:
    """Name the holder of a seat, or its deputy; who held it before is replaced from that day on.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.is_secretary(by))
    day = on or timezone.localdate()
    seat = Seat.objects.select_for_update(of=("self",)).select_related("authority").get(pk=seat.pk)
    current = seat.holders.filter(ends_on=None)
    require(not current.filter(person=person).exists(), f"{person} occupe déjà ce siège.")
    current.filter(is_deputy=is_deputy).update(ends_on=day)
    holder = SeatHolder.objects.create(seat=seat, person=person, is_deputy=is_deputy, starts_on=day)
    record(
        holder,
        "campaigns.seat_person",
        f"Siège pourvu : {seat}, {'suppléant' if is_deputy else 'titulaire'}.",
        is_private=True,
    )
    return holder


@action
def prepare_campaign(
    *,
    title: str,
    specification: Specification,
    college: College,
    ends: Mapping[str, dt.datetime | None],
    is_rolling: bool = False,
    publishes_together: bool = True,
    is_demo: bool = False,
    by: User | None,
) -> Campaign:
    """A campaign with its calendar, not open yet.

    Args:
        ends: column of `PHASE_ENDS` → last instant of the phase.
        by: None for the command line and the demonstration.
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.is_secretary(by))
    title = one_line(title)
    require(title, "Donnez un intitulé à la campagne.")
    rules.check_calendar(ends, is_rolling=is_rolling)
    require(
        by is None or all(rules.can_serve(text, is_demo=is_demo) for text in (specification, college)),
        "La démonstration et les vraies campagnes n’ont ni cahier des charges ni collège en commun.",
    )
    campaign = Campaign(
        title=title,
        slug=slug_of(title),
        specification=specification,
        college=college,
        is_rolling=is_rolling,
        publishes_together=publishes_together,
        is_demo=is_demo,
        **dict(ends),
    )
    _save_once(campaign, "Une campagne porte déjà cet intitulé.")
    record(campaign, "campaigns.prepare", f"Campagne préparée : {campaign}.", is_private=True)
    return campaign


@action
def open_campaign(campaign: Campaign, *, by: User | None, at: dt.datetime | None = None) -> None:
    """Open a campaign: its specification, grid and college are frozen from now on. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.is_secretary(by))
    at = at or timezone.now()
    campaign = _locked(campaign)
    require(campaign.state == CampaignState.PREPARED, "Cette campagne est déjà ouverte.")
    require(campaign.specification.criteria.exists(), "Le cahier des charges n’a pas de critère.")
    college = campaign.college
    require(rules.signatories(college), "Le collège n’a pas d’autorité signataire.")
    seats = Seat.objects.filter(authority__college=college).select_related("authority")
    count = rules.balance(college, seats)
    require(
        count.is_kept,
        f"Le collège n’est pas paritaire : {count.economic} sièges du monde économique pour {count.public} de l’État "
        "et des collectivités.",
    )
    for frozen in (campaign.specification, college):
        if frozen.frozen_at is None:
            frozen.frozen_at = at
            frozen.save(update_fields=["frozen_at"])
    campaign.state = CampaignState.OPEN
    campaign.save(update_fields=["state"])
    record(campaign, "campaigns.open", f"Campagne ouverte : {campaign}.")


@action
def move_calendar(
    campaign: Campaign,
    *,
    ends: Mapping[str, dt.datetime | None],
    reason: str,
    tell: Iterable[User] = (),
    by: User,
    at: dt.datetime | None = None,
) -> list[Phase]:
    """Change dates, with the reason, and write to those whom the change touches; the phases that moved are returned.

    Args:
        tell: people to write to (`deliberation.review.touched_by` lists them).
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.is_secretary(by))
    at = at or timezone.now()
    reason = one_line(reason)
    require(reason, "Dites pourquoi le calendrier change.")
    campaign = _locked(campaign)
    require(campaign.state != CampaignState.CLOSED, "Cette campagne est close.")
    rules.check_calendar(ends, is_rolling=campaign.is_rolling)
    moved = [phase for phase, column in PHASE_ENDS.items() if getattr(campaign, column) != ends.get(column)]
    require(moved, "Aucune date ne change.")
    diff = {}
    for phase in moved:
        column = PHASE_ENDS[phase]
        old, new = getattr(campaign, column), ends.get(column)
        # What is over is over: files were refused or lateness was told on its strength.
        require(old is None or old > at, f"La phase « {phase.label} » est déjà terminée : sa date ne change plus.")
        diff[column] = [old and old.isoformat(), new and new.isoformat()]
        setattr(campaign, column, new)
    campaign.save()
    record(campaign, "campaigns.move_calendar", f"Calendrier modifié : {campaign}. Motif : {reason}", diff=diff)
    _tell(campaign, moved, reason, tell, at)
    return moved


@action
def close_campaign(campaign: Campaign, *, by: User, at: dt.datetime | None = None) -> None:
    """Close a campaign for good: nothing happens to its files any more. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.is_secretary(by))
    campaign = _locked(campaign)
    require(campaign.state == CampaignState.OPEN, "Cette campagne n’est pas ouverte.")
    campaign.state = CampaignState.CLOSED
    campaign.save(update_fields=["state"])
    record(campaign, "campaigns.close", f"Campagne close : {campaign}.")


def _tell(campaign: Campaign, moved: list[Phase], reason: str, people: Iterable[User], at: dt.datetime) -> None:
    changes = [(phase.label, campaign.until(phase)) for phase in moved]
    context: dict[str, Any] = {
        "campaign": campaign,
        "changes": changes,
        "reason": reason,
        "site_url": settings.SITE_URL,
        "site_name": settings.SITE_NAME,
    }
    for person in {person.pk: person for person in people}.values():
        key = f"campaign-moved:{campaign.pk}:{at.isoformat()}:{person.pk}"
        mail.post(person.email, "mail/campaign_moved", {**context, "person": person}, key=key)


def _locked(campaign: Campaign) -> Campaign:
    campaigns = Campaign.objects.select_for_update(of=("self",)).select_related("specification", "college")
    return campaigns.get(pk=campaign.pk)


def _require_free(text: Specification | College) -> None:
    what = "Ce collège" if isinstance(text, College) else "Ce cahier des charges"
    require(text.frozen_at is None, f"{what} sert dans une campagne : faites-en une nouvelle version.")


def _save_once(instance: models.Model, message: str) -> None:
    try:
        with transaction.atomic():
            instance.full_clean(validate_unique=False, validate_constraints=False)
            instance.save()
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error
    except IntegrityError as error:
        raise Refusal(message) from error
