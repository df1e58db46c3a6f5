"""An employer posts an offer, proves the address, is vouched for; then the offer is shown, prolonged, closed."""

import datetime as dt

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core import addresses
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import fold, one_line
from cmq.offers import rules
from cmq.offers.actions import letters
from cmq.offers.cleaning import clean_line, clean_text, twin_key
from cmq.offers.links import offer_of
from cmq.offers.models import Closing, Employer, JobOffer, OfferOrigin, OfferSource, OfferState
from cmq.offers.rules import Poster, Terms
from cmq.organisations.models import Organisation

NO_LINK = "Ce lien ne mène à aucune offre : il est trop ancien, ou incomplet."


@action
def post(poster: Poster, terms: Terms, *, is_demo: bool = False, at: dt.datetime | None = None) -> JobOffer:
    """Keep an offer that nobody sees yet, and send a link to the address that is given. Raises `Refusal`."""
    at = at or timezone.now()
    poster = poster.cleaned()
    rules.check_terms(terms, on=timezone.localdate(at))
    employer = _employer(poster, is_demo=is_demo)
    require(employer.refused_at is None, "Les offres de cet employeur ne sont pas acceptées ici.")
    waiting = employer.offers.exclude(state=OfferState.CLOSED).count()
    require(waiting < rules.MOST_OPEN, f"Un employeur a au plus {rules.MOST_OPEN} offres à la fois.")
    offer = _write(employer, terms, at=at)
    until = at + rules.PROVED_WITHIN
    letters.write(offer, template="employer_confirm", event="confirm", until=until, days=rules.PROVED_WITHIN.days)
    record(offer, "offers.post", f"Offre déposée : {offer} ({employer}).", is_private=True)
    return offer


@action
def confirm(token: str, *, at: dt.datetime | None = None) -> JobOffer:
    """The address is proved: the offer is shown when the employer is known, else it waits for somebody to vouch.

    Twice changes nothing. Raises `Refusal`.
    """
    at = at or timezone.now()
    offer = _locked(token, at=at)
    if offer.state != OfferState.ASKED:
        return offer
    employer = offer.employer
    assert employer is not None
    require(employer.refused_at is None, "Les offres de cet employeur ne sont pas acceptées ici.")
    if employer.address_proved_at is None:
        employer.address_proved_at = at
        employer.save(update_fields=["address_proved_at"])
    if employer.vouched_at is not None:
        _open(offer, employer, at=at)
        return offer
    offer.state = OfferState.WAITING
    offer.save(update_fields=["state"])
    on = timezone.localdate(at)
    letters.ask_to_vouch(offer, rules.campuses_of(employer, on=on), on=on)
    record(offer, "offers.confirm", f"Offre à vérifier : {offer} ({employer}).", is_private=True)
    return offer


@action
def vouch(
    employer: Employer, *, by: User | None, campus: Campus | None = None, at: dt.datetime | None = None
) -> Employer:
    """Say that this employer is known: what waits is shown, what comes will be. Twice changes nothing.

    Args:
        campus: the campus in whose name; None for a keeper.
    Raises `NotAllowed`, `Refusal`.
    """
    at = at or timezone.now()
    employer = _judged(employer, by=by, campus=campus, at=at)
    if employer.vouched_at is not None:
        return employer
    employer.vouched_at, employer.vouched_for_by = at, campus
    employer.refused_at, employer.refusal = None, ""
    employer.save(update_fields=["vouched_at", "vouched_for_by", "refused_at", "refusal"])
    record(employer, "offers.vouch", f"Employeur reconnu : {employer}.", is_private=True)
    for offer in employer.offers.filter(state=OfferState.WAITING).order_by("pk"):
        offer.employer = employer
        _open(offer, employer, at=at)
    return employer


@action
def refuse(
    employer: Employer, *, reason: str, by: User | None, campus: Campus | None = None, at: dt.datetime | None = None
) -> Employer:
    """Say that offers of this employer are not shown, and why: they are closed, and the employer is told.

    Raises `NotAllowed`, `Refusal`.
    """
    at = at or timezone.now()
    employer = _judged(employer, by=by, campus=campus, at=at)
    reason = one_line(reason)
    require(reason, "Dites pourquoi : l’employeur le lira.")
    require(len(reason) <= 300, "Le motif dépasse 300 caractères.")
    employer.vouched_at, employer.vouched_for_by = None, None
    employer.refused_at, employer.refusal = at, reason
    employer.save(update_fields=["vouched_at", "vouched_for_by", "refused_at", "refusal"])
    record(employer, "offers.refuse", f"Employeur refusé : {employer}.", is_private=True)
    for offer in employer.offers.exclude(state=OfferState.CLOSED).order_by("pk"):
        offer.employer = employer
        was_proved = offer.state != OfferState.ASKED
        close_for(offer, Closing.REFUSED, at=at)
        if was_proved:
            letters.write(offer, template="employer_refused", event="refused", reason=reason)
    return employer


