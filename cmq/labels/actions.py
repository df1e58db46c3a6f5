"""What happens to a label: decisions are recorded, matched, corrected; the periods follow."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from cmq.accounts.models import User
from cmq.campuses.actions import outdate_facts, state_fact, withdraw_fact
from cmq.campuses.models import Campus, CampusField, Category
from cmq.core import provenance
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.models import Reliability
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import UNKNOWN_ORIGIN, Origin
from cmq.core.text import one_line
from cmq.labels import rules
from cmq.labels.models import MAX_YEARS, DateNature, DecisionKind, Label, LabelDecision, LabelSuspension, Verification
from cmq.labels.reading import Period, Reading, read
from cmq.reference.models import Filiere, Region


@dataclass(frozen=True)
class Terms:
    """What a decision says, apart from whom it concerns and when. Unknown parts stay empty."""

    category: Category | str = ""
    duration_years: int | None = None
    act: str = ""
    nor: str = ""
    signed_on: PartialDate | None = None
    published_on: PartialDate | None = None
    notified_on: PartialDate | None = None
    starts_on: PartialDate | None = None
    ends_on: PartialDate | None = None
    date_nature: DateNature = DateNature.EVENT
    verification: Verification = Verification.READ

    def columns(self) -> dict[str, Any]:
        """As columns of `LabelDecision`."""
        return dict(vars(self))


@action
def record_decision(
    *,
    kind: DecisionKind,
    decided_on: PartialDate,
    campus: Campus | None = None,
    claimed_name: str = "",
    region: Region | None = None,
    filiere: Filiere | None = None,
    terms: Terms = Terms(),
    origin: Origin = UNKNOWN_ORIGIN,
    same_event_as: LabelDecision | None = None,
    by: User | None = None,
) -> LabelDecision:
    """Record a dated decision; with a campus, its periods under label follow at once.

    Without a campus the decision waits, under the name that the source gives, to be matched by a keeper. The same
    decision recorded again adds its sources; told otherwise it becomes a correction, and the old line stays.

    Without a source it is made by the procedure itself, and must fit what stands: an extension, a suspension, a
    lifting, a withdrawal or a refused renewal needs a label that runs, and nothing lasts more than five years
    (D.335-34). What a source tells is recorded as it tells it: see `review.oddities`.

    `by` is None for imports and for the procedure, which has checked who signs. Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.can_record(by))
    region = campus.region if campus else region
    require(region is not None, "Donnez la région.")
    decision = LabelDecision(
        campus=campus,
        claimed_name="" if campus else claimed_name.strip(),
        region=region,
        filiere=filiere or (campus.filiere if campus else None),
        kind=kind,
        decided_on=decided_on,
        same_event_as=same_event_as,
        **terms.columns(),
    )
    standing = _standing_twin(decision)
    if standing is not None and _says_the_same(standing, decision):
        if provenance.confirm(standing, origin):
            record(standing, "labels.confirm_decision", f"Décision confirmée : {_title(standing)}.")
        return standing
    decision.corrects = standing
    return _enter(decision, origin, by=by)


@action
def match_decision(decision: LabelDecision, campus: Campus, *, by: User) -> LabelDecision:
    """Say which campus an unnamed decision concerns: a new line with the campus, correcting the one without.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_record(by))
    decision = _locked(decision)
    require(decision.campus_id is None, "Cette décision a déjà son campus.")
    _require_standing(decision)
    require(campus.region_id == decision.region_id, "La décision concerne une autre région que celle du campus.")
    matched = _copy(decision)
    matched.campus, matched.claimed_name, matched.corrects = campus, "", decision
    return _enter(matched, _origin_of(decision), by=by)


@action
def correct_decision(
    decision: LabelDecision,
    *,
    kind: DecisionKind,
    decided_on: PartialDate,
    filiere: Filiere | None,
    terms: Terms,
    region: Region | None = None,
    origin: Origin = UNKNOWN_ORIGIN,
    by: User,
) -> LabelDecision:
    """Tell a decision otherwise: a new line that names the old one, which stays in the history.

    The dates that other sources give for the same event follow to the new line. `region` counts only for a decision
    that waits for its campus; otherwise it is the campus's. Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_record(by))
    decision = _locked(decision)
    _require_standing(decision)
    corrected = _copy(decision)
    corrected.kind, corrected.decided_on, corrected.filiere, corrected.corrects = kind, decided_on, filiere, decision
    if decision.campus_id is None and region is not None:
        corrected.region = region
    for column, value in terms.columns().items():
        setattr(corrected, column, value)
    same = all(
        getattr(decision, column) == getattr(corrected, column) for column in ("kind", "decided_on", "region_id")
    )
    same = same and _says_the_same(decision, corrected)
    require(not same, "Rien n’est changé : modifiez au moins une information.")
    corrected = _enter(corrected, origin, by=by)
    _follow_correction(decision, corrected, by=by)
    return corrected


