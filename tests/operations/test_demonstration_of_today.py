"""What the demonstration shows today: a newsroom at work, an account at each desk, everything marked; and that it comes
and goes without touching the register."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campaigns.texts import load_texts
from cmq.campuses.models import Campus
from cmq.careers.actions import load_occupations
from cmq.core.models import Change, FeedHead, OutgoingMail
from cmq.editorial.actions.rubrics import load_rubrics
from cmq.editorial.models import Article, ArticleState
from cmq.evidence.actions import load_indicators
from cmq.offers.models import JobOffer
from cmq.operations import demonstration
from cmq.operations.demonstration.living.touring import MAIN
from cmq.statistics.actions import load_jobs
from cmq.statistics.models import BalanceRun
from tests.conftest import committed
from tests.factories import a_campus, a_keeper

# What only remembers, and when the statistics were last counted.
MEMORY = {Change, FeedHead, OutgoingMail, BalanceRun}
Rows = dict[str, list[dict[str, object]]]


@dataclass(frozen=True)
class Built:
    """What was in the database before the demonstration, and what the command that built it said."""

    before: Rows
    said: str


def everything() -> Rows:
    """Every row of every table of ours, but for what only remembers."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_models()
        if model.__module__.startswith(("cmq.", "allauth."))
        and model not in MEMORY
        and model._meta.app_label != "reference"
    }


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    """Built once beside a real campus, for it is long to build."""
    with committed(django_db_blocker), override_settings(VAR_DIR=tmp_path_factory.mktemp("site")):
        a_campus("Campus réel")
        for load in (load_occupations, load_texts, load_indicators, load_rubrics, load_jobs, a_keeper):
            load()
        before, said = everything(), io.StringIO()
        call_command("demo", stdout=said)
        yield Built(before, said.getvalue())


pytestmark = pytest.mark.usefixtures("built", "db")


def test_removed_it_leaves_the_register_as_it_was(built: Built) -> None:
    assert everything() != built.before
    states = JobOffer.objects.filter(is_demo=True).values_list("state", flat=True)
    assert len(states) == 40 and set(states) == {"ouverte", "a_verifier", "fermee"}
    assert not demonstration.build()
    assert demonstration.remove()
    assert everything() == built.before
    for kind in ("tour-registration:", "employer:", "alert:"):
        assert not OutgoingMail.objects.filter(key__startswith=kind).exists()
    assert not demonstration.remove()


def test_commands_say_what_they_did(built: Built) -> None:
    said = io.StringIO()
    call_command("addresses", stdout=said)
    call_command("demo", stdout=said)
    call_command("demo", remove=True, stdout=said)
    assert "Démonstration construite." in built.said
    assert demonstration.ACCOUNTS[0].email in said.getvalue()
    assert "La démonstration est déjà là." in said.getvalue() and "Démonstration retirée." in said.getvalue()


def test_a_newsroom_is_at_work() -> None:
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
        shown = re.sub(r"<script type=.application/ld.json.>.*?</script>", "", text.split("<main")[1], flags=re.S)
        assert "{" not in shown.split("</main>")[0] and "[[" not in shown, article


def test_every_account_opens_its_desk() -> None:
    password = demonstration.password_file().read_text()
    for account in demonstration.ACCOUNTS:
        client = Client()
        answer = client.post("/compte/connexion/", {"login": account.email, "password": password})
        assert answer.status_code == 302, account
        assert client.get("/espace/").status_code == 200


def test_all_is_marked() -> None:
    assert not Campus.objects.filter(is_demo=True).exclude(name__contains="fictif").exists()
    assert not User.objects.filter(is_demo=True).exclude(email__endswith=".invalid").exists()


@pytest.mark.parametrize(
    ("path", "empty"),
    [
        ("/espace/registre/refus-des-navigateurs/", "Aucun navigateur"),
        ("/espace/registre/avis/", "Rien n’a encore été annoncé"),
        ("/espace/registre/doublons/", "Aucun doublon"),
    ],
)
def test_what_keepers_watch_is_shown_and_marked(client: Client, path: str, empty: str) -> None:
    client.force_login(
        User.objects.get(email=demonstration.ACCOUNTS[0].email), backend="django.contrib.auth.backends.ModelBackend"
    )
    page = client.get(path).content.decode()
    assert empty not in page and "démonstration" in page.split("<main")[1]
