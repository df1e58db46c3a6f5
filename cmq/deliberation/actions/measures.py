"""Measures on a running label: proposed with reasons, the campus heard, put to the college, settled.

No text was found on how a label is withdrawn before its end: the legal basis of a measure is stated, not coded. That a
campus is heard before something is taken from it is general law (L.121-1 and L.122-1 du code des relations entre le
public et l’administration).
"""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campaigns.models import Campaign, CampaignState
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core import mail
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.deliberation import rules
from cmq.deliberation.models import LabelMeasure, MeasureKind, MeasureState
from cmq.labels.models import Label, lasts_too_long

S = MeasureState

# The only changes of state that exist.
MOVES: dict[MeasureState, frozenset[MeasureState]] = {
    S.HEARING: frozenset({S.COLLEGE, S.DROPPED}),
    S.COLLEGE: frozenset({S.DECIDED, S.DROPPED}),
    S.DECIDED: frozenset({S.ADOPTED, S.COLLEGE, S.DROPPED}),
    S.ADOPTED: frozenset(),
    S.DROPPED: frozenset(),
}
LONGEST_TEXT = 10_000


@action
def propose_measure(
    campaign: Campaign,
    campus: Campus,
    *,
    kind: MeasureKind,
    reasons: str,
    legal_basis: str = "",
    until: dt.date | None = None,
    heard_until: dt.date,
    by: User,
    at: dt.datetime | None = None,
) -> LabelMeasure:
    """Propose a measure on a label that runs; the director of the campus is told, and heard until a day.

    Args:
        campaign: whose college decides.
        until: the last day that an extension would give; of a suspension, its last day, or None until it is lifted.
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_run(by))
    at = at or timezone.now()
    day = timezone.localdate(at)
    require(campaign.state == CampaignState.OPEN, "La campagne n’est pas ouverte : son collège ne décide pas.")
    require(campaign.is_demo == campus.is_demo, "La démonstration et les vrais labels ne se mélangent pas.")
    require(reasons.strip(), "Donnez les motifs de la mesure.")
    require(len(reasons) <= LONGEST_TEXT and len(legal_basis) <= 300, "Ce texte est trop long.")
    require(heard_until > day, "Laissez au campus un délai pour répondre : donnez une date à venir.")
    kind = MeasureKind(kind)
    _check_label(campus, kind, until, day)
    measure = LabelMeasure(campaign=campaign, campus=campus, kind=kind, until=until, heard_until=heard_until)
    measure.reasons, measure.legal_basis = reasons.strip(), one_line(legal_basis)
    measure.proposed_at, measure.proposed_by = at, by
    _save_once(measure)
    record(measure, "deliberation.propose_measure", f"Mesure envisagée : {measure}.", is_private=True)
    _tell(measure, "mail/measure_proposed", f"measure-proposed:{measure.pk}")
    return measure


@action
def answer_measure(
    measure: LabelMeasure, *, observations: str, by: User, at: dt.datetime | None = None
) -> LabelMeasure:
    """What the campus says of a measure, until the day it was given; it can be said anew until then.

    Raises `NotAllowed`, `Refusal`.
    """
    at = at or timezone.now()
    require_right(rules.can_answer(by, measure))
    measure = _locked(measure)
    require(measure.state == S.HEARING, "Les observations ne sont plus attendues.")
    until = measure.heard_until
    require(timezone.localdate(at) <= until, f"Les observations étaient attendues jusqu’au {until:%d/%m/%Y}.")
    require(observations.strip(), "Écrivez vos observations.")
    require(len(observations) <= LONGEST_TEXT, "Les observations dépassent 10 000 caractères.")
    measure.observations, measure.heard_at = observations.strip(), at
    measure.save(update_fields=["observations", "heard_at"])
    record(measure, "deliberation.answer_measure", f"Observations reçues : {measure}.", is_private=True)
    return measure


@action
def put_to_college(measure: LabelMeasure, *, by: User, at: dt.datetime | None = None) -> LabelMeasure:
    """Put a measure before the college, once the campus has answered or its delay is over.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_run(by))
    day = timezone.localdate(at or timezone.now())
    measure = _locked(measure)
    is_heard = measure.heard_at is not None or day > measure.heard_until
    require(
        measure.state != S.HEARING or is_heard,
        f"Le campus peut répondre jusqu’au {measure.heard_until:%d/%m/%Y} : le collège ne peut pas encore décider.",
    )
    return _move(measure, S.COLLEGE, f"Mesure présentée au collège : {measure}.")


