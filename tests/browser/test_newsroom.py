"""From a blank page to readers, on a telephone: written, saved by itself, illustrated, previewed, agreed to, shown."""

import datetime as dt
import re
import sqlite3
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import log_in, violations


def text_in_base(prepared: dict[str, str], title: str) -> str:
    """The newest version of an article, as the database holds it."""
    with sqlite3.connect(Path(prepared["CMQ_VAR_DIR"]) / "cmq.sqlite3") as database:
        query = "SELECT body FROM editorial_articleversion WHERE title = ? ORDER BY number DESC"
        return str(database.execute(query, [title]).fetchone()[0])


def test_an_article_is_written_illustrated_previewed_agreed_to_and_published(
    page: Page, neutral_site: Site, prepared: dict[str, str]
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    page.set_viewport_size({"width": 390, "height": 800})
    log_in(page, neutral_site, "redactrice")
    page.goto(f"{neutral_site.url}/espace/redaction/nouveau/")
    page.fill("[name=title]", "Écrit au téléphone")
    page.get_by_role("button", name="Commencer").click()
    page.fill("[name=standfirst]", "Deux phrases. Elles disent l’essentiel.")
    page.fill("[name=body]", "Une partie")
    page.get_by_role("button", name="Intertitre").click()
    expect(page.locator("[name=body]")).to_have_value("## Une partie")
    page.locator("[name=body]").press("Control+End")
    page.locator("[name=body]").press_sequentially('\n\nUn texte "cité" !')
    page.get_by_text("Insérer une image ou une fiche").click()
    page.get_by_role("button", name="Insérer : Une maison").first.click()
    page.fill("[aria-label='Mots de la fiche']", "fictif bois")
    page.get_by_role("button", name="Insérer : Campus fictif du Bois").click()
    # Nobody pressed « Enregistrer »: the text is there.
    expect(page.locator("#enregistrement")).to_contain_text("Enregistré à")
    kept = text_in_base(prepared, "Écrit au téléphone")
    assert re.search(r"\[\[image:\d+\]\]", kept) and "[[campus:campus-fictif-du-bois-et-des-charpentes]]" in kept
    assert violations(page) == []
    page.get_by_role("link", name="Aperçu de ce qui est enregistré").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("h1")).to_have_text("Écrit au téléphone")
    expect(frame.locator(".cmq-illustration img")).to_be_visible()
    expect(frame.locator(".cmq-prose")).to_contain_text("«\u00a0cité\u00a0»\u202f!")
    page.goto(re.sub(r"apercu/.*", "", page.url))
    desk = page.url
    page.get_by_role("button", name="Envoyer en relecture").click()
    expect(page.locator("main")).to_contain_text("une autre personne doit l’accepter")
    log_in(page, neutral_site, "relecteur")
    page.goto(desk)
    page.get_by_role("button", name="Accepter cette version").click()
    page.get_by_role("link", name="Publier ou programmer").click()
    page.get_by_label("Publier le").fill(f"{timezone.localtime() + dt.timedelta(days=2):%Y-%m-%dT09:00}")
    page.get_by_role("button", name="Enregistrer la publication").click()
    # Its hour has not come: nobody outside reads it.
    assert page.request.get(f"{neutral_site.url}/articles/ecrit-au-telephone/").status == 404
    page.get_by_role("link", name="Publier ou programmer").click()
    page.get_by_label("Publier le").fill("")
    page.get_by_role("button", name="Enregistrer la publication").click()
    page.get_by_role("link", name="Voir la page").click()
    expect(page.locator("h1")).to_have_text("Écrit au téléphone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert errors == []
