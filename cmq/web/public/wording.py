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
    if state is LabelState.SUSPENDED:
        return _suspended(begun, on)
    if state in (LabelState.WITHDRAWN, LabelState.ENDED):
        return _closed(state, begun)
    if state is LabelState.EXPIRED and begun[-1].not_renewed_by:
        return (
            f"Le label a pris fin au plus tard le {_day(_last_end(begun))}, et son renouvellement a été refusé : "
            f"décision du {begun[-1].not_renewed_by.decided_on}."
        )
    if state is LabelState.EXPIRED:
        return (
            f"La dernière période connue a pris fin au plus tard le {_day(_last_end(begun))}, et aucune source "
            "plus récente ne montre le campus actif."
        )
    if state is LabelState.PROJECT:
        return "Une source présente un projet de campus ; aucune attribution du label n’est connue."
    return _to_check(campus, begun, on)


def remarks(labels: Sequence[Label]) -> list[str]:
    """What a reader must know of the labels of a campus: what their decisions say against the law."""
    return [
        f"Le label commencé {_began(label)} durerait, d’après ses sources, jusqu’au {_day(label.ends_from)} : plus de "
        "cinq ans, que l’article D.335-34 du code de l’éducation ne permet pas."
        for label in labels
        if label.is_too_long and label.ends_from
    ]


def _held(state: LabelState, ends_on: dt.date, labels: Sequence[Label]) -> str:
    label = next(label for label in reversed(labels) if label.ends_from == ends_on)
    computed = " (fin calculée : date de la décision plus durée)" if label.end_is_computed else ""
    extended = ", après prolongation" if label.extended_by_id else ""
    sentence = f"Une décision connue donne le label au moins jusqu’au {_day(ends_on)}{extended}{computed}"
    if label.not_renewed_by:
        return f"{sentence} ; une décision du {label.not_renewed_by.decided_on} refuse de le renouveler ensuite."
    return f"{sentence} : c’est dans moins de dix-huit mois." if state is LabelState.TO_RENEW else f"{sentence}."


def _suspended(labels: Sequence[Label], on: dt.date) -> str:
    label = next(label for label in reversed(labels) if label.contains(on))
    pause = next(pause for pause in reversed(label.suspensions.all()) if pause.starts_by <= on)
    until = f" Il prend fin au plus tôt le {_day(label.ends_from)}." if label.ends_from else ""
    return (
        f"Le label est suspendu depuis le {pause.decision.effective_on} : le campus le garde, sans pouvoir s’en "
        f"prévaloir tant que la suspension n’est pas levée.{until}"
    )


def _closed(state: LabelState, labels: Sequence[Label]) -> str:
    closing = labels[-1].closed_by if labels else None
    when = f" : elle prend effet le {closing.effective_on}" if closing else ""
    what = "a retiré le label" if state is LabelState.WITHDRAWN else "a mis fin au label"
    return f"Une décision {what}{when}. Aucune décision connue ne l’a attribué depuis."


def _to_check(campus: Campus, labels: Sequence[Label], on: dt.date) -> str:
    if not labels:
        return (
            "Aucune décision datée qui attribue le label n’a été trouvée : le campus existe selon ses sources, "
            "son label reste à vérifier."
        )
    latest = labels[-1]
    is_over = latest.ends_by is not None and latest.ends_by < on
    if latest.ends_from is not None and latest.ends_by is None:
        return (
            f"Le label courait jusqu’au {_day(latest.ends_from)} ; il a été prolongé, et aucune source trouvée ne dit "
            "jusqu’à quand."
        )
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
