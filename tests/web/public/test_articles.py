"""The articles that everyone reads: shown by the clock, narrowed, moved, withdrawn, fed, pictured; at what cost."""

import datetime as dt
import io
import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from cmq.core.errors import Refusal
from cmq.editorial.actions import pages, publishing, writing
from cmq.editorial.actions.publishing import Sheet
from cmq.editorial.models import Article, StandingSubject
from cmq.reference.models import Filiere, Region
from cmq.web import page_cache
from tests import newsrooms
from tests.factories import a_campus, a_person

from .conftest import NASTY

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept page is forgotten as soon as the feed says that something public moved."""
    monkeypatch.setattr(page_cache, "LOOK_AT_FEED_EVERY", 0)


def read(path: str, status: int = 200) -> str:
    answer = Client().get(path)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def published(title: str = "Un article", *, sheet: Sheet | None = None, **fields: Any) -> Article:
    by = fields.pop("by", None) or newsrooms.an_editor()
    dates = {name: fields.pop(name) for name in ("at", "until", "now") if name in fields}
    article = newsrooms.an_agreed_article(title, by=by, **fields)
    if sheet:
        publishing.file(article, sheet, by=by)
    return publishing.publish(article, by=by, **dates)


def test_an_article_has_all_that_a_reader_is_owed() -> None:
    editor, campus = newsrooms.an_editor(), a_campus("Campus du bois")
    picture = newsrooms.a_picture(by=editor, caption="L’atelier", credit="Lucie Roy", data=newsrooms.a_png(1000, 500))
    inside = newsrooms.a_picture(by=editor, alternative="Une scie")
    body = (
        f"## Un\n\n> Une citation\n\n## Deux\n\n[[image:{inside.pk}]]\n\n### Trois\n\n::: info\nUn encadré.\n:::\n\n"
        f"## Quatre\n\n[[campus:{campus.slug}]]\n\n| A | B |\n|---|---|\n| 1 | 2 |"
    )
    related = published("Un voisin", by=editor)
    sheet = Sheet(newsrooms.a_rubric(), Filiere.objects.all()[0], Region.objects.get(code="32"), ["Bois"], [related.pk])
    article = published("Le bois d'œuvre", by=editor, picture=picture, body=body, byline="Lucie Roy", sheet=sheet)
    page = read(article.get_absolute_url())
    for part in (
        "<h1>Le bois d’œuvre</h1>",
        "Par Lucie Roy.",
        "1 minute de lecture",
        'alt="Un carré bleu nuit"',
        "L’atelier",
        "Crédit : Lucie Roy",
        f"/articles/images/{picture.pk}-400.webp 400w, /articles/images/{picture.pk}-800.webp 800w",
        'alt="Une scie"',
        "<blockquote>",
        'class="cmq-callout"',
        f'<a href="{campus.get_absolute_url()}">Campus du bois</a>',
        '<a href="#deux">Deux</a>',
        'href="/articles/?mot=bois"',
        f'href="/recherche/?type=offre&amp;region={sheet.region.slug}&amp;filiere={sheet.filiere.slug}"',
        "Voir aussi",
        related.get_absolute_url(),
        "mailto:?subject=Le%20bois%20d%E2%80%99%C5%93uvre",
        "partage.png",
    ):
        assert part in page, part
    assert page.count("<h1") == 1
    linked = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0])
    assert linked["@type"] == "NewsArticle" and linked["headline"] == "Le bois d’œuvre"
    assert dt.datetime.fromisoformat(linked["datePublished"]) == article.publish_at
    # Nobody's script, nobody's picture: sharing is links that one may follow.
    assert not re.findall(r'(?:src|srcset)="(?:https?:)?//', page)


def test_a_card_stays_true_and_a_departed_thing_says_so() -> None:
    campus = a_campus("Campus du bois")
    article = published(body=f"Texte.\n\n[[campus:{campus.slug}]]")
    assert "Campus du bois" in read(article.get_absolute_url())
    from cmq.core.feed import change_set, record

    with change_set():
        record(campus, "campuses.remove", "Campus retiré.")
        campus.delete()
    page = read(article.get_absolute_url())
    assert "Campus du bois" not in page and "Ce campus n’est plus dans le registre." in page


def test_the_clock_alone_shows_and_hides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept pages are dropped at the very instant: nothing else happens in between."""
    now, hour = timezone.now(), dt.timedelta(hours=1)
    article = published(at=now + hour, until=now + 2 * hour)
    paths = ["/", "/articles/", "/articles.atom"]

    def seen() -> list[bool]:
        parts = Client().get("/sitemap.xml").getvalue().decode()
        return [*("un-article" in read(path) for path in paths), "/sitemap/articles-1.xml" in parts]

    def clock(at: dt.datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at)
        monkeypatch.setattr(page_cache.time, "time", lambda: at.timestamp())

    assert seen() == [False] * 4
    read(article.get_absolute_url(), 404)
    clock(now + hour + dt.timedelta(seconds=1))
    assert seen() == [True] * 4
    read(article.get_absolute_url())
    clock(now + 2 * hour + dt.timedelta(seconds=1))
    assert seen() == [False] * 4
    assert "a été retiré" in read(article.get_absolute_url(), 410)


