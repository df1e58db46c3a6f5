"""When what the site shows last changed, as the change feed tells."""

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db.models import Max

from cmq.campuses.models import Campus, CampusArea, CampusFact, CampusLink, CampusName, Partnership
from cmq.core.models import Change
from cmq.labels.models import LabelDecision

_STATEMENTS: tuple[Any, ...] = (CampusFact, CampusName, CampusArea, Partnership, LabelDecision)


def of_campuses() -> dict[int, dt.datetime]:
    """When each campus, or a statement about it, last entered the feed: campus → instant."""
    last = {
        (model, key): at
        for model, key, at in Change.objects.exclude(key="").order_by().values_list("model", "key").annotate(Max("at"))
    }
    found: dict[int, dt.datetime] = defaultdict(lambda: dt.datetime.min.replace(tzinfo=dt.UTC))
    pairs = [(Campus._meta.label_lower, pk, pk) for pk in Campus.objects.order_by().values_list("pk", flat=True)]
    for model in _STATEMENTS:
        rows = model.objects.filter(campus__isnull=False).order_by().values_list("pk", "campus_id")
        pairs += [(model._meta.label_lower, pk, campus_id) for pk, campus_id in rows]
    for pk, one, other in CampusLink.objects.order_by().values_list("pk", "from_campus_id", "to_campus_id"):
        pairs += [(CampusLink._meta.label_lower, pk, one), (CampusLink._meta.label_lower, pk, other)]
    for name, pk, campus_id in pairs:
        at = last.get((name, str(pk)))
        if at:
            found[campus_id] = max(found[campus_id], at)
    return dict(found)
