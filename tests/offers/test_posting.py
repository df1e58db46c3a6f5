"""An employer without an account: proved, vouched for, shown, asked again, closed, forgotten."""

import datetime as dt
import threading
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.offers import rules
from cmq.offers.actions import posting, upkeep
from cmq.offers.links import offer_of, token_of
from cmq.offers.models import (
    AbuseReason,
    Closing,
    ContractKind,
    Employer,
    JobOffer,
    OfferKind,
    OfferOrigin,
    OfferSource,
    OfferState,
)
from tests import hiring
from tests.factories import a_campus, a_contributor, a_director, a_keeper
from tests.sweeping import swept

DAY = dt.timedelta(days=1)


def key(offer: JobOffer, *, at: dt.datetime | None = None) -> str:
    return token_of(offer, until=(at or timezone.now()) + DAY)


@pytest.mark.django_db
def test_an_offer_is_seen_once_its_address_is_proved_and_its_employer_vouched_for() -> None:
    campus = a_campus("Campus du bois")
    hiring.a_member(campus)
    director = a_director(campus)
    now = timezone.now()
    offer = hiring.asked(at=now)
    assert offer.state == OfferState.ASKED and not JobOffer.objects.live(now).exists()
    [letter] = OutgoingMail.objects.all()
    assert letter.to == "rh@charpentes.exemple.fr" and letter.is_secret
    offer = posting.confirm(key(offer), at=now)
    assert offer.state == OfferState.WAITING and not JobOffer.objects.live(now).exists()
    assert OutgoingMail.objects.filter(to=director.email).count() == 1
    assert offer.employer is not None
    posting.vouch(offer.employer, by=director, campus=campus, at=now)
    live = JobOffer.objects.live(now).get()
    assert live.campus == campus and live.expires_at == now + 60 * DAY and live.published_at == now
    # The next one needs the proof of the address only.
    second = hiring.waiting(at=now, title="Menuisière (H/F)")
    assert second.state == OfferState.OPEN


