"""A table of trainings sent by a campus: read first, then its good rows written together, or none."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core.errors import require, require_right
from cmq.core.feed import action
from cmq.imports.models import TrainingImport
from cmq.imports.tables import MOST_BYTES, NamedFile
from cmq.imports.trainings import Understood, understand
from cmq.trainings import rules
from cmq.trainings.actions import Loaded, compare, load_trainings


def receive_trainings(
    campus: Campus, *, name: str, content: bytes, by: User, at: dt.datetime | None = None
) -> TrainingImport:
    """Keep a table with what it would do; nothing public changes. Raises `NotAllowed`, `Refusal` for no such table."""
    require_right(rules.can_edit(by, campus))
    require(len(content) <= MOST_BYTES, "Le fichier dépasse 5 Mo. Coupez-le, ou retirez-en les images.")
    file, at = NamedFile(name, content), at or timezone.now()
    understood = understand(file, campus, on=timezone.localdate(at))
    # What the same person sent before and left there is of no use any more.
    TrainingImport.objects.filter(campus=campus, uploaded_by=by, applied_at=None).delete()
    return TrainingImport.objects.create(
        campus=campus,
        name=file.short_name,
        content=content if understood.lines else b"",
        uploaded_by=by,
        uploaded_at=at,
        report=_report(campus, understood),
    )


@action
def apply_trainings(sent: TrainingImport, *, by: User, at: dt.datetime | None = None) -> Loaded:
    """Write the good rows of a table. Of two clicks at once, one succeeds.

    Raises `NotAllowed`, `Refusal`: also when the campus has changed since and fewer rows are good.
    """
    require_right(rules.can_edit(by, sent.campus))
    at = at or timezone.now()
    rows = TrainingImport.objects.select_for_update(of=("self",)).select_related("campus")
    sent = rows.get(pk=sent.pk)
    require(sent.applied_at is None, "Ce tableau est déjà inscrit.")
    require(sent.content, "Aucune ligne de ce tableau n’est bonne : corrigez-le et renvoyez-le.")
    on = timezone.localdate(at)
    understood = understand(NamedFile(sent.name, bytes(sent.content)), sent.campus, on=on)
    is_same = [number for number, _ in understood.lines] == [line["row"] for line in sent.report["lines"]]
    require(is_same, "Le campus a changé depuis cette lecture (membres, formations) : renvoyez le tableau.")
    lines = [terms for _, terms in understood.lines]
    loaded = load_trainings(sent.campus, lines=lines, source=f"Tableau « {sent.name} » du campus", by=by, on=on)
    sent.content, sent.applied_at = b"", at
    sent.save(update_fields=["content", "applied_at"])
    return loaded


def _report(campus: Campus, understood: Understood) -> dict[str, Any]:
    fates = compare(campus, [terms for _, terms in understood.lines])
    return {
        "lines": [
            {"row": number, "title": terms.title, "organisation": terms.organisation.name, "fate": fate.value}
            for (number, terms), (_, _, fate) in zip(understood.lines, fates, strict=True)
        ],
        "errors": [{"row": error.row, "column": error.column, "message": error.message} for error in understood.errors],
    }
