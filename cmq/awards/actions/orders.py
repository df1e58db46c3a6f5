"""The ministers’ joint order that carries decisions out (D.335-34): drafted, then known date by date."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils import timezone

from cmq.accounts.models import User
from cmq.awards import rules
from cmq.awards.actions.publishing import carry_into_register
from cmq.awards.models import DecisionState, JointDecision, MinisterialOrder
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.deliberation.models import Outcome


@action
def draft_order(
    decisions: Sequence[JointDecision], *, title: str, by: User, at: dt.datetime | None = None
) -> MinisterialOrder:
    """Draft the order that carries signed awards out; each is in one order only. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_decide(by))
    title = one_line(title)
    require(title, "Donnez l’intitulé de l’arrêté.")
    require(decisions, "Choisissez au moins une décision.")
    # Lock the decisions: of two orders drafted at once, the second must see the first.
    chosen = list(JointDecision.objects.select_for_update().filter(pk__in=[each.pk for each in decisions]))
    for decision in chosen:
        granted = decision.outcome == Outcome.GRANTED and decision.state != DecisionState.SIGNING
        require(granted, f"La décision {decision.number} n’accorde rien, ou n’est pas signée.")
        require(not decision.orders.exists(), f"La décision {decision.number} figure déjà dans un arrêté.")
    order = MinisterialOrder.objects.create(title=title, drafted_at=at or timezone.now())
    order.decisions.set(chosen)
    summary = f"Projet d’arrêté : {order}, {len(chosen)} décision(s)."
    record(order, "awards.draft_order", summary, is_private=True)
    return order


@action
def complete_order(
    order: MinisterialOrder,
    *,
    number: str = "",
    nor: str = "",
    signed_on: dt.date | None = None,
    published_on: dt.date | None = None,
    notified_on: dt.date | None = None,
    by: User,
) -> MinisterialOrder:
    """Add what is now known of an order, each date its own; the register follows for what is published.

    Raises `NotAllowed`; `Refusal` for dates out of order, or for something else than what is known already.
    """
    require_right(rules.can_decide(by))
    order = MinisterialOrder.objects.select_for_update().get(pk=order.pk)
    given = {
        "number": one_line(number),
        "nor": nor.strip().upper(),
        "signed_on": signed_on,
        "published_on": published_on,
        "notified_on": notified_on,
    }
    news = {name: value for name, value in given.items() if value and getattr(order, name) != value}
    require(news, "Rien de nouveau n’est donné.")
    for name, value in news.items():
        label = MinisterialOrder._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        require(not getattr(order, name), f"« {label} » est déjà connu : {getattr(order, name)}.")
        setattr(order, name, value)
    _check_dates(order)
    try:
        order.full_clean()
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error
    order.save()
    diff = {name: ["", value.isoformat() if isinstance(value, dt.date) else value] for name, value in news.items()}
    record(order, "awards.complete_order", f"Arrêté complété : {order}.", diff=diff, is_private=True)
    for decision in order.decisions.filter(state=DecisionState.PUBLISHED):
        carry_into_register(order, decision)
    return order


def _check_dates(order: MinisterialOrder) -> None:
    for later, name in ((order.published_on, "publication"), (order.notified_on, "notification")):
        if later is not None:
            require(order.signed_on is not None, f"Donnez d’abord la date de signature, avant celle de {name}.")
            assert order.signed_on is not None
            require(later >= order.signed_on, f"La date de {name} précède celle de signature.")
