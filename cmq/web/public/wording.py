"""What the state of a label means for one campus, in one French sentence."""

import datetime as dt
from collections.abc import Sequence

from cmq.campuses.models import Campus
from cmq.core.partial_dates import PartialDate
from cmq.labels.models import Label
from cmq.labels.states import LabelState


def state_of(campus: Campus) -> LabelState:
    """The state that `with_label_state` annotated."""
    return LabelState(campus.label_state)  # type: ignore[attr-defined]


def explain(campus: Campus, labels: Sequence[Label], *, on: dt.date) -> str:
    """Why the register gives this state on that day. `labels` oldest first; `campus` bears its annotated state."""
    state = state_of(campus)
    begun = [label for label in labels if label.starts_from <= on]
    if state in (LabelState.CURRENT, LabelState.TO_RENEW):
        return _held(state, campus.label_ends_on, begun)  # type: ignore[attr-defined]
    if state is LabelState.EXPIRED:
        return (
            f"La dernière période connue a pris fin au plus tard le {_day(_last_end(begun))}, et aucune source "
            "plus récente ne montre le campus actif."
        )
    if state is LabelState.PROJECT:
        return "Une source présente un projet de campus ; aucune attribution du label n’est connue."
    return _to_check(campus, begun, on)


def _held(state: LabelState, ends_on: dt.date, labels: Sequence[Label]) -> str:
    label = next(label for label in reversed(labels) if label.ends_from == ends_on)
    computed = " (fin calculée : date de la décision plus durée)" if label.end_is_computed else ""
    sentence = f"Une décision connue donne le label au moins jusqu’au {_day(ends_on)}{computed}"
    return f"{sentence} : c’est dans moins de dix-huit mois." if state is LabelState.TO_RENEW else f"{sentence}."


def _to_check(campus: Campus, labels: Sequence[Label], on: dt.date) -> str:
    if not labels:
        return (
            "Aucune décision datée qui attribue le label n’a été trouvée : le campus existe selon ses sources, "
            "son label reste à vérifier."
        )
    latest = labels[-1]
    is_over = latest.ends_by is not None and latest.ends_by < on
    if latest.ends_from is None and not is_over:
        return (
            f"Un label a commencé {_began(latest)}, mais aucune source trouvée ne donne sa durée ni sa fin : "
            "il court peut-être encore."
        )
    if latest.ends_from is not None and latest.ends_by is not None and not is_over:
        ends = f"entre le {_day(latest.ends_from)} et le {_day(latest.ends_by)}"
        return f"La fin du label n’est connue qu’à peu près : {ends}."
    seen = f" (dernière trace : {campus.last_seen_on})" if campus.last_seen_on else ""
    return (
        f"La dernière période connue a pris fin au plus tard le {_day(_last_end(labels))}, mais le campus a été "
        f"vu actif depuis{seen} : un renouvellement est possible, aucune source trouvée ne le donne."
    )


def _last_end(labels: Sequence[Label]) -> dt.date:
    return max(label.ends_by for label in labels if label.ends_by)


def _began(label: Label) -> str:
    if label.starts_from == label.starts_by:
        return f"le {_day(label.starts_from)}"
    return f"entre le {_day(label.starts_from)} et le {_day(label.starts_by)}"


def _day(day: dt.date) -> str:
    return str(PartialDate.of(day))
