"""The joint decision is written in the terms that were voted, and signed; the last signature awards, exactly once."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.moves import move
from cmq.applications.models import ApplicationState
from cmq.awards import rules
from cmq.awards.actions.publishing import enter_and_publish
from cmq.awards.models import DecisionState, JointDecision, Signature
from cmq.awards.rules import DecisionTerms
from cmq.campaigns.models import SeatHolder
from cmq.campaigns.rules import signatories
from cmq.core import mail
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.deliberation.actions.measures import settle_measure
from cmq.deliberation.models import AgendaItem, MeasureState, MeetingState, Outcome
from cmq.deliberation.rules import is_tabled
from cmq.deliberation.tally import Tally


@action
def decide(item: AgendaItem, terms: DecisionTerms, *, by: User, at: dt.datetime | None = None) -> JointDecision:
    """Write down what the college has voted on an item, and ask the authorities to sign.

    The outcome is that of the vote, which was closed with its quorum. Raises `NotAllowed`; `Refusal` while the vote is
    open, when the item is decided already, or when the terms are not those that were voted.
    """
    require_right(rules.can_decide(by))
    at = at or timezone.now()
    item = _locked_item(item)
    require(item.concluded_at is not None, "Le vote sur ce point n’est pas clos.")
    require(item.meeting.state != MeetingState.PREPARED, "La séance n’a pas commencé.")
    require(is_tabled(item), "Ce point n’est plus devant le collège.")
    count = Tally.from_json(item.tally)
    require(count.has_quorum, "Le vote a été clos sans quorum : rien ne peut être décidé.")
    require(count.step == item.subject.step, "Le dossier a changé depuis le vote : le collège doit voter de nouveau.")
    rules.check_terms(item, count, terms)
    authorities = signatories(item.meeting.campaign.college)
    require(authorities, "Le collège n’a pas d’autorité signataire.")
    decision = _write(item, count, terms, by, at)
    Signature.objects.bulk_create(Signature(decision=decision, authority=authority) for authority in authorities)
    if item.application is not None:
        move(item.application, ApplicationState.DECIDED, by=by, at=at)
    elif item.measure is not None:
        settle_measure(item.measure, MeasureState.DECIDED)
    summary = f"Décision conjointe {decision.number} : {decision.get_outcome_display().lower()}, à signer."
    record(decision, "awards.decide", summary, diff={"digest": ["", decision.digest]}, is_private=True)
    _ask_to_sign(decision)
    return decision


@action
def sign(signature: Signature, *, digest: str | None = None, by: User, at: dt.datetime | None = None) -> JointDecision:
    """Sign for one authority; the last signature awards, defers or refuses, exactly once.

    Args:
        digest: of the terms that the person read; None when no page was read.
    Raises `NotAllowed`, and `Refusal` for a second signature or terms that are not those decided.
    """
    at = at or timezone.now()
    # Lock the decision: of two last signatures given together, one must see the other.
    decision = _locked(signature.decision_id)
    signature = Signature.objects.select_related("authority").get(pk=signature.pk)
    require_right(rules.can_sign(by, signature), "Vous ne signez pas pour cette autorité.")
    require(signature.signed_at is None, f"« {signature.authority} » a déjà signé cette décision.")
    require(decision.state == DecisionState.SIGNING, "Cette décision n’est plus à signer.")
    intact = rules.digest_of(decision) == decision.digest
    require(
        intact and digest in (None, decision.digest),
        "Les termes de la décision ne sont pas ceux que vous avez lus : rechargez la page avant de signer.",
    )
    signature.signed_at, signature.by, signature.digest = at, by, decision.digest
    signature.signer = f"{by}, {signature.authority}"[:300]
    signature.save(update_fields=["signed_at", "by", "digest", "signer"])
    summary = f"Décision conjointe {decision.number} : signée pour « {signature.authority} »."
    record(signature, "awards.sign", summary, diff={"digest": ["", decision.digest]}, is_private=True)
    if not decision.signatures.filter(signed_at=None).exists():
        _complete(decision, by, at)
    return decision


def _complete(decision: JointDecision, by: User, at: dt.datetime) -> None:
    decision.state, decision.signed_at = DecisionState.SIGNED, at
    decision.save(update_fields=["state", "signed_at"])
    summary = f"Décision conjointe {decision.number} : dernière signature, {decision.get_outcome_display().lower()}."
    record(decision, "awards.complete", summary, is_private=True)
    # Otherwise the file stays « en signature » for everyone: what was decided is told at the common publication.
    if not decision.item.meeting.campaign.publishes_together:
        enter_and_publish(decision, by=by, at=at)


def _write(item: AgendaItem, count: Tally, terms: DecisionTerms, by: User, at: dt.datetime) -> JointDecision:
    outcome = Outcome(count.outcome)
    granted = outcome is Outcome.GRANTED
    decision = JointDecision(
        item=item,
        outcome=outcome,
        name=one_line(terms.name) or item.campus.name,
        category=terms.category if granted else "",
        filiere=terms.filiere if granted else None,
        territory=terms.territory.strip() if granted else "",
        duration_years=terms.duration_years if granted and rules.gives_label(item) else None,
        starts_on=terms.starts_on if granted else None,
        ends_on=rules.last_day(item, terms) if granted else None,
        reasons=terms.reasons.strip(),
        remedies=terms.remedies.strip(),
        tally=item.tally,
        decided_at=at,
        decided_by=by,
    )
    prefix = f"{'DEMO-' if item.campus.is_demo else ''}DC-{timezone.localtime(at).year}-"
    while True:
        last = JointDecision.objects.filter(number__startswith=prefix).aggregate(m=models.Max("number"))["m"]
        decision.number = f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04}"
        decision.digest = rules.digest_of(decision)
        try:
            with transaction.atomic():
                decision.save(force_insert=True)
        except IntegrityError as error:
            if JointDecision.objects.filter(item=item).exists():
                raise Refusal("Ce point est déjà décidé.") from error
            if not JointDecision.objects.filter(number=decision.number).exists():
                raise
        else:
            return decision


def _ask_to_sign(decision: JointDecision) -> None:
    authorities = decision.signatures.values("authority")
    holders = SeatHolder.objects.active(timezone.localdate()).filter(seat__authority__in=authorities)
    for person in {holder.person_id: holder.person for holder in holders.select_related("person")}.values():
        context = {
            "decision": decision,
            "person": person,
            "link": f"{settings.SITE_URL}{decision.get_absolute_url()}",
            "site_url": settings.SITE_URL,
            "site_name": settings.SITE_NAME,
        }
        mail.post(person.email, "mail/decision_to_sign", context, key=f"decision-to-sign:{decision.pk}:{person.pk}")


def _locked(pk: int) -> JointDecision:
    related = ("item__meeting__campaign", "item__application__campus", "item__measure__campus", "filiere")
    return JointDecision.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pk)


def _locked_item(item: AgendaItem) -> AgendaItem:
    related = ("meeting__campaign__college", "application__campus", "measure__campus")
    return AgendaItem.objects.select_for_update(of=("self",)).select_related(*related).get(pk=item.pk)