@pytest.mark.django_db
def test_confirming_or_vouching_twice_changes_nothing() -> None:
    offer = hiring.shown()
    before = JobOffer.objects.values().get(pk=offer.pk)
    letters = OutgoingMail.objects.count()
    posting.confirm(key(offer))
    assert offer.employer is not None
    posting.vouch(offer.employer, by=a_keeper())
    assert JobOffer.objects.values().get(pk=offer.pk) == before and OutgoingMail.objects.count() == letters


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"siret": "73282932000075"}, "SIRET est faux"),
        ({"siret": "123"}, "SIRET est faux"),
        ({"email": "moi@gmail.com"}, "boîte ouverte à tous"),
        ({"email": "moi@LaPoste.net"}, "boîte ouverte à tous"),
        ({"email": "moi"}, "pas complète"),
        ({"name": " "}, "nom de l’établissement"),
    ],
)
@pytest.mark.django_db
def test_who_posts_must_be_somebody(fields: dict[str, str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        posting.post(replace(hiring.poster(), **fields), hiring.terms())
    assert not Employer.objects.exists() and not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": " "}, "intitulé"),
        ({"text": "court"}, "80 caractères"),
        ({"kind": OfferKind.INTERNSHIP}, "Ce contrat ne va pas"),
        ({"contract": ContractKind.APPRENTICESHIP}, "Ce contrat ne va pas"),
        (
            {"kind": OfferKind.INTERNSHIP, "contract": ContractKind.INTERNSHIP, "duration_months": 7},
            "au plus 6 mois",
        ),
        ({"days": 365}, "30, 60 ou 90"),
        ({"positions": 0}, "nombre de postes"),
        ({"apply_url": "javascript:alert(1)"}, "adresse web"),
        ({"starts_on": dt.date(2000, 1, 1)}, "dans le passé"),
        ({"starts_on": dt.date(2199, 1, 1)}, "plus d’un an"),
    ],
)
@pytest.mark.django_db
def test_what_is_posted_must_be_an_offer(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        hiring.asked(**fields)
    assert not JobOffer.objects.exists()


@pytest.mark.django_db
def test_only_the_director_of_a_campus_of_the_establishment_or_a_keeper_vouches() -> None:
    campus, other = a_campus(), a_campus()
    hiring.a_member(campus)
    employer = hiring.waiting().employer
    assert employer is not None
    for by, where in ((a_contributor(campus), campus), (a_director(other), campus), (a_director(campus), None)):
        with pytest.raises(NotAllowed):
            posting.vouch(employer, by=by, campus=where)
    with pytest.raises(Refusal, match="pas membre du campus"):
        posting.vouch(employer, by=a_director(other), campus=other)
    unproved = hiring.asked(email="autre@charpentes.exemple.fr").employer
    assert unproved is not None
    with pytest.raises(Refusal, match="pas encore prouvé"):
        posting.vouch(unproved, by=a_keeper())
    posting.vouch(employer, by=a_keeper())
    assert JobOffer.objects.get(employer=employer).state == OfferState.OPEN


@pytest.mark.django_db
def test_a_refused_employer_is_told_why_and_posts_no_more() -> None:
    offer = hiring.waiting()
    assert offer.employer is not None
    with pytest.raises(Refusal, match="Dites pourquoi"):
        posting.refuse(offer.employer, reason=" ", by=a_keeper())
    posting.refuse(offer.employer, reason="Établissement inconnu.", by=a_keeper())
    offer.refresh_from_db()
    assert (offer.state, offer.closed_because) == (OfferState.CLOSED, Closing.REFUSED)
    assert "Établissement inconnu." in OutgoingMail.objects.latest("pk").text
    with pytest.raises(Refusal, match="ne sont pas acceptées"):
        hiring.asked()
    # A keeper may think again.
    posting.vouch(offer.employer, by=a_keeper())
    assert hiring.waiting().state == OfferState.OPEN


@pytest.mark.django_db
def test_links_run_out_and_open_one_offer_only() -> None:
    now = timezone.now()
    first, second = hiring.asked(at=now), hiring.asked(at=now, title="Autre offre")
    token = token_of(first, until=now + DAY)
    assert offer_of(token, at=now) == first.pk != second.pk
    assert offer_of(token, at=now + DAY) is None
    for false in ("", "x", token[:-1], token_of(first, until=now + DAY).replace(":", ";"), "a" * 5_000):
        assert offer_of(false, at=now) is None
        with pytest.raises(Refusal, match="Ce lien"):
            posting.confirm(false, at=now)


@pytest.mark.django_db
def test_an_imported_offer_cannot_be_managed() -> None:
    assert posting.find(token_of(hiring.stored(), until=timezone.now() + DAY)) is None


@pytest.mark.django_db
def test_letters_leave_a_week_and_a_day_before_the_end_once_each() -> None:
    now = timezone.make_aware(dt.datetime(2027, 3, 1, 12))
    offer = hiring.shown(at=now, days=30)
    assert offer.expires_at is not None
    end = timezone.localdate(offer.expires_at)
    written = {day: upkeep.remind(on=end - dt.timedelta(days=day)) for day in range(12, 0, -1)}
    assert [day for day, number in written.items() if number] == [7, 1]
    assert not any(upkeep.remind(on=end - dt.timedelta(days=day)) for day in (7, 1, 0))
    # A day that was missed is caught up.
    posting.prolong(key(offer, at=now + DAY), days=30, at=now + DAY)
    assert upkeep.remind(on=end + DAY - dt.timedelta(days=5)) == 1


@pytest.mark.django_db
def test_an_offer_is_prolonged_for_ninety_days_at_most_and_then_switched_off() -> None:
    now = timezone.now()
    offer = hiring.shown(at=now, days=90)
    with pytest.raises(Refusal, match="30, 60 ou 90"):
        posting.prolong(key(offer), days=365, at=now)
    posting.prolong(key(offer, at=now + DAY), days=90, at=now + DAY)
    assert upkeep.switch_off(at=now + 90 * DAY) == 0
    assert upkeep.switch_off(at=now + 91 * DAY) == 1
    offer.refresh_from_db()
    assert (offer.state, offer.closed_because) == (OfferState.CLOSED, Closing.EXPIRED)
    with pytest.raises(Refusal, match="pas en ligne"):
        posting.prolong(token_of(offer, until=now + 200 * DAY), days=30, at=now + 92 * DAY)


@pytest.mark.django_db
def test_unconfirmed_after_ninety_days_switches_off_whatever_the_end_says() -> None:
    now = timezone.now()
    offer = hiring.shown(at=now)
    JobOffer.objects.filter(pk=offer.pk).update(expires_at=now + 400 * DAY)
    assert upkeep.switch_off(at=now + 89 * DAY) == 0
    assert upkeep.switch_off(at=now + 90 * DAY) == 1


@pytest.mark.django_db
def test_an_employer_closes_the_offer_twice_without_harm() -> None:
    offer = hiring.shown()
    posting.close(key(offer))
    closed_at = posting.close(key(offer)).closed_at
    offer.refresh_from_db()
    assert offer.closed_at == closed_at and offer.closed_because == Closing.EMPLOYER


@pytest.mark.django_db
def test_what_nobody_proved_goes_and_what_is_long_closed_too_with_the_address() -> None:
    now = timezone.now()
    hiring.asked(at=now, email="jamais@charpentes.exemple.fr")
    kept = hiring.shown(at=now)
    posting.close(key(kept, at=now), at=now)
    assert swept("offers.offers", at=now + 6 * DAY) == 0
    assert swept("offers.offers", at=now + 7 * DAY) == 1
    assert swept("offers.employers", at=now + 7 * DAY) == 1
    assert not OutgoingMail.objects.filter(to="jamais@charpentes.exemple.fr").exists()
    assert [each.email for each in Employer.objects.all()] == ["rh@charpentes.exemple.fr"]
    assert swept("offers.offers", at=now + rules.KEPT + DAY) == 1
    assert swept("offers.employers", at=now + rules.KEPT + DAY) == 1
    assert not Employer.objects.exists() and not OutgoingMail.objects.filter(key__startswith="employer:").exists()
    lines = "".join(Change.objects.values_list("summary", flat=True))
    assert "@" not in lines


@pytest.mark.django_db
def test_a_refused_address_is_forgotten_and_still_refused(settings: Any) -> None:
    now = timezone.now()
    offer = hiring.shown(at=now)
    assert offer.employer is not None
    posting.refuse(offer.employer, reason="Offres sans contrat.", by=None, at=now)
    late = now + rules.KEPT + DAY
    assert swept("offers.refused", at=late) == 0, "its offer is still there"
    assert swept("offers.offers", "offers.employers", at=late) == 1
    assert swept("offers.refused", at=late) == 1 and swept("offers.refused", at=late) == 0
    kept = Employer.objects.get()
    assert kept.email == "" and len(kept.address_hash) == 64
    assert not OutgoingMail.objects.filter(to=offer.employer.email).exists()
    # Also when the site has another key since.
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "une autre clé"
    with pytest.raises(Refusal, match="ne sont pas acceptées"):
        posting.post(hiring.poster(), hiring.terms(), at=late)
    with pytest.raises(Refusal, match="n’est plus gardée"):
        posting.vouch(kept, by=None, at=late)
    assert Employer.objects.count() == 1
    posting.post(replace(hiring.poster(), email="autre@charpentes.exemple.fr"), hiring.terms(), at=late)


@pytest.mark.django_db
def test_a_report_is_answered_once_and_a_withdrawn_offer_answers_all() -> None:
    offer = hiring.shown()
    first = upkeep.report(offer, reason=AbuseReason.MONEY, text="On me demande 50 euros.")
    upkeep.report(offer, reason=AbuseReason.FALSE, text="")
    with pytest.raises(Refusal, match="ce qui ne va pas"):
        upkeep.report(offer, reason=AbuseReason.OTHER, text=" ")
    with pytest.raises(NotAllowed):
        upkeep.answer(first, withdraw=True, outcome="Retirée.", by=a_director(a_campus()))
    upkeep.answer(first, withdraw=True, outcome="Demande d’argent vérifiée.", by=a_keeper())
    offer.refresh_from_db()
    assert offer.closed_because == Closing.REPORT and not offer.reports.filter(handled_at=None).exists()
    assert "Demande d’argent vérifiée." in OutgoingMail.objects.latest("pk").text
    with pytest.raises(Refusal, match="déjà été traité"):
        upkeep.answer(first, withdraw=False, outcome="Encore.", by=a_keeper())


@pytest.mark.django_db
def test_an_employers_offer_is_not_taken_over_by_its_twin_from_a_source() -> None:
    offer = hiring.shown()
    assert OfferOrigin.objects.get(offer=offer).source == OfferSource.EMPLOYER
    assert JobOffer.objects.get().twin_key


def test_two_confirmations_at_once_open_the_offer_once(committed_db: None) -> None:
    offer = hiring.shown()
    second = hiring.asked(title="Autre charpentier (H/F)")
    token, start = key(second), threading.Barrier(2)
    errors: list[BaseException] = []

    def confirm() -> None:
        try:
            start.wait(60)
            posting.confirm(token)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and JobOffer.objects.get(pk=second.pk).state == OfferState.OPEN
    assert Change.objects.filter(act="offers.open", key=str(second.pk)).count() == 1
    assert offer.pk != second.pk and mail.outbox is not None
