"""What the register answers about an award, in French sentences."""

import datetime as dt

from cmq.core.models import Reliability
from cmq.core.partial_dates import PartialDate
from cmq.labels.models import DateNature, Label
from cmq.proof.rules import Award, Standing, following

UNKNOWN = "non connu du registre"


def explain(award: Award, standing: Standing, on: dt.date) -> str:
    """Why the label stands so on that day."""
    label = award.label
    if label is None:
        return _void(award)
    if standing in (Standing.VALID, Standing.NOT_BEGUN):
        return _runs(label, standing)
    if standing is Standing.SUSPENDED:
        pause = next(each for each in reversed(label.suspensions.all()) if each.starts_by <= on)
        since = f"La suspension court depuis le {day(pause.starts_by)}"
        return f"{since} : le campus garde son label, sans pouvoir s’en prévaloir tant qu’elle n’est pas levée."
    if standing in (Standing.WITHDRAWN, Standing.ENDED) and label.closed_by is not None:
        what = "a retiré le label" if standing is Standing.WITHDRAWN else "a mis fin au label"
        return f"Une décision {what} : elle prend effet le {label.closed_by.effective_on}."
    if standing is Standing.EXPIRED:
        return _expired(award, label)
    return _uncertain(label, on)


def doubts(award: Award) -> list[str]:
    """What keeps the register from attesting an award; empty when all that it needs is certain."""
    label, decision = award.label, award.decision
    if label is None:
        return ["cette décision n’ouvre pas de label"]
    found = []
    if label.starts_from != label.starts_by:
        found.append(f"le premier jour du label n’est pas connu ({start_of(label)})")
    elif decision.starts_on is None and decision.date_nature != DateNature.EVENT:
        found.append(
            f"le premier jour du label n’est pas connu (la source donne : {decision.get_date_nature_display()})"
        )
    if label.ends_by is None or label.ends_from != label.ends_by:
        found.append(f"le dernier jour du label n’est pas connu ({end_of(label)})")
    if label.is_too_long:
        found.append("ce label durerait plus de cinq ans, que l’article D.335-34 du code de l’éducation ne permet pas")
    if decision.is_deduced:
        found.append("le registre a déduit cette décision, aucune source ne la dit")
    if decision.reliability == Reliability.LOW:
        found.append("la source de cette décision est jugée peu fiable")
    return found


def day(date: dt.date) -> str:
    """« 1er septembre 2024 »."""
    return str(PartialDate.of(date))


def start_of(label: Label) -> str:
    """The first day of a label, as far as it is known."""
    if label.starts_from == label.starts_by:
        return day(label.starts_from)
    return f"entre le {day(label.starts_from)} et le {day(label.starts_by)}, jour inconnu"


def end_of(label: Label) -> str:
    """The last day of a label, as far as it is known."""
    if label.ends_from is None or label.ends_by is None:
        known = f", pas après le {day(label.ends_by)}" if label.ends_by else ""
        known = f", pas avant le {day(label.ends_from)}" if label.ends_from else known
        return f"{UNKNOWN}{known}"
    if label.ends_from != label.ends_by:
        return f"entre le {day(label.ends_from)} et le {day(label.ends_by)}, jour inconnu"
    return day(label.ends_from) + (" (calculé : date de la décision plus durée)" if label.end_is_computed else "")


def _runs(label: Label, standing: Standing) -> str:
    if standing is Standing.NOT_BEGUN:
        return f"Le label prend effet plus tard : {start_of(label)}."
    refused = label.not_renewed_by
    after = f" Une décision du {refused.decided_on} refuse de le renouveler ensuite." if refused else ""
    return f"Le label court du {start_of(label)} au {end_of(label)} inclus.{after}"


def _expired(award: Award, label: Label) -> str:
    later = following(award)
    if later is not None and label.ends_by is not None and later.starts_from == label.ends_by + dt.timedelta(days=1):
        kind = later.decision.get_kind_display().lower()
        return f"Une autre décision a pris la suite le lendemain, {day(later.starts_from)} : {kind}."
    assert label.ends_by is not None
    sentence = f"Le dernier jour du label était le {day(label.ends_by)}"
    return f"{sentence}, et son renouvellement a été refusé." if label.not_renewed_by else f"{sentence}."


def _uncertain(label: Label, on: dt.date) -> str:
    if on < label.starts_by:
        return f"Le registre ne sait pas quel jour le label a commencé : {start_of(label)}."
    if label.contains(on):
        return "Une suspension court peut-être ce jour-là : le registre n’en connaît pas la date au jour près."
    return f"Le registre ne sait pas si le label court encore. Dernier jour : {end_of(label)}."


def _void(award: Award) -> str:
    if award.decision.is_void:
        return f"Cette ligne avait été inscrite par erreur et a été annulée : {award.decision.void_reason}"
    return "Cette décision n’ouvre pas de label : elle a été corrigée, ou une autre du même jour en tient lieu."
