"""What an editor is told before publication, and what cards, pictures and links become."""

import datetime as dt
import http.server
import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from cmq.careers.actions import new_occupation
from cmq.core import links as asking
from cmq.core.errors import NotAllowed, Refusal
from cmq.editorial import cards, checks
from cmq.editorial.actions import illustrating, links, publishing, writing
from cmq.editorial.body import Named
from cmq.editorial.models import Article, Illustration, WatchedLink
from cmq.offers.models import JobOffer
from tests import newsrooms
from tests.factories import a_campus, a_person

pytestmark = pytest.mark.django_db


def findings(**fields: Any) -> dict[str, bool]:
    """What the checker says of a draft: message → whether it blocks."""
    article = newsrooms.an_article(fields.pop("title", "Un titre"), **fields)
    return {each.message: each.is_blocking for each in checks.findings(writing.newest_version(article))}


def said(found: dict[str, bool], words: str) -> bool | None:
    """Whether something with these words blocks; None when nothing says them."""
    return next((blocks for message, blocks in found.items() if words in message), None)


@pytest.mark.parametrize(
    ("body", "words", "blocks"),
    [
        ("", "texte est vide", True),
        ("# Un\n\nx", "rang du titre", True),
        ("## Un\n\n#### Deux\n\nx", "saute un rang", True),
        ("### Deux\n\nx", "saute un rang", True),
        ("##\n\nx", "intertitre est vide", True),
        ("[cliquez ici](https://exemple.fr)", "dites où il mène", True),
        ("[Ici](https://exemple.fr)", "dites où il mène", True),
        ("[](https://exemple.fr)", "dites où il mène", True),
        ("[https://exemple.fr/a](https://exemple.fr/a)", "montre son adresse", False),
        ("[la page du rectorat](http://exemple.fr)", "pas chiffré", False),
        ("[le rectorat](exemple.fr)", "n’est pas une adresse", True),
        ("[un autre article](/articles/nulle-part/)", "n’existe pas", True),
        ("[[image:999999]]", "n’existe pas", True),
        ("[[image:abc]]", "n’existe pas", True),
        ("[[campus:nulle-part]]", "n’est plus dans le registre", True),
        ("[[rien:x]]", "ne désigne rien", True),
        ("Du texte [[image:1]] dedans", "seule sur sa ligne", True),
        ("![un chat](https://exemple.fr/chat.png)", "ajoutez-la aux images", True),
        ("Un <b>gras</b>", "balises HTML", False),
        ("::: secret\nx\n:::", "encadré n’est pas reconnu", True),
        ("| | B |\n|---|---|\n| 1 | 2 |", "en-tête vide", True),
        ("mot " * 41 + ".", "phrase de", False),
        ("mot. " * 301, "intertitres", False),
    ],
)
def test_faults_and_advice(body: str, words: str, blocks: bool) -> None:
    assert said(findings(body=body), words) is blocks


def test_the_frame_of_an_article_is_looked_at_too() -> None:
    found = findings(title="TOUT EN CAPITALES", standfirst="", byline="")
    assert said(found, "capitales") and said(found, "chapô manque") and said(found, "signature manque")
    assert said(findings(title="Un titre."), "se passe de point") is False
    assert said(findings(), "Aucune image") is False
    assert not [message for message, blocks in findings().items() if blocks]


def test_texts_of_pictures_are_looked_at() -> None:
    editor = newsrooms.an_editor()
    named = newsrooms.a_picture(by=editor, alternative="DSC_0012.jpg")
    assert said(findings(by=editor, picture=named), "nom de fichier") is True
    told = newsrooms.a_picture(by=editor, alternative="Image de la salle", caption="Image de la salle")
    found = findings(by=editor, body=f"Texte.\n\n[[image:{told.pk}]]")
    assert said(found, "sans « image de »") is False and said(found, "se répètent") is False


def test_reading_ease_follows_the_formula() -> None:
    easy = ("Le chat dort. Il rêve. " * 20,)
    hard = (
        "La contractualisation pluriannuelle interinstitutionnelle conditionne l’opérationnalisation territoriale. "
        * 12,
    )
    assert checks.reading_ease(("Trop court.",)) is None
    easy_score, hard_score = checks.reading_ease(easy), checks.reading_ease(hard)
    assert easy_score is not None and hard_score is not None
    # 100 words, 40 sentences, 100 syllables.
    assert easy_score == pytest.approx(207 - 1.015 * 2.5 - 73.6, abs=0.01)
    assert hard_score < checks.HARD_TO_READ
    assert [checks.syllables_of(word) for word in ("chat", "rêve", "élève", "aujourd’hui", "parlent", "le")] == [
        1,
        1,
        2,
        3,
        1,
        1,
    ]


