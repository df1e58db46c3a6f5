"""The state of a campus's label on a day, told in SQL, for lists and facets."""

import datetime as dt

from django.db.models import Case, CharField, DateField, Exists, F, Max, OuterRef, Q, Subquery, TextChoices, Value, When
from django.db.models.functions import Cast

from cmq.campuses.models import Campus, CampusQuerySet
from cmq.labels.models import DecisionKind, Label, LabelDecision
from cmq.labels.rules import RENEWAL_MONTHS, months_after


class LabelState(TextChoices):
    """What the register can say of a campus's label on a day. Never more than its sources do."""

    CURRENT = "en-cours", "En cours"
    TO_RENEW = "a-renouveler", "À renouveler"
    EXPIRED = "expire", "Expiré"
    PROJECT = "en-creation", "En création"
    TO_CHECK = "a-verifier", "À vérifier"


def with_label_state(campuses: CampusQuerySet, *, on: dt.date) -> CampusQuerySet:
    """Each campus with `label_state` (a `LabelState` value) and `label_ends_on` (last certain day, or null).

    - current: a label with a known end covers the day; « to renew » when it ends within 18 months;
    - to check: a label began and no source tells whether it still runs, or the campus was seen after its known end;
    - expired: the last known end is past and nothing dated after it is known;
    - in project: no award is known yet, and a source presents a project.
    """
    labels = Label.objects.filter(campus=OuterRef("pk"))
    decisions = LabelDecision.objects.standing().filter(campus=OuterRef("pk"), decided_on__lte=on.isoformat())
    last_end = labels.order_by().values("campus").annotate(last=Max("ends_by")).values("last")
    return campuses.annotate(
        label_ends_on=Subquery(labels.held_on(on).order_by("-ends_from").values("ends_from")[:1]),
        _perhaps=Exists(labels.perhaps_held_on(on)),
        _begun=Exists(labels.filter(starts_from__lte=on)),
        _project=Exists(decisions.filter(kind=DecisionKind.PROJECT)),
        _last_end=Cast(Subquery(last_end, output_field=DateField()), CharField(max_length=10)),
    ).annotate(
        label_state=Case(
            When(label_ends_on__lte=months_after(on, RENEWAL_MONTHS), then=Value(LabelState.TO_RENEW)),
            When(label_ends_on__isnull=False, then=Value(LabelState.CURRENT)),
            When(_perhaps=True, then=Value(LabelState.TO_CHECK)),
            When(
                Q(_begun=True) & (Q(last_seen_on=None) | Q(last_seen_on__lte=F("_last_end"))),
                then=Value(LabelState.EXPIRED),
            ),
            When(_begun=False, _project=True, then=Value(LabelState.PROJECT)),
            default=Value(LabelState.TO_CHECK),
            output_field=CharField(max_length=16),
        )
    )


def state_of(campus: Campus, *, on: dt.date) -> LabelState:
    """The state of one campus."""
    return LabelState(with_label_state(Campus.objects.filter(pk=campus.pk), on=on).get().label_state)  # type: ignore[attr-defined]
