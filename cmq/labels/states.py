"""The state of a campus's label on a day, told in SQL, for lists and facets."""

import datetime as dt

from django.db.models import Case, CharField, DateField, Exists, F, Max, OuterRef, Q, Subquery, TextChoices, Value, When
from django.db.models.functions import Cast, Coalesce

from cmq.campuses.models import Campus, CampusQuerySet
from cmq.core.days import months_after
from cmq.labels.models import DecisionKind, Label, LabelDecision
from cmq.labels.rules import RENEWAL_MONTHS


class LabelState(TextChoices):
    """What the register can say of a campus's label on a day. Never more than its sources do."""

    CURRENT = "en-cours", "En cours"
    TO_RENEW = "a-renouveler", "À renouveler"
    SUSPENDED = "suspendu", "Suspendu"
    EXPIRED = "expire", "Expiré"
    WITHDRAWN = "retire", "Retiré"
    ENDED = "termine", "Terminé"
    PROJECT = "en-creation", "En création"
    TO_CHECK = "a-verifier", "À vérifier"


def with_label_state(campuses: CampusQuerySet, *, on: dt.date) -> CampusQuerySet:
    """Each campus with `label_state` (a `LabelState` value) and `label_ends_on` (last certain day, or null).

    - suspended: a label is held and for certain suspended that day;
    - current: a label with a known end covers the day; « to renew » when it ends within 18 months and no decision has
      refused its renewal;
    - to check: a label began and no source tells whether it still runs, or the campus was seen after its known end;
    - withdrawn, ended: a decision says so, and nothing began after it;
    - expired: the last known end is past and nothing dated after it is known, or its renewal was refused;
    - in project: no award is known yet, and a source presents a project.
    """
    labels = Label.objects.filter(campus=OuterRef("pk"))
    decisions = LabelDecision.objects.standing().filter(campus=OuterRef("pk"), decided_on__lte=on.isoformat())
    closing = decisions.filter(kind__in=[DecisionKind.ENDED, DecisionKind.WITHDRAWN]).order_by("-decided_on", "-pk")
    last_end = labels.order_by().values("campus").annotate(last=Max("ends_by")).values("last")
    begun = labels.filter(starts_from__lte=on).order_by("-starts_from")
    return campuses.annotate(
        label_ends_on=Subquery(labels.held_on(on).order_by("-ends_from").values("ends_from")[:1]),
        _suspended=Exists(labels.suspended_on(on)),
        _perhaps=Exists(labels.perhaps_held_on(on)),
        _begun=Exists(begun),
        _project=Exists(decisions.filter(kind=DecisionKind.PROJECT)),
        # What the last label knows of its end; for a campus whose award no source dates, the decision alone.
        _refused=Subquery(begun.values(said=_said_by("not_renewed_by", on))[:1]),
        _closed=Coalesce(
            Subquery(begun.values(said=_said_by("closed_by", on))[:1]), Subquery(closing.values("kind")[:1])
        ),
        _last_end=Cast(Subquery(last_end, output_field=DateField()), CharField(max_length=10)),
    ).annotate(label_state=_state(on))


def _said_by(decision: str, on: dt.date) -> Case:
    """The kind of a decision that a label names, once it is taken; empty before, and for none."""
    return Case(
        When(**{f"{decision}__decided_on__lte": on.isoformat(), "then": F(f"{decision}__kind")}),
        default=Value(""),
        output_field=CharField(max_length=16),
    )


def _state(on: dt.date) -> Case:
    is_over = Q(last_seen_on=None) | Q(last_seen_on__lte=F("_last_end")) | Q(_refused=DecisionKind.NOT_RENEWED)
    return Case(
        When(_suspended=True, then=Value(LabelState.SUSPENDED)),
        When(label_ends_on__gt=months_after(on, RENEWAL_MONTHS), then=Value(LabelState.CURRENT)),
        When(label_ends_on__isnull=False, _refused=DecisionKind.NOT_RENEWED, then=Value(LabelState.CURRENT)),
        When(label_ends_on__isnull=False, then=Value(LabelState.TO_RENEW)),
        When(_perhaps=True, then=Value(LabelState.TO_CHECK)),
        When(_closed=DecisionKind.WITHDRAWN, then=Value(LabelState.WITHDRAWN)),
        When(_closed=DecisionKind.ENDED, then=Value(LabelState.ENDED)),
        When(Q(_begun=True) & is_over, then=Value(LabelState.EXPIRED)),
        When(_begun=False, _project=True, then=Value(LabelState.PROJECT)),
        default=Value(LabelState.TO_CHECK),
        output_field=CharField(max_length=16),
    )


def state_of(campus: Campus, *, on: dt.date) -> LabelState:
    """The state of one campus."""
    return LabelState(with_label_state(Campus.objects.filter(pk=campus.pk), on=on).get().label_state)  # type: ignore[attr-defined]
