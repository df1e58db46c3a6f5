"""People ask for the letter, confirm, change, leave; nobody learns who receives it, and nothing is kept too long."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.core.errors import Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.newsletter import consent, links, rules
from cmq.newsletter.actions import subscribing
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import Consent, End, Rhythm, Subscriber, Theme
from cmq.newsletter.rules import Wishes
from cmq.reference.models import Filiere, Region
from tests.procedure.test_at_once import at_once
from tests.sweeping import swept

from .letter_world import DAY, EVERYTHING, asked, link_in, stop_token_of, subjects, subscribed, token_of

AT = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_only_the_link_of_the_letter_confirms_and_a_proof_is_kept() -> None:
    subscriber = asked(at=AT, rhythm=Rhythm.MONTHLY)
    assert not Consent.objects.exists() and subscriber.confirmed_at is None
    link = link_in(OutgoingMail.objects.get().text)
    for _ in range(2):
        subscribing.confirm(link.split("/")[-2], at=AT + DAY)
    proof = Consent.objects.get()
    assert (proof.address_hash, proof.text_version) == (consent.hash_of("Camille@exemple.fr "), consent.CURRENT)
    assert (proof.asked_at, proof.confirmed_at, proof.ended_at) == (AT, AT + DAY, None)
    assert "camille" not in str(Consent.objects.values()[0])
    assert subjects() == ["Confirmez votre abonnement à la lettre", "Votre abonnement est confirmé"]


@pytest.mark.django_db
def test_who_asks_again_learns_nothing_changes_nothing_and_fills_no_box() -> None:
    first = subscribed(at=AT, themes=EVERYTHING)
    subscribing.ask(" CAMILLE@exemple.fr", Wishes(Rhythm.MONTHLY), at=AT + DAY)
    subscribing.ask("camille@exemple.fr", Wishes(Rhythm.MONTHLY), at=AT + DAY)
    again = Subscriber.objects.get()
    assert (again.pk, again.rhythm, again.themes) == (first.pk, Rhythm.WEEKLY, first.themes)
    assert subjects()[2:] == ["Vous êtes déjà abonné à la lettre"]
    asked("autre@exemple.fr", at=AT)
    subscribing.ask("autre@exemple.fr", Wishes(Rhythm.MONTHLY), at=AT)
    assert len(subjects("autre@exemple.fr")) == 1
    assert Subscriber.objects.get(email="autre@exemple.fr").rhythm == Rhythm.MONTHLY


@pytest.mark.django_db
@pytest.mark.parametrize(
    "email",
    ["", "camille", "camille@", "@exemple.fr", "a b@exemple.fr", "camille@exemple", "é@exemple.fr", "a@b@exemple.fr"]
    + ["a@exemple.fr\nBcc: b@exemple.fr", f"{'x' * 65}@exemple.fr", f"a@{'x' * 64}.fr", "a@exemple.fr\x00"],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Refusal, match="vérifiez-la"):
        subscribing.ask(email, Wishes(), at=AT)
    assert not Subscriber.objects.exists() and not OutgoingMail.objects.exists()


@given(st.text(max_size=80))
def test_an_address_is_kept_in_one_form_or_refused(text: str) -> None:
    try:
        address = rules.cleaned_address(text)
    except Refusal:
        return
    assert address == rules.cleaned_address(f" {address.upper()} ")
    assert address.isascii() and address.isprintable() and address.count("@") == 1


@pytest.mark.django_db
def test_a_domain_with_accents_is_kept_as_the_network_writes_it() -> None:
    subscribing.ask("Camille@Préfecture.fr", Wishes(), at=AT)
    assert Subscriber.objects.get().email == "camille@xn--prfecture-c4a.fr"


@pytest.mark.django_db
def test_wishes_are_kept_and_changed_by_the_link_only() -> None:
    brittany, filiere = Region.objects.get(code="53"), Filiere.objects.all()[0]
    subscriber = subscribed(at=AT, regions=[brittany])
    subscribing.change(token_of(subscriber), Wishes(Rhythm.MONTHLY, frozenset({Theme.JOBS}), [filiere]))
    subscriber.refresh_from_db()
    assert (subscriber.rhythm, subscriber.themes) == (Rhythm.MONTHLY, frozenset({"offres"}))
    assert (list(subscriber.filieres.all()), list(subscriber.regions.all())) == ([filiere], [])
    with pytest.raises(Refusal, match="au moins un sujet"):
        subscribing.change(token_of(subscriber), Wishes(themes=frozenset()))
    for bad in ("", "0", f"{subscriber.pk}-{'0' * 40}", stop_token_of(subscriber), token_of(subscriber)[:-1]):
        with pytest.raises(Refusal, match="aucun abonnement"):
            subscribing.change(bad, Wishes())


@pytest.mark.django_db
def test_each_link_is_good_for_its_purpose_and_a_former_key_still_opens(settings: object) -> None:
    subscriber = subscribed(at=AT)
    tokens = {purpose: links.token(purpose, subscriber.pk, subscriber.key) for purpose in Purpose}
    for purpose in Purpose:
        opened = [other for other in Purpose if links.find(purpose, tokens[other])]
        assert opened == [purpose]
    proof = Consent.objects.get().address_hash
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "une autre clé"
    assert links.find(Purpose.STOP, tokens[Purpose.STOP]) == subscriber
    assert proof in consent.hashes_of("camille@exemple.fr")
    settings.SECRET_KEY_FALLBACKS = []
    assert links.find(Purpose.STOP, tokens[Purpose.STOP]) is None


@pytest.mark.django_db
def test_leaving_erases_the_address_and_leaves_the_proof() -> None:
    subscriber = subscribed(at=AT)
    token = stop_token_of(subscriber)
    assert not subscribing.stop(Purpose.CHOICES, token, at=AT)
    assert subscribing.stop(Purpose.STOP, token, end=End.ONE_CLICK, at=AT + DAY)
    assert not subscribing.stop(Purpose.STOP, token, end=End.ONE_CLICK, at=AT + DAY)
    assert not Subscriber.objects.exists() and not OutgoingMail.objects.exists()
    proof = Consent.objects.get()
    assert (proof.ended_at, proof.end) == (AT + DAY, End.ONE_CLICK)
    assert subscribing.find(token_of(subscriber)) is None


@pytest.mark.django_db
def test_an_export_holds_all_that_is_kept() -> None:
    subscriber = subscribed(at=AT, regions=[Region.objects.get(code="53")])
    data = subscribing.export(subscriber)
    assert data["adresse"] == "camille@exemple.fr" and data["regions"] == ["Bretagne"] and data["filieres"] == "toutes"
    assert data["texte_accepte"] == {"version": consent.CURRENT, "texte": consent.TEXTS[consent.CURRENT]}
    assert data["preuve"] == {"empreinte": consent.hash_of("camille@exemple.fr")}


@pytest.mark.django_db
def test_what_each_day_erases() -> None:
    asked("jamais@exemple.fr", at=AT)
    kept = subscribed("oui@exemple.fr", at=AT)
    OutgoingMail.objects.update(created_at=AT)
    assert swept("newsletter.requests", "newsletter.letters", at=AT + 30 * DAY) == 0
    assert swept("newsletter.requests", at=AT + 31 * DAY) == 1
    # Of the one who is gone, the letters went along.
    assert swept("newsletter.letters", at=AT + 31 * DAY) == 2
    assert list(Subscriber.objects.all()) == [kept] and not OutgoingMail.objects.exists()
    subscribing.stop(Purpose.STOP, stop_token_of(kept), at=AT + 40 * DAY)
    assert swept("newsletter.proofs", at=AT + 1800 * DAY) == 0
    assert swept("newsletter.proofs", at=AT + 40 * DAY + rules.PROOF_KEPT + DAY) == 1


@pytest.mark.django_db
def test_the_daily_command_erases(capsys: pytest.CaptureFixture[str]) -> None:
    asked(at=timezone.now() - 31 * DAY)
    call_command("conservation")
    assert "newsletter.requests : 1 (effacé)" in capsys.readouterr().out
    assert not Subscriber.objects.exists()


@pytest.mark.django_db
def test_the_journal_tells_of_nobody() -> None:
    subscriber = subscribed(at=AT)
    subscribing.stop(Purpose.STOP, stop_token_of(subscriber), at=AT)
    lines = Change.objects.filter(act__startswith="newsletter.")
    assert set(lines.values_list("act", flat=True)) == {"newsletter.confirm", "newsletter.end"}
    for line in lines:
        assert line.is_private and "camille" not in f"{line.summary} {line.diff}".lower()


@pytest.mark.django_db
def test_what_the_database_forbids() -> None:
    subscriber = subscribed(at=AT)
    for fields in ({"email": ""}, {"wants_news": False}, {"rhythm": "jamais"}, {"confirmed_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Subscriber.objects.filter(pk=subscriber.pk).update(**fields)
    for fields in ({"end": End.STOPPED}, {"ended_at": AT}, {"confirmed_at": AT - DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Consent.objects.update(**fields)


def test_an_address_given_twice_at_once_is_one_subscription_and_one_letter(committed_db: None) -> None:
    results = at_once(*(lambda: subscribing.ask("camille@exemple.fr", Wishes(), at=AT) for _ in range(4)))
    assert not [each for each in results if isinstance(each, Exception)]
    assert (Subscriber.objects.count(), OutgoingMail.objects.count()) == (1, 1)


def test_confirmed_and_left_at_once_there_is_one_end(committed_db: None) -> None:
    subscriber = asked(at=AT)
    token = stop_token_of(subscriber)
    results = at_once(
        *(lambda: subscribing.confirm(token_of(subscriber), at=AT) for _ in range(2)),
        *(lambda: subscribing.stop(Purpose.STOP, token, at=AT) for _ in range(2)),
    )
    assert sorted(results[2:]) == [False, True]
    assert not Subscriber.objects.exists()
    assert not Consent.objects.filter(ended_at=None).exists()