@action
def prolong(token: str, *, days: int, at: dt.datetime | None = None) -> JobOffer:
    """The offer still stands: it is shown for so many days more, from now. Raises `Refusal`."""
    at = at or timezone.now()
    require(days in rules.DURATIONS, "Une offre est montrée 30, 60 ou 90 jours.")
    offer = _locked(token, at=at)
    require(offer.state == OfferState.OPEN, "Cette offre n’est pas en ligne : elle ne peut pas être prolongée.")
    offer.confirmed_at = at
    offer.expires_at = at + dt.timedelta(days=days)
    offer.save(update_fields=["confirmed_at", "expires_at"])
    record(offer, "offers.prolong", f"Offre prolongée : {offer}.")
    return offer


@action
def close(token: str, *, at: dt.datetime | None = None) -> JobOffer:
    """The employer takes the offer away. Twice changes nothing. Raises `Refusal`."""
    at = at or timezone.now()
    offer = _locked(token, at=at)
    if offer.state != OfferState.CLOSED:
        close_for(offer, Closing.EMPLOYER, at=at)
    return offer


def close_for(offer: JobOffer, why: Closing, *, at: dt.datetime) -> None:
    """Close one offer, inside an action; its page answers 410 from then on."""
    was_open = offer.state == OfferState.OPEN
    offer.state, offer.closed_at, offer.closed_because = OfferState.CLOSED, at, why
    offer.save(update_fields=["state", "closed_at", "closed_because"])
    record(offer, "offers.close", f"Offre fermée : {offer} – {why.label}.", is_private=not was_open)


def find(token: str, *, at: dt.datetime | None = None) -> JobOffer | None:
    """The offer of a link, with its employer; None when there is none."""
    number = offer_of(token, at=at or timezone.now())
    offers = JobOffer.objects.select_related("employer", "occupation", "commune").exclude(employer=None)
    return offers.filter(pk=number).first() if number is not None else None


def _employer(poster: Poster, *, is_demo: bool) -> Employer:
    organisation = Organisation.objects.known_as(siret=poster.siret).first()
    hashes = addresses.digests_of(poster.email, purpose=rules.REFUSED)
    refused = Employer.objects.filter(siret=poster.siret, address_hash__in=hashes).first()
    if refused is not None:
        return refused
    employer, _ = Employer.objects.get_or_create(
        siret=poster.siret,
        email=poster.email,
        defaults={"name": poster.name, "organisation": organisation, "is_demo": is_demo},
    )
    return employer


def _write(employer: Employer, terms: Terms, *, at: dt.datetime) -> JobOffer:
    title, commune = clean_line(terms.title, longest=200), terms.commune
    folded = fold(title)[:250]
    offer = JobOffer.objects.create(
        title=title,
        folded_title=folded,
        text=clean_text(terms.text),
        kind=terms.kind,
        contract=terms.contract,
        duration_months=terms.duration_months,
        salary=clean_line(terms.salary, longest=200),
        positions=terms.positions,
        is_accessible=terms.is_accessible,
        occupation=terms.occupation,
        employer_name=employer.name,
        siret=employer.siret,
        commune=commune,
        place=str(commune),
        latitude=commune.latitude,
        longitude=commune.longitude,
        starts_on=terms.starts_on,
        published_at=at,
        modified_at=at,
        confirmed_at=at,
        expires_at=at + dt.timedelta(days=terms.days),
        state=OfferState.ASKED,
        apply_url=terms.apply_url,
        employer=employer,
        twin_key=twin_key(employer=employer.name, folded_title=folded, commune=commune.pk),
        is_demo=employer.is_demo,
    )
    OfferOrigin.objects.create(offer=offer, source=OfferSource.EMPLOYER, number=str(offer.pk), seen_at=at)
    return offer


def _open(offer: JobOffer, employer: Employer, *, at: dt.datetime) -> None:
    """Show an offer from now on, for the days that were asked for."""
    shown = (offer.expires_at or at) - offer.confirmed_at
    offer.state, offer.campus_id = OfferState.OPEN, employer.vouched_for_by_id
    offer.published_at = offer.modified_at = offer.confirmed_at = offer.listed_at = at
    offer.expires_at = at + shown
    offer.save()
    letters.write(offer, template="employer_online", event="online", until=offer.expires_at, ends=offer.expires_at)
    record(offer, "offers.open", f"Offre en ligne : {offer} ({employer}).")


def _judged(employer: Employer, *, by: User | None, campus: Campus | None, at: dt.datetime) -> Employer:
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    if campus is None:
        require_right(by is None or rules.can_keep(by))
    else:
        require_right(by is None or rules.can_vouch(by, campus))
        theirs = rules.campuses_of(employer, on=timezone.localdate(at))
        require(campus in theirs, "Cet établissement n’est pas membre du campus.")
    require(employer.email, "L’adresse de cet employeur, refusé depuis longtemps, n’est plus gardée.")
    require(employer.address_proved_at, "Cet employeur n’a pas encore prouvé son adresse.")
    return employer


def _locked(token: str, *, at: dt.datetime) -> JobOffer:
    """The offer of a link; its employer's row is locked first: all that moves its offers passes there."""
    found = find(token, at=at)
    require(found is not None, NO_LINK)
    assert found is not None
    assert found.employer_id is not None
    employer = Employer.objects.select_for_update().get(pk=found.employer_id)
    offer = JobOffer.objects.select_related("occupation", "commune").get(pk=found.pk)
    offer.employer = employer
    return offer