@action
def complete_act(
    decision: LabelDecision,
    *,
    act: str = "",
    nor: str = "",
    signed_on: PartialDate | None = None,
    published_on: PartialDate | None = None,
    notified_on: PartialDate | None = None,
    by: User | None,
) -> LabelDecision:
    """Add what was not known yet of the act that carries a decision out, as it arrives: a new line with it.

    Args:
        decision: any line of the decision; the last one is completed.
        by: None for the procedure.
    Returns the standing line, the same one when nothing was new. Raises `NotAllowed`, and `Refusal` when something
    else is known already: that takes a correction.
    """
    require_right(by is None or rules.can_record(by))
    standing = _locked(rules.standing_of(decision))
    _require_standing(standing)
    given = {
        "act": act.strip(),
        "nor": nor.strip().upper(),
        "signed_on": signed_on,
        "published_on": published_on,
        "notified_on": notified_on,
    }
    news = {name: value for name, value in given.items() if value and getattr(standing, name) != value}
    for name in news:
        known, label = getattr(standing, name), LabelDecision._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        require(not known, f"« {label} » est déjà connu : {known}. S’il est faux, corrigez la décision.")
    if not news:
        return standing
    completed = _copy(standing)
    completed.corrects = standing
    for name, value in news.items():
        setattr(completed, name, value)
    completed = _enter(completed, _origin_of(standing), by=by)
    _follow_correction(standing, completed, by=by)
    return completed


