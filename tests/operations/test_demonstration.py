"""The demonstration comes and goes without touching the register."""

import datetime as dt
import io

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from cmq.accounts.models import User
from cmq.campaigns.texts import load_texts
from cmq.campuses.models import Campus, Partnership
from cmq.careers.actions import load_occupations
from cmq.core.models import Change, FeedHead, OutgoingMail
from cmq.editorial.actions.rubrics import load_rubrics
from cmq.editorial.models import Article, ArticleState
from cmq.evidence.actions import load_indicators
from cmq.evidence.models import AnnualReport
from cmq.labels.models import LabelDecision
from cmq.labels.states import LabelState, state_of
from cmq.network.rules import departed
from cmq.offers.models import JobOffer
from cmq.operations import demonstration
from cmq.operations.demonstration.living.touring import MAIN
from cmq.renewals.models import SectionSource
from cmq.statistics.actions import load_jobs
from cmq.statistics.models import BalanceRun
from cmq.tours.models import RegistrationState, Stop, StopState
from cmq.tours.review import people_reached
from tests.factories import a_campus, a_keeper

pytestmark = pytest.mark.django_db
# What only remembers, and when the statistics were last counted.
MEMORY = {Change, FeedHead, OutgoingMail, BalanceRun}


@pytest.fixture(autouse=True)
def _own_folder(settings: object, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row of every table of ours, but for what only remembers."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_models()
        if model.__module__.startswith(("cmq.", "allauth."))
        and model not in MEMORY
        and model._meta.app_label != "reference"
    }


def test_removed_it_leaves_the_register_as_it_was() -> None:
    a_campus("Campus réel")
    load_occupations()
    load_texts()
    load_indicators()
    load_rubrics()
    load_jobs()
    a_keeper()
    before = everything()
    assert demonstration.build()
    assert everything() != before
    states = JobOffer.objects.filter(is_demo=True).values_list("state", flat=True)
    assert len(states) == 40 and set(states) == {"ouverte", "a_verifier", "fermee"}
    assert not demonstration.build()
    assert demonstration.remove()
    assert everything() == before
    for kind in ("tour-registration:", "employer:", "alert:"):
        assert not OutgoingMail.objects.filter(key__startswith=kind).exists()
    assert not demonstration.remove()


def test_it_shows_every_state_of_a_label_and_every_desk() -> None:
    today = dt.date(2026, 11, 24)
    demonstration.build(on=today)
    states = {state_of(campus, on=today) for campus in Campus.objects.filter(is_demo=True)}
    assert states >= {
        LabelState.CURRENT, LabelState.TO_RENEW, LabelState.PROJECT, LabelState.EXPIRED,
        LabelState.ENDED, LabelState.SUSPENDED,
    }  # fmt: skip
    assert set(LabelDecision.objects.filter(campus__is_demo=True).values_list("kind", flat=True)) >= {
        "obtenu", "renouvele", "excellence", "renomme", "perimetre", "fusionne", "fin", "projet",
        "prolonge", "suspendu", "non_renouvele",
    }  # fmt: skip
    assert Partnership.objects.filter(campus__is_demo=True).values("family").distinct().count() == 4
    food = Stop.objects.filter(tour__title="La table en route (fictif)", commune__departement__region="32")
    overseas = Stop.objects.filter(tour__campus__region="04")
    assert (food.count(), overseas.count()) == (12, 1)
    assert set(food.values_list("state", flat=True)) == set(StopState.values)
    assert food.filter(registrations__state=RegistrationState.WAITING).distinct().count() == 1
    assert sum(people_reached(Campus.objects.get(name=MAIN), today.year).values()) == 128


def test_the_published_report_shows_a_tour_with_who_came_and_pictures_on_its_page_and_in_its_pdf() -> None:
    today = dt.date(2026, 11, 24)
    demonstration.build(on=today)
    report = AnnualReport.objects.get(published_at__isnull=False)
    address = f"/campus/{report.campus.slug}/rapports/{report.year}/"
    page = Client().get(address).content.decode()
    people = sum(people_reached(report.campus, 2025).values())
    assert people == 265 and "3 étapes, 265 personnes comptées." in page
    assert "Gare fictive des Saveurs" in page and page.count("<img") == 2
    pdf = PdfReader(io.BytesIO(Client().get(f"{address[:-1]}.pdf").content))
    text = " ".join(each.extract_text() for each in pdf.pages)
    assert "265 personnes comptées" in text and "Gare fictive des Saveurs" in text
    assert sum(len(each.images) for each in pdf.pages) == 2


def test_a_renewal_is_drawn_from_the_life_of_the_campus_and_a_departed_partner_is_still_cited() -> None:
    today = dt.date(2026, 11, 24)
    demonstration.build(on=today)
    drawn = SectionSource.objects.filter(section__application__campus__name=MAIN)
    assert {"Formations du campus", "Membres du campus"} < set(drawn.values_list("label", flat=True))
    for source in drawn.select_related("section"):
        assert source.section.text, source
    assert departed(Campus.objects.get(name=MAIN), today)


def test_a_newsroom_is_at_work() -> None:
    load_occupations()
    demonstration.build()
    now = timezone.now()
    articles = Article.objects.filter(is_demo=True)
    assert articles.published(now).national().count() >= 12
    assert articles.filter(state=ArticleState.IN_REVIEW, is_national=True).count() == 1
    assert articles.filter(publish_at__gt=now).count() == 1 and articles.filter(withdraw_at__lte=now).count() == 1
    assert articles.filter(campus__name=MAIN).count() == 3 and articles.filter(proposed_at__isnull=False).count() == 2
    page = Client().get("/articles/").content.decode()
    assert "Démonstration" in page
    first = articles.get(title__startswith="Bien vieillir")
    page = Client().get(first.get_absolute_url()).content.decode()
    for part in (
        "Démonstration : cet article est une fiction",
        "Crédit :",
        "<blockquote>",
        "Voir aussi",
        "Aide-soignant",
        "/projets/maison-temoin-de-la-domotique/",
        "/agenda/",
        "/offres/",
    ):
        assert part in page, part
    # Every card of every article that is out leads somewhere, or says what became of the thing.
    for article in articles.published(now):
        text = Client().get(article.get_absolute_url()).content.decode()
        assert "{" not in text.split("<main")[1].split("</main>")[0] and "[[" not in text, article


def test_every_account_opens_its_desk() -> None:
    demonstration.build()
    password = demonstration.password_file().read_text()
    for account in demonstration.ACCOUNTS:
        client = Client()
        answer = client.post("/compte/connexion/", {"login": account.email, "password": password})
        assert answer.status_code == 302, account
        assert client.get("/espace/").status_code == 200


def test_all_is_marked() -> None:
    demonstration.build()
    assert not Campus.objects.filter(is_demo=True).exclude(name__contains="fictif").exists()
    assert not User.objects.filter(is_demo=True).exclude(email__endswith=".invalid").exists()


def test_a_public_site_refuses_it(settings: object) -> None:
    settings.HTTPS = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo")
    assert not demonstration.is_present()


def test_commands_say_what_they_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    call_command("addresses")
    call_command("demo", remove=True)
    output = capsys.readouterr().out
    assert "Démonstration construite." in output
    assert demonstration.ACCOUNTS[0].email in output
    assert "Démonstration retirée." in output