def test_cards_say_what_is_true_when_they_are_read() -> None:
    now = timezone.now()
    campus = a_campus("Campus du bois")
    job = new_occupation("H2207", "Charpentier")
    job.save()
    offer = JobOffer.objects.create(
        title="Charpentier", published_at=now, modified_at=now, confirmed_at=now, expires_at=now + dt.timedelta(days=1)
    )
    named = [
        Named("campus", campus.slug),
        Named("metier", "h2207"),
        Named("offre", str(offer.pk)),
        Named("inconnu", "1"),
    ]
    found = cards.resolve(named, at=now)
    assert [found[each].title for each in named[:3]] == ["Campus du bois", "Charpentier", "Charpentier"]
    assert all(found[each].url and not found[each].note for each in named[:3]) and named[3] not in found
    assert cards.ends(named, at=now) == [offer.expires_at]
    later = cards.resolve(named, at=now + dt.timedelta(days=2))
    assert later[named[2]].note == "Cette offre n’est plus ouverte." and later[named[2]].url == ""
    campus.name = "Campus de la forêt"
    campus.save()
    job.is_obsolete = True
    job.save()
    JobOffer.objects.all().delete()
    again = cards.resolve(named, at=now)
    assert again[named[0]].title == "Campus de la forêt"
    assert again[named[1]].note == "Ce métier est sorti du répertoire."
    assert again[named[2]].note == "Cette offre n’est plus en ligne."
    campus.delete()
    assert cards.resolve(named[:1], at=now)[named[0]].note == "Ce campus n’est plus dans le registre."


@pytest.mark.parametrize("key", ["0", "9" * 15, "-1", "abc", "٣"])
def test_numbers_that_are_none_find_nothing(key: str) -> None:
    for kind in ("formation", "offre", "evenement"):
        assert cards.resolve([Named(kind, key)], at=timezone.now())[Named(kind, key)].url == ""


def test_things_to_cite_are_found_by_their_words() -> None:
    campus = a_campus("Campus de la Forêt bretonne")
    assert cards.proposals("foret bret", "campus", at=timezone.now())[0][0] == f"[[campus:{campus.slug}]]"
    assert cards.proposals("", "campus", at=timezone.now()) == []
    for kind in cards.LABELS:
        assert isinstance(cards.proposals("zzz", kind, at=timezone.now()), list)
    assert cards.proposals("foret", "rien", at=timezone.now()) == []


def test_pictures_are_drawn_once_in_each_width() -> None:
    picture = newsrooms.a_picture(data=newsrooms.a_png(2000, 1000))
    assert (picture.width, picture.height) == (1600, 800)
    assert [(each.width, each.height) for each in picture.renditions.all()] == [(400, 200), (800, 400), (1200, 600)]
    for each in picture.renditions.all():
        with Image.open(io.BytesIO(each.file.read())) as drawn:
            assert (drawn.format, drawn.size) == ("WEBP", (each.width, each.height))
    small = newsrooms.a_picture(data=newsrooms.a_png(120, 80))
    assert [(each.width, each.height) for each in small.renditions.all()] == [(120, 80)]


def test_a_picture_has_a_credit_and_words_and_is_a_picture() -> None:
    for fields, words in (
        ({"credit": " "}, "sans crédit"),
        ({"alternative": ""}, "pour qui ne la voit pas"),
        ({"data": b"<script>"}, "PNG"),
        ({"data": newsrooms.a_png()[:60]}, "abîmée"),
    ):
        with pytest.raises(Refusal, match=words):
            newsrooms.a_picture(**fields)
    assert not Illustration.objects.exists()


def test_a_picture_in_use_stays_and_another_takes_its_files_along(django_capture_on_commit_callbacks: Any) -> None:
    editor = newsrooms.an_editor()
    used, named, spare = (newsrooms.a_picture(by=editor, alternative=f"Carré {n}") for n in range(3))
    newsrooms.an_article(by=editor, picture=used, body=f"[[image:{named.pk}]]")
    for picture in (used, named):
        with pytest.raises(Refusal, match="illustre un article"):
            illustrating.discard(picture, by=editor)
    with pytest.raises(NotAllowed):
        illustrating.discard(spare, by=a_person())
    names = [spare.file.name, *(each.file.name for each in spare.renditions.all())]
    with django_capture_on_commit_callbacks(execute=True):
        illustrating.discard(spare, by=editor)
    assert not [name for name in names if default_storage.exists(name)] and Illustration.objects.count() == 2


