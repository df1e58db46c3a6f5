"""Publication: what was decided enters the register, and only then does anything public change."""

import datetime as dt
from collections.abc import Callable, Iterable

from django.conf import settings
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.moves import move
from cmq.applications.actions.submission import signers_of
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.awards import rules
from cmq.awards.models import DecisionState, JointDecision, MinisterialOrder, RegisterEntry
from cmq.campuses.actions import link_campuses, state_fact
from cmq.campuses.models import Campus, CampusField, CampusMembership, CampusRole, LinkKind
from cmq.core import mail
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, change_set, record
from cmq.core.models import Reliability, Source
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.deliberation.actions.measures import settle_measure
from cmq.deliberation.models import LabelMeasure, MeasureKind, MeasureState, Outcome
from cmq.labels.actions import Terms, complete_act, record_decision
from cmq.labels.models import DecisionKind, Label, LabelDecision

_FILE_GOES_TO = {
    Outcome.GRANTED: ApplicationState.AWARDED,
    Outcome.DEFERRED: ApplicationState.DEFERRED,
    Outcome.REFUSED: ApplicationState.REFUSED,
}
_MEASURE_GOES_TO = {
    Outcome.GRANTED: MeasureState.ADOPTED,
    Outcome.DEFERRED: MeasureState.COLLEGE,
    Outcome.REFUSED: MeasureState.DROPPED,
}
_OF_MEASURE = {
    MeasureKind.EXTENSION: DecisionKind.EXTENDED,
    MeasureKind.SUSPENSION: DecisionKind.SUSPENDED,
    MeasureKind.REINSTATEMENT: DecisionKind.RESTORED,
    MeasureKind.WITHDRAWAL: DecisionKind.WITHDRAWN,
    MeasureKind.NON_RENEWAL: DecisionKind.NOT_RENEWED,
}


