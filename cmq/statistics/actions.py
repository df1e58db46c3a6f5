"""The balance made again; the filières of jobs said otherwise."""

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record, record_bulk
from cmq.core.locks import in_turn
from cmq.core.models import Source
from cmq.core.text import one_line
from cmq.reference.models import Filiere
from cmq.statistics import rules
from cmq.statistics.gathering import gather
from cmq.statistics.models import BalanceCell, BalanceRun, CodeList, FiliereJobs

_SHIPPED = Path(__file__).resolve().parent / "data" / "rapprochement.csv"
SHIPPED_ON = dt.date(2026, 11, 28)
SOURCE_TITLE = "Rapprochement des métiers et des filières, proposé par la plateforme (28 novembre 2026)"
_SHIPPED_REASON = "Lecture de la plateforme : aucune table officielle ne relie ces métiers aux douze filières."
KEEPERS_TITLE = "Rapprochement des métiers et des filières, décision des gardiens du registre"
_LONGEST = {CodeList.FAP: 6, CodeList.ROME: 5}


@action
def load_jobs() -> int:
    """Enter the shipped rows where there are none yet; how many were entered. What keepers decided is left alone."""
    if FiliereJobs.objects.exists():
        return 0
    source, _ = Source.objects.get_or_create(title=SOURCE_TITLE, url="")
    filieres = dict(Filiere.objects.values_list("slug", "pk"))
    with _SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [
            FiliereJobs(
                code_list=row["nomenclature"],
                prefix=row["debut"],
                filiere_id=filieres[row["filiere"]] if row["filiere"] else None,
                since=SHIPPED_ON,
                reason=_SHIPPED_REASON,
                source=source,
            )
            for row in csv.DictReader(file)
        ]
    made = FiliereJobs.objects.bulk_create(rows)
    _say_loaded(made)
    return len(made)


def _say_loaded(made: Sequence[FiliereJobs]) -> None:
    keys = [row.pk for row in made]
    summary = f"Rapprochement des métiers et des filières : {len(made)} lignes."
    record_bulk(model=FiliereJobs, count=len(made), first=keys[0], last=keys[-1], summary=summary)


@action
def set_jobs(
    code_list: CodeList,
    prefix: str,
    *,
    filieres: Sequence[Filiere],
    is_outside: bool = False,
    reason: str,
    by: User | None,
    at: dt.datetime | None = None,
) -> None:
    """Say which filières the jobs of this beginning are of; the rows that said otherwise end that day.

    With no filière and not outside, the beginning is forgotten: a shorter one decides. The balance is made again.
    Raises `NotAllowed`, and `Refusal` for what cannot be.
    """
    require_right(by is None or rules.can_set_jobs(by))
    at = at or timezone.now()
    prefix, reason, on = prefix.strip().upper(), one_line(reason)[:300], timezone.localdate(at)
    _check(code_list, prefix, reason)
    require(not (filieres and is_outside), "Des métiers sont hors des filières, ou de certaines : pas les deux.")
    held = FiliereJobs.objects.filter(code_list=code_list, prefix=prefix, until=None)
    require(filieres or is_outside or held.exists(), "Rien n’est dit de ce début de code : il n’y a rien à oublier.")
    before = sorted(str(row.filiere or "hors filières") for row in held.select_related("filiere"))
    held.update(until=on)
    source, _ = Source.objects.get_or_create(title=KEEPERS_TITLE, url="")
    wanted: list[Filiere | None] = [*filieres] or ([None] if is_outside else [])
    rows = [
        FiliereJobs(
            code_list=code_list,
            prefix=prefix,
            filiere=each,
            since=on,
            reason=reason,
            source=source,
            decided_by=by,
        )
        for each in wanted
    ]
    FiliereJobs.objects.bulk_create(rows)
    after = [str(each or "hors filières") for each in wanted]
    subject = rows[0] if rows else FiliereJobs.objects.filter(code_list=code_list, prefix=prefix).latest("pk")
    said = f"{CodeList(code_list).label} {prefix} : {', '.join(after) or 'oublié'}. {reason}"
    record(subject, "statistics.set_jobs", said, diff={"filieres": [before, after]})
    refresh(at=at)


def _check(code_list: CodeList, prefix: str, reason: str) -> None:
    """Raise `Refusal` for what is no beginning of a code, or no reason."""
    shape = prefix.isalnum() and prefix.isascii() and prefix[:1].isalpha() and len(prefix) <= _LONGEST[code_list]
    require(shape, "Un début de code commence par une lettre, suivie de lettres ou de chiffres : J15, T2A60.")
    require(reason, "Dites pourquoi : le motif est publié avec le rapprochement.")


@action
def refresh(*, at: dt.datetime | None = None) -> int:
    """Make all the cells again, of the register and of the demonstration; how many there are."""
    # Of two at once, each would remove what it sees of the former cells, and both write theirs.
    in_turn("statistics.refresh")
    at, total = at or timezone.now(), 0
    for is_demo in (False, True):
        run, cells = gather(is_demo=is_demo, at=at)
        BalanceCell.objects.filter(is_demo=is_demo).delete()
        BalanceRun.objects.filter(is_demo=is_demo).delete()
        if not cells and is_demo:
            continue
        run.save()
        BalanceCell.objects.bulk_create(cells, batch_size=500)
        total += len(cells)
    summary = f"Bilan besoins–offre calculé : {total} cases."
    record_bulk(model=BalanceCell, count=total, first=0, last=total, summary=summary)
    return total


def is_fresh(at: dt.datetime) -> bool:
    """Whether the cells were made less than a day before."""
    return BalanceRun.objects.filter(is_demo=False, computed_at__gt=at - dt.timedelta(days=1)).exists()