def test_a_campus_uses_its_pictures_and_those_of_the_network() -> None:
    campus, editor = a_campus(), newsrooms.an_editor()
    keeper = a_person(is_superuser=True)
    theirs, ours = newsrooms.a_picture(by=keeper, campus=campus), newsrooms.a_picture(by=editor)
    assert newsrooms.an_article(campus=campus, by=keeper, picture=theirs).pk
    assert newsrooms.an_article(campus=campus, by=keeper, picture=ours).pk
    with pytest.raises(Refusal, match="à votre disposition"):
        newsrooms.an_article(by=editor, picture=theirs)


class _Server(http.server.BaseHTTPRequestHandler):
    """A small site: pages that answer, moved ones, dead ones, one that knows no HEAD, one that turns in circles."""

    def do_HEAD(self) -> None:
        self._answer(405 if self.path == "/sans-head" else None)

    def do_GET(self) -> None:
        self._answer(None)

    def _answer(self, status: int | None) -> None:
        moved = {
            "/deplace": (301, "/ici"),
            "/rond": (302, "/rond"),
            "/perdu": (301, "/mort"),
            "/dedans": (302, "http://10.0.0.1/"),
        }
        known = {"/mort": 404, "/parti": 410, "/panne": 500, "/robots": 403}
        code, to = moved.get(self.path, (known.get(self.path, 200), ""))
        self.send_response(status or code)
        if to:
            self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def outside() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/ici", 200, ""),
        ("/sans-head", 200, ""),
        ("/deplace", 200, ""),
        ("/robots", 403, ""),
        ("/mort", 404, "n’existe plus (404)"),
        ("/parti", 410, "n’existe plus (410)"),
        ("/perdu", 404, "après un renvoi"),
        ("/panne", 500, "Réponse 500"),
        ("/rond", None, "sans fin"),
        ("/dedans", None, "réseau public"),
    ],
)
def test_an_address_says_whether_it_answers(outside: str, path: str, status: int | None, words: str) -> None:
    answer = asking.ask(f"{outside}{path}")
    assert answer.status == status
    assert words in answer.problem if words else answer.problem == ""


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost:8000/", "http://[::1]/", "file:///etc/passwd", "http://", "x"]
)
def test_what_a_text_names_never_makes_us_ask_ourselves(url: str, settings: Any) -> None:
    settings.PRIVATE_HOSTS = []
    assert asking.ask(url).problem == "Cette adresse n’existe pas sur le réseau public."


def test_links_are_watched_and_told_to_the_newsroom(outside: str, capsys: Any) -> None:
    editor = newsrooms.an_editor()
    text = f"[une page]({outside}/ici), [une autre]({outside}/mort), [la nôtre](/campus/)"
    article = publishing.publish(newsrooms.an_agreed_article(by=editor, body=text), by=editor)
    newsrooms.an_agreed_article("Pas publié", body="[ailleurs](https://exemple.fr/)")
    assert links.list_links() == 2
    answers = {url: asking.ask(url) for url in WatchedLink.objects.values_list("url", flat=True)}
    assert links.note_answers(answers) == 1
    broken = WatchedLink.objects.exclude(problem="").get()
    assert broken.url.endswith("/mort") and list(broken.articles.all()) == [article]
    since = broken.failing_since
    links.note_answers({broken.url: asking.Answer(404, "Encore.")})
    assert WatchedLink.objects.get(pk=broken.pk).failing_since == since
    assert (
        said({each.message: each.is_blocking for each in checks.findings(article.versions.get())}, "nulle part")
        is False
    )
    links.note_answers({broken.url: asking.Answer(200)})
    assert not WatchedLink.objects.exclude(problem="").exists()
    publishing.withdraw(article, reason="Fini.", by=editor)
    assert links.list_links() == 0 and not WatchedLink.objects.exists()


def test_the_command_tries_what_has_rested(capsys: Any) -> None:
    editor = newsrooms.an_editor()
    publishing.publish(newsrooms.an_agreed_article(by=editor, body="[x y](http://127.0.0.1:9/a)"), by=editor)
    call_command("liens")
    assert "1 liens surveillés, 1 essayés, 1 en défaut." in capsys.readouterr().out
    call_command("liens")
    assert "1 liens surveillés, 0 essayés, 1 en défaut." in capsys.readouterr().out
    assert Article.objects.count() == 1