def test_a_withdrawn_article_says_why_and_gives_nothing_else() -> None:
    editor = newsrooms.an_editor()
    article = published(by=editor, body="Un chiffre faux.")
    publishing.withdraw(article, reason="Un chiffre était faux.", by=editor)
    page = read(article.get_absolute_url(), 410)
    assert "Un chiffre était faux." in page and "Un chiffre faux." not in page
    read(f"{article.get_absolute_url()}partage.png", 404)


def test_an_old_address_leads_to_the_new_one() -> None:
    editor = newsrooms.an_editor()
    article = published(by=editor)
    publishing.move(article, slug="ailleurs", by=editor)
    answer = Client().get("/articles/un-article/")
    assert (answer.status_code, answer["Location"]) == (301, "/articles/ailleurs/")
    read("/articles/nulle-part/", 404)


def test_facets_narrow_and_count() -> None:
    editor = newsrooms.an_editor()
    first, second = newsrooms.a_rubric(), newsrooms.Rubric.objects.all()[1]
    north = Region.objects.get(code="32")
    published("Cuisine", by=editor, sheet=Sheet(first, None, north, ["Goût", "Été"]))
    published("Vigne", by=editor, sheet=Sheet(second, None, None, ["Goût"]))

    def titles(query: str) -> set[str]:
        page = read(f"/articles/?{query}")
        return {title for title in ("Cuisine", "Vigne") if f">{title}</a>" in page}

    assert titles("") == {"Cuisine", "Vigne"}
    assert titles("region=hauts-de-france") == {"Cuisine"}
    assert titles(f"rubrique={second.slug}") == {"Vigne"}
    assert titles("mot=gout") == {"Cuisine", "Vigne"}
    assert titles(f"mot=gout&rubrique={first.slug}") == {"Cuisine"}
    assert titles(f"mot=ete&rubrique={second.slug}") == set()
    assert "Goût (2)" in read("/articles/") and "Goût (1)" in read(f"/articles/?rubrique={first.slug}")
    assert "n’est pas un choix" in read("/articles/?rubrique=rien", 400)
    for number in ("0", "2", "-1", "x", "9" * 30):
        read(f"/articles/?page={number}", 404)


def test_the_news_of_a_campus_stand_on_its_pages_only() -> None:
    campus, keeper = a_campus("Campus du bois"), a_person(is_superuser=True)
    news = newsrooms.agreed(
        newsrooms.an_article("Portes ouvertes", by=keeper, campus=campus), by=a_person(is_superuser=True)
    )
    publishing.publish(news, by=keeper)
    for path in (campus.get_absolute_url(), f"{campus.get_absolute_url()}actualites/"):
        assert "Portes ouvertes" in read(path)
    assert "Portes ouvertes" in read(f"{campus.get_absolute_url()}actualites.atom")
    for path in ("/articles/", "/articles.atom", "/"):
        assert "Portes ouvertes" not in read(path)
    page = read(news.get_absolute_url())
    assert "Actualités du campus" in page and f"/offres/?campus={campus.slug}" in page


def test_feeds_are_atom_and_narrowed() -> None:
    editor = newsrooms.an_editor()
    north = Region.objects.get(code="32")
    article = published(f"Fil {NASTY}", by=editor, sheet=Sheet(newsrooms.a_rubric(), None, north))
    published("Autre", by=editor)
    feed = ET.fromstring(read("/articles.atom?region=hauts-de-france"))
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [article.title]
    for element in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{element}") and entries[0].findtext(f"{ATOM}{element}")
    assert feed.findtext(f"{ATOM}id").endswith("/articles.atom?region=hauts-de-france")
    before = entries[0].findtext(f"{ATOM}id")
    publishing.move(article, slug="ailleurs", by=editor)
    after = ET.fromstring(read("/articles.atom?region=hauts-de-france")).find(f"{ATOM}entry")
    # An entry keeps its identity when its address changes.
    assert after.findtext(f"{ATOM}id") == before and "ailleurs" in after.find(f"{ATOM}link").get("href")
    read("/articles.atom?region=rien", 400)