@action
def void_decision(decision: LabelDecision, *, reason: str, by: User) -> LabelDecision:
    """Void a line that was entered by mistake: a new line says so, with the reason; both stay in the history.

    What was decided is never voided: a label that stops early is withdrawn or ended. Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_record(by))
    reason = one_line(reason)
    require(reason, "Dites pourquoi cette ligne est une erreur.")
    require(len(reason) <= 300, "Le motif dépasse 300 caractères.")
    decision = _locked(decision)
    _require_standing(decision)
    require(
        not LabelDecision.objects.standing().filter(same_event_as=decision).exists(),
        "D’autres lignes donnent une autre date à ce même événement : annulez-les d’abord.",
    )
    voiding = _copy(decision)
    voiding.corrects, voiding.is_void, voiding.void_reason = decision, True, reason
    provenance.state(voiding, _origin_of(decision))
    record(voiding, "labels.void_decision", f"Ligne annulée : {_title(decision)}. Motif : {reason}")
    if decision.campus is not None:
        rebuild_labels(decision.campus)
        _forget_category(decision, by=by)
    return voiding


@action
def rebuild_labels(campus: Campus) -> Reading:
    """Derive the periods of a campus again from its standing decisions."""
    campus = Campus.objects.select_for_update().get(pk=campus.pk)
    reading = read(list(campus.decisions.standing().select_related("corrects")))
    Label.objects.filter(campus=campus).delete()
    for period in reading.periods:
        _derive(campus, period)
    return reading


def _derive(campus: Campus, period: Period) -> None:
    label = Label.objects.create(
        campus=campus,
        decision=period.decision,
        original=rules.original_of(period.decision),
        category=period.category,
        starts_from=period.starts_from,
        starts_by=period.starts_by,
        ends_from=period.ends_from,
        ends_by=period.ends_by,
        end_is_computed=period.end_is_computed,
        extended_by=period.extended_by,
        closed_by=period.closed_by,
        not_renewed_by=period.not_renewed_by,
    )
    LabelSuspension.objects.bulk_create(LabelSuspension(label=label, **vars(each)) for each in period.suspensions)


def _locked(decision: LabelDecision) -> LabelDecision:
    """The line, locked: of two corrections at once, the second must see the first."""
    return LabelDecision.objects.select_for_update().get(pk=decision.pk)


def _require_standing(decision: LabelDecision) -> None:
    require(not decision.is_void, "Cette ligne a été annulée : inscrivez une nouvelle décision.")
    require(not LabelDecision.objects.filter(corrects=decision).exists(), "Cette décision a déjà été corrigée.")


def _standing_twin(decision: LabelDecision) -> LabelDecision | None:
    return (
        LabelDecision.objects.standing()
        .filter(
            campus=decision.campus,
            claimed_name=decision.claimed_name,
            region=decision.region,
            kind=decision.kind,
            decided_on=decision.decided_on,
        )
        .first()
    )


def _follow_correction(old: LabelDecision, new: LabelDecision, *, by: User | None) -> None:
    for other in LabelDecision.objects.standing().filter(same_event_as=old):
        follower = _copy(other)
        follower.same_event_as, follower.corrects = new, other
        _enter(follower, _origin_of(other), by=by)


def _says_the_same(one: LabelDecision, other: LabelDecision) -> bool:
    columns = [*Terms().columns(), "same_event_as_id", "filiere_id"]
    return all(getattr(one, column) == getattr(other, column) for column in columns)


def _enter(decision: LabelDecision, origin: Origin, *, by: User | None) -> LabelDecision:
    try:
        decision.clean_fields(exclude=["campus", "corrects", "same_event_as"])
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error
    years = decision.duration_years
    is_lawful = years is None or 1 <= years <= MAX_YEARS
    require(is_lawful, "Un label dure de un à cinq ans (article D.335-34 du code de l’éducation).")
    starts, ends = decision.starts_on, decision.ends_on
    if starts is None and decision.kind != DecisionKind.NOT_RENEWED:
        starts = decision.decided_on
    require(not (starts and ends) or starts.first <= ends.last, "La fin du label précède son début.")
    provenance.state(decision, origin)
    verb = "corrigée" if decision.corrects_id else "inscrite"
    record(decision, "labels.record_decision", f"Décision {verb} : {_title(decision)}.")
    if decision.campus is not None:
        _require_fit(decision, origin, rebuild_labels(decision.campus))
        if decision.category:
            _state_category(decision, origin)
    return decision


def _require_fit(decision: LabelDecision, origin: Origin, reading: Reading) -> None:
    """What the procedure decides must fit what stands. A source is believed; of more than five years, with its act."""
    why = reading.idle.get(decision.pk)
    require(origin.sources or why is None, f"Cette décision n’aurait pas d’effet : {why}.")
    is_too_long = any(
        period.is_too_long and decision in (period.decision, period.extended_by) for period in reading.periods
    )
    require(
        not is_too_long or (origin.sources and decision.act),
        "Le label durerait plus de cinq ans en tout (article D.335-34 du code de l’éducation). Si un acte en décide "
        "autrement, citez-le avec sa source.",
    )


def _state_category(decision: LabelDecision, origin: Origin) -> None:
    """The category is that of the last decision which gives one; what sources said before that day is of the past."""
    assert decision.campus is not None
    campus = decision.campus
    last = max(campus.decisions.standing().exclude(category=""), key=lambda each: (each.effective_on.iso, each.pk))
    if last.pk != decision.pk:
        return
    observed = Origin(origin.sources, decision.effective_on, origin.reliability, origin.is_deduced)
    state_fact(campus, field=CampusField.CATEGORY, value=decision.category, origin=observed)
    outdate_facts(
        campus,
        field=CampusField.CATEGORY,
        but=decision.category,
        before=decision.effective_on,
        reason=f"remplacé par la décision du {decision.effective_on}",
    )


def _forget_category(decision: LabelDecision, *, by: User) -> None:
    """Withdraw the category that only a voided decision gave, and say again that of the last one that stands."""
    assert decision.campus is not None
    campus, sources = decision.campus, set(decision.sources.all())
    for fact in campus.facts.standing().filter(
        field=CampusField.CATEGORY, value=decision.category, observed_on=decision.effective_on
    ):
        if sources.issuperset(fact.sources.all()):
            withdraw_fact(fact, reason=f"ligne annulée : {decision}", by=by)
    standing = campus.decisions.standing().exclude(category="")
    last = max(standing, key=lambda each: (each.effective_on.iso, each.pk), default=None)
    if decision.category and last is not None:
        _state_category(last, _origin_of(last))


def _title(decision: LabelDecision) -> str:
    return f"{decision.campus or decision.claimed_name} – {decision}"


def _copy(decision: LabelDecision) -> LabelDecision:
    copied = LabelDecision.objects.get(pk=decision.pk)
    copied.pk, copied._state.adding = None, True
    return copied


def _origin_of(decision: LabelDecision) -> Origin:
    return Origin(
        tuple(decision.sources.all()),
        decision.observed_on,
        Reliability(decision.reliability),
        decision.is_deduced,
        decision.note,
    )
