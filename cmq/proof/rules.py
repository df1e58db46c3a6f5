"""What the register can answer for an award: who was awarded, and how the label stands on a day. Writes nothing."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import TextChoices

from cmq.campuses.models import Campus
from cmq.core.days import years_after
from cmq.core.partial_dates import PartialDate
from cmq.labels.models import DecisionKind, Label, LabelDecision, LabelSuspension
from cmq.labels.rules import original_of, standing_of
from cmq.proof.identifiers import key_of, public_id


class Standing(TextChoices):
    """How a label stands on a day, as far as the register knows for certain."""

    VALID = "valide", "Valide"
    SUSPENDED = "suspendu", "Suspendu"
    NOT_BEGUN = "a-venir", "Pas encore commencé"
    EXPIRED = "expire", "Expiré"
    WITHDRAWN = "retire", "Retiré"
    ENDED = "termine", "Terminé"
    UNCERTAIN = "incertain", "Incertain"
    VOID = "sans-effet", "Sans effet"


@dataclass(frozen=True)
class Award:
    """An award, a renewal or a raise: its first line, which names it for ever, and what stands of it today."""

    original: LabelDecision
    decision: LabelDecision
    campus: Campus
    label: Label | None

    @property
    def public_id(self) -> str:
        """What paper and addresses call it."""
        return public_id(self.original.pk)


def award_of(identifier: str) -> Award | None:
    """The award that an identifier names; None when it names none, or one whose campus no source names."""
    key = key_of(identifier)
    original = LabelDecision.objects.filter(pk=key, corrects=None).first() if key else None
    if original is None:
        return None
    decision = standing_of(original)
    if decision.campus is None or not any(DecisionKind(line.kind).opens_label for line in (original, decision)):
        return None
    if decision.same_event_as is not None:
        # Another source's date for an event: the event has the label.
        return award_of(public_id(original_of(decision.same_event_as).pk))
    labels = Label.objects.select_related("closed_by", "extended_by", "not_renewed_by").prefetch_related("suspensions")
    return Award(original, decision, decision.campus, labels.filter(original=original).first())


def awards_of(campus: Campus) -> list[Award]:
    """The awards of a campus that have a label, oldest first; two queries."""
    labels = Label.objects.of_campus(campus).select_related("original")
    return [Award(label.original, label.decision, campus, label) for label in labels]


def standing_on(award: Award, day: dt.date) -> Standing:
    """How the label stands on a day, past, present or to come, as the register knows it now."""
    label = award.label
    if label is None:
        return Standing.VOID
    if day < label.starts_from:
        return Standing.NOT_BEGUN
    if label.contains(day):
        return _in_force(label, day)
    if label.ends_by is not None and day > label.ends_by:
        return _over(label, day)
    return Standing.UNCERTAIN


def following(award: Award) -> Label | None:
    """The label of the same campus that took over from this one, or came after it."""
    if award.label is None:
        return None
    later = Label.objects.filter(campus=award.campus, starts_from__gt=award.label.starts_from)
    return later.select_related("decision").order_by("starts_from").first()


def stated_end(decision: LabelDecision, label: Label) -> dt.date | None:
    """The last day that a label was given by its decision, or by its last extension, before anything cut it short.

    None when they give none by themselves.
    """
    if label.extended_by is not None:
        until: PartialDate | None = label.extended_by.ends_on
        return until.last if until is not None else None
    ends_on: PartialDate | None = decision.ends_on
    if ends_on is not None:
        return ends_on.last
    if decision.duration_years:
        return years_after(label.starts_by, decision.duration_years) - dt.timedelta(days=1)
    return None


def _in_force(label: Label, day: dt.date) -> Standing:
    """Of a day on which the label is held for certain."""
    pauses = [pause for pause in label.suspensions.all() if _perhaps(pause, day)]
    if any(_for_certain(pause, day) for pause in pauses):
        return Standing.SUSPENDED
    return Standing.UNCERTAIN if pauses else Standing.VALID


def _perhaps(pause: LabelSuspension, day: dt.date) -> bool:
    return pause.starts_from <= day and (pause.ends_by is None or day <= pause.ends_by)


def _for_certain(pause: LabelSuspension, day: dt.date) -> bool:
    """A suspension whose end no source gives lasts as long as its label."""
    return pause.starts_by <= day and (pause.ends_from is None or day <= pause.ends_from)


def _over(label: Label, day: dt.date) -> Standing:
    closing = label.closed_by
    if closing is None or closing.effective_on.first > day:
        return Standing.EXPIRED
    return Standing.WITHDRAWN if closing.kind == DecisionKind.WITHDRAWN else Standing.ENDED