def test_pictures_are_public_once_a_text_that_shows_them_is_agreed() -> None:
    editor = newsrooms.an_editor()
    picture = newsrooms.a_picture(by=editor)
    article = newsrooms.an_article(by=editor, body=f"Texte.\n\n[[image:{picture.pk}]]")
    path = f"/articles/images/{picture.pk}-400.webp"
    read(path, 404)
    newsrooms.agreed(article)
    answer = Client().get(path)
    assert answer["Content-Type"] == "image/webp" and "sandbox" in answer["Content-Security-Policy"]
    with Image.open(io.BytesIO(answer.content)) as drawn:
        assert drawn.width == 400
    read(f"/articles/images/{picture.pk}-401.webp", 404)


def test_the_picture_to_share_is_drawn_once() -> None:
    article = published(f"Partage {NASTY}")
    answer = Client().get(f"{article.get_absolute_url()}partage.png")
    with Image.open(io.BytesIO(answer.content)) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (1200, 630))
    kept = default_storage.listdir("partage")[1]
    page_cache.shelf = page_cache._Shelf()
    assert Client().get(f"{article.get_absolute_url()}partage.png").content == answer.content
    assert default_storage.listdir("partage")[1] == kept


def test_hostile_text_stays_text() -> None:
    article = published(NASTY, standfirst=NASTY, byline=NASTY, body=f"## {NASTY}\n\n{NASTY}\n\n- {NASTY}")
    for path in (article.get_absolute_url(), "/articles/", "/", "/articles.atom"):
        page = read(path)
        assert "<script>alert" not in page and "alert(" in page


def test_lists_and_pages_ask_few_questions() -> None:
    editor = newsrooms.an_editor()
    counts = []
    for number in range(9):
        picture = newsrooms.a_picture(by=editor, alternative=f"Carré {number}")
        article = published(f"Article {number}", by=editor, picture=picture, body=f"a\n\n[[image:{picture.pk}]]")
        if number in (1, 8):
            page_cache.shelf = page_cache._Shelf()
            with CaptureQueriesContext(
                connection,
            ) as listed:
                read("/articles/")
            with CaptureQueriesContext(connection) as one:
                read(article.get_absolute_url())
            counts.append((len(listed), len(one)))
    assert counts[0] == counts[1]
    assert counts[1][0] <= 16 and counts[1][1] <= 16


def test_home_and_article_are_light() -> None:
    picture = newsrooms.a_picture()
    text = "\n\n".join(f"## Partie {n}\n\n" + "Une phrase assez longue pour peser. " * 30 for n in range(12))
    article = published(picture=picture, body=text)
    for path in ("/", article.get_absolute_url()):
        assert len(read(path).encode()) < 150_000


@pytest.mark.parametrize(
    ("path", "subject", "owed"),
    [
        (
            "/mentions-legales/",
            StandingSubject.LEGAL,
            ["Éditeur et directeur de la publication", "Hébergeur", "Contact"],
        ),
        (
            "/donnees-personnelles/",
            StandingSubject.PRIVACY,
            ["Responsable du traitement", "Vos droits", "CNIL", "Base légale"],
        ),
        (
            "/accessibilite/",
            StandingSubject.ACCESSIBILITY,
            ["partiellement conforme", "article 47 de la loi", "Défenseur des droits", "Retour d’information"],
        ),
        ("/cookies/", StandingSubject.COOKIES, ["csrftoken", "sessionid", "article 82"]),
        ("/a-propos/", StandingSubject.ABOUT, ["La fiabilité", "Réutiliser les données"]),
    ],
)
def test_standing_pages_are_edited_and_keep_what_the_law_obliges(
    path: str, subject: StandingSubject, owed: list[str]
) -> None:
    shipped = read(path)
    author, other = newsrooms.an_editor(), newsrooms.an_editor()
    page = pages.write_page(subject, text="## Un mot\n\nÀ {site}, écrivez à {contact}.", version=0, by=author)
    assert read(path) == shipped
    pages.agree_page(page, by=other)
    now = read(path)
    assert "Un mot" in now and "mailto:contact@localhost" in now and "{site}" not in now
    for words in owed:
        assert words in shipped and words in now, words


def test_a_stale_save_is_refused_and_no_reader_sees_it() -> None:
    editor = newsrooms.an_editor()
    article = published("Montré", by=editor)
    writing.save(article, newsrooms.a_draft("Brouillon"), version=1, by=editor)
    with pytest.raises(Refusal):
        writing.save(article, newsrooms.a_draft("Vieux"), version=1, by=newsrooms.an_editor())
    assert "Montré" in read("/articles/") and "Brouillon" not in read(article.get_absolute_url())
