"""What the demonstration shows today: a newsroom at work, an account at each desk, everything marked."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.careers.actions import load_occupations
from cmq.editorial.models import Article, ArticleState
from cmq.operations import demonstration
from cmq.operations.demonstration.living.touring import MAIN
from tests.conftest import committed


@pytest.fixture(scope="module")
def _built(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Built once, for it is long to build."""
    with committed(django_db_blocker), override_settings(VAR_DIR=tmp_path_factory.mktemp("site")):
        load_occupations()
        demonstration.build()
        yield


pytestmark = pytest.mark.usefixtures("_built", "db")


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