@action
def publish(decision: JointDecision, *, by: User, at: dt.datetime | None = None) -> JointDecision:
    """Publish a signed decision. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_decide(by))
    return enter_and_publish(decision, by=by, at=at or timezone.now())


def publish_many(
    decisions: Iterable[JointDecision], *, by: User, at: dt.datetime | None = None
) -> list[tuple[JointDecision, str]]:
    """Publish several decisions together; each with the sentence of its refusal, empty when it was published.

    One that is refused does not hold the others back. Raises `NotAllowed`.
    """
    require_right(rules.can_decide(by))
    at = at or timezone.now()
    report = []
    with change_set(by=by.pk):
        for decision in decisions:
            try:
                report.append((publish(decision, by=by, at=at), ""))
            except Refusal as refusal:
                report.append((decision, str(refusal)))
    return report


def enter_and_publish(decision: JointDecision, *, by: User, at: dt.datetime) -> JointDecision:
    """Enter a signed decision in the register and tell whom it concerns; within an action, rights checked."""
    related = ("item__meeting__campaign", "item__application__campus", "item__measure__campus", "filiere")
    decision = JointDecision.objects.select_for_update(of=("self",)).select_related(*related).get(pk=decision.pk)
    require(decision.state != DecisionState.PUBLISHED, f"La décision {decision.number} est déjà publiée.")
    require(decision.state == DecisionState.SIGNED, f"La décision {decision.number} attend encore des signatures.")
    decision.state, decision.published_at = DecisionState.PUBLISHED, at
    decision.save(update_fields=["state", "published_at"])
    outcome, item = Outcome(decision.outcome), decision.item
    if item.application is not None:
        move(item.application, _FILE_GOES_TO[outcome], by=by, at=at, reason=decision.reasons)
    elif item.measure is not None:
        settle_measure(item.measure, _MEASURE_GOES_TO[outcome])
    for entry in _enter(decision):
        RegisterEntry.objects.create(decision=decision, label_decision=entry)
    for order in decision.orders.all():
        carry_into_register(order, decision)
    record(decision, "awards.publish", f"Décision conjointe {decision.number} publiée.", is_private=True)
    _tell(decision)
    return decision


def carry_into_register(order: MinisterialOrder, decision: JointDecision) -> None:
    """Complete the register’s lines of a decision with what is known of the act that carries it out."""
    for entry in decision.entries.select_related("label_decision"):
        complete_act(
            entry.label_decision,
            act=order.number,
            nor=order.nor,
            signed_on=PartialDate.of(order.signed_on) if order.signed_on else None,
            published_on=PartialDate.of(order.published_on) if order.published_on else None,
            notified_on=PartialDate.of(order.notified_on) if order.notified_on else None,
            by=None,
        )


def _enter(decision: JointDecision) -> list[LabelDecision]:
    item, granted = decision.item, decision.outcome == Outcome.GRANTED
    if item.measure is not None:
        return [_line(decision, item.measure.campus, _OF_MEASURE[MeasureKind(item.measure.kind)])] if granted else []
    assert item.application is not None
    kind = ApplicationKind(item.application.kind)
    if not granted:
        # A refusal of a first request concerns nobody but the campus; a label that is not renewed is a public fact.
        refused_renewal = decision.outcome == Outcome.REFUSED and kind is ApplicationKind.RENEWAL
        holds = Label.objects.held_on(_day(decision)).filter(campus=item.campus).exists()
        return [_line(decision, item.campus, DecisionKind.NOT_RENEWED)] if refused_renewal and holds else []
    return _BY_KIND[kind](decision, item.application)


def _award(decision: JointDecision, application: LabelApplication) -> list[LabelDecision]:
    kinds = {
        ApplicationKind.FIRST: DecisionKind.AWARDED,
        ApplicationKind.RENEWAL: DecisionKind.RENEWED,
        ApplicationKind.RAISE: DecisionKind.RAISED,
    }
    entered = [_line(decision, application.campus, kinds[ApplicationKind(application.kind)])]
    _state_filiere(decision, application.campus)
    return [*entered, *_rename(decision, application.campus)]


def _change(decision: JointDecision, application: LabelApplication) -> list[LabelDecision]:
    entered = _rename(decision, application.campus)
    if application.territory or not entered:
        entered.append(_line(decision, application.campus, DecisionKind.PERIMETER))
    return entered


def _merge(decision: JointDecision, application: LabelApplication) -> list[LabelDecision]:
    campus, entered = application.campus, []
    for absorbed in application.absorbed.all():
        entered += [_line(decision, absorbed, kind) for kind in (DecisionKind.MERGED, DecisionKind.ENDED)]
        link_campuses(absorbed, campus, kind=LinkKind.MERGED_INTO, origin=_origin(decision))
    held = Label.objects.filter(campus=campus).exists()
    entered.append(_line(decision, campus, DecisionKind.RENEWED if held else DecisionKind.AWARDED))
    _state_filiere(decision, campus)
    return [*entered, *_rename(decision, campus)]


def _end(decision: JointDecision, application: LabelApplication) -> list[LabelDecision]:
    return [_line(decision, application.campus, DecisionKind.ENDED)]


_BY_KIND: dict[ApplicationKind, Callable[[JointDecision, LabelApplication], list[LabelDecision]]] = {
    ApplicationKind.FIRST: _award,
    ApplicationKind.RENEWAL: _award,
    ApplicationKind.RAISE: _award,
    ApplicationKind.CHANGE: _change,
    ApplicationKind.MERGER: _merge,
    ApplicationKind.END: _end,
}


def _rename(decision: JointDecision, campus: Campus) -> list[LabelDecision]:
    if decision.name == campus.name:
        return []
    renamed = _line(decision, campus, DecisionKind.RENAMED)
    state_fact(campus, field=CampusField.NAME, value=decision.name, origin=_origin(decision))
    return [renamed]


def _state_filiere(decision: JointDecision, campus: Campus) -> None:
    if decision.filiere is not None:
        state_fact(campus, field=CampusField.FILIERE, value=decision.filiere.name, origin=_origin(decision))


def _line(decision: JointDecision, campus: Campus, kind: DecisionKind) -> LabelDecision:
    carries = kind.opens_label
    terms = Terms(
        category=decision.category if carries else "",
        duration_years=decision.duration_years if carries else None,
        starts_on=PartialDate.of(decision.starts_on) if decision.starts_on else None,
        ends_on=PartialDate.of(decision.ends_on) if decision.ends_on and _has_end(kind) else None,
    )
    said = {
        "campus": campus,
        "kind": kind,
        "decided_on": PartialDate.of(_day(decision)),
        "filiere": decision.filiere if carries else None,
        "terms": terms,
    }
    # First without a source, as the procedure’s own act, which must fit what stands; then with the decision as source.
    record_decision(**said)  # type: ignore[arg-type]
    return record_decision(**said, origin=_origin(decision))  # type: ignore[arg-type]


def _has_end(kind: DecisionKind) -> bool:
    return kind.opens_label or kind in (DecisionKind.EXTENDED, DecisionKind.SUSPENDED)


def _origin(decision: JointDecision) -> Origin:
    fictional = " (fictive)" if decision.item.campus.is_demo else ""
    day = PartialDate.of(_day(decision))
    source, _ = Source.objects.get_or_create(
        title=f"Décision conjointe n° {decision.number} du {day}{fictional}", url="", defaults={"published_on": day}
    )
    return Origin(sources=(source,), observed_on=day, reliability=Reliability.HIGH)


def _day(decision: JointDecision) -> dt.date:
    assert decision.signed_at is not None
    return timezone.localdate(decision.signed_at)


def _tell(decision: JointDecision) -> None:
    subject = decision.item.subject
    campus = decision.item.campus
    directors = CampusMembership.objects.active(timezone.localdate()).filter(campus=campus, role=CampusRole.DIRECTOR)
    people = {each.person_id: each.person for each in directors.select_related("person") if each.person}
    if isinstance(subject, LabelApplication):
        people |= {person.pk: person for person in signers_of(subject)}
    link = subject.get_absolute_url() if isinstance(subject, LabelApplication | LabelMeasure) else ""
    for pk, person in people.items():
        context = {
            "decision": decision,
            "person": person,
            "link": f"{settings.SITE_URL}{link}",
            "site_url": settings.SITE_URL,
            "site_name": settings.SITE_NAME,
        }
        mail.post(person.email, "mail/decision_published", context, key=f"decision-published:{decision.pk}:{pk}")