@action
def drop_measure(measure: LabelMeasure, *, reason: str, by: User) -> LabelMeasure:
    """Give a measure up; the campus is told. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_run(by))
    reason = one_line(reason)
    require(reason, "Dites pourquoi la mesure est abandonnée.")
    require(len(reason) <= 300, "Le motif dépasse 300 caractères.")
    measure = _locked(measure)
    require(measure.state in (S.HEARING, S.COLLEGE), "Cette mesure n’est plus en discussion.")
    measure.dropped_because = reason
    measure.save(update_fields=["dropped_because"])
    measure = _move(measure, S.DROPPED, f"Mesure abandonnée : {measure}.")
    _tell(measure, "mail/measure_dropped", f"measure-dropped:{measure.pk}")
    return measure


@action
def settle_measure(measure: LabelMeasure, to: MeasureState) -> LabelMeasure:
    """Move a measure as its joint decision goes: decided, adopted, back to the college, dropped. Raises `Refusal`."""
    return _move(_locked(measure), to, f"Mesure {to.label.lower()} : {measure}.")


def _check_label(campus: Campus, kind: MeasureKind, until: dt.date | None, day: dt.date) -> None:
    """Refuse what would have no effect, or last longer than the law allows."""
    labels = Label.objects.filter(campus=campus)
    label = (labels.held_on(day) | labels.perhaps_held_on(day)).order_by("-starts_from").first()
    require(label is not None, f"{campus} ne tient pas de label aujourd’hui.")
    assert label is not None
    is_suspended = labels.suspended_on(day).exists()
    require(kind is not MeasureKind.SUSPENSION or not is_suspended, "Ce label est déjà suspendu.")
    require(kind is not MeasureKind.REINSTATEMENT or is_suspended, "Ce label n’est pas suspendu.")
    timed = (MeasureKind.EXTENSION, MeasureKind.SUSPENSION)
    require(until is None or kind in timed, "Cette mesure n’a pas de dernier jour.")
    require(until is None or until > day, "Le dernier jour est à venir.")
    if kind is MeasureKind.EXTENSION:
        require(until is not None, "Dites jusqu’à quel jour le label serait prolongé.")
        assert until is not None
        require(label.ends_by is None or until > label.ends_by, "Le label court déjà jusque-là.")
        require(
            not lasts_too_long(label.starts_by, until),
            "Le label durerait plus de cinq ans en tout (article D.335-34 du code de l’éducation).",
        )


def _move(measure: LabelMeasure, to: MeasureState, summary: str) -> LabelMeasure:
    before = MeasureState(measure.state)
    require(to in MOVES[before], f"La mesure est « {before.label} » : elle ne peut pas devenir « {to.label} ».")
    measure.state, measure.step = to, measure.step + 1
    measure.save(update_fields=["state", "step"])
    diff = {"state": [before.value, to.value]}
    record(measure, "deliberation.move_measure", summary, diff=diff, is_private=True)
    return measure


def _save_once(measure: LabelMeasure) -> None:
    try:
        with transaction.atomic():
            measure.save()
    except IntegrityError as error:
        raise Refusal("Une mesure de cette nature est déjà engagée pour ce campus.") from error


def _locked(measure: LabelMeasure) -> LabelMeasure:
    rows = LabelMeasure.objects.select_for_update(of=("self",)).select_related("campus", "campaign")
    return rows.get(pk=measure.pk)


def _tell(measure: LabelMeasure, template: str, key: str) -> None:
    directors = CampusMembership.objects.active(timezone.localdate()).filter(
        campus=measure.campus_id, role=CampusRole.DIRECTOR
    )
    for membership in directors.select_related("person"):
        if membership.person is not None:
            context = {
                "measure": measure,
                "person": membership.person,
                "link": f"{settings.SITE_URL}{measure.get_absolute_url()}",
                "site_url": settings.SITE_URL,
                "site_name": settings.SITE_NAME,
            }
            mail.post(membership.person.email, template, context, key=f"{key}:{membership.person_id}")
