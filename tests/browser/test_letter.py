"""An issue of the letter, from a blank page to the readers' boxes: composed, seen, agreed by another, sent."""

import os
import subprocess

from playwright.sync_api import Page, expect

from tests.browser.conftest import BIN, ROOT, Site
from tests.browser.test_pages import log_in, violations
from tools.smtp_sink import Sink


def test_an_issue_is_composed_seen_agreed_to_by_another_and_sent(
    page: Page, neutral_site: Site, prepared: dict[str, str]
) -> None:
    log_in(page, neutral_site, "redactrice")
    page.goto(f"{neutral_site.url}/espace/lettre/nouveau/")
    page.get_by_label("Titre").fill("Lettre écrite au navigateur")
    page.get_by_role("button", name="Commencer").click()
    page.get_by_label("Mots du titre").fill("fictif")
    page.get_by_label("Nature").select_option("campus")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_role("group", name="Trouvé").get_by_role("checkbox").first.check(force=True)
    assert violations(page) == []
    page.get_by_role("button", name="Ajouter ce qui est coché").click()
    expect(page.locator("main")).to_contain_text("Ajouté à la fin du numéro.")
    desk = page.url
    assert violations(page) == []
    page.get_by_role("link", name="Voir le double HTML").click()
    expect(page.locator("h1")).to_contain_text("Lettre écrite au navigateur")
    # As a mail reader shows it: no script of the page may run there, so axe gets the letter by itself.
    letter = page.content()
    page.goto("about:blank")
    page.set_content(letter)
    assert violations(page) == []
    page.goto(desk)
    page.get_by_role("button", name="Proposer à une seconde personne").click()
    expect(page.get_by_role("link", name="Relire et donner l’accord")).to_have_count(0)
    log_in(page, neutral_site, "relecteur")
    page.goto(desk)
    page.get_by_role("link", name="Relire et donner l’accord").click()
    assert violations(page) == []
    page.get_by_role("button", name="Donner mon accord").click()
    expect(page.locator("main")).to_contain_text("envoi programmé")
    sink = Sink()
    try:
        environment = {**os.environ, **prepared, "CMQ_MAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
        subprocess.run([BIN / "cmq", "lettre", "envoyer"], cwd=ROOT, env=environment, check=True)
    finally:
        sink.close()
    # Whoever the demonstration has invented, and nobody else, once.
    assert sink.taken and set(sink.taken.values()) == {1}
    assert all(address.endswith(".invalid") for address in sink.taken)
    page.goto(desk)
    expect(page.locator("main")).to_contain_text("Envoyé")
    page.get_by_role("link", name="Le numéro dans l’archive").click()
    expect(page.locator("h1")).to_contain_text("Lettre écrite au navigateur")
