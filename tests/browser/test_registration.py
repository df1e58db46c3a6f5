"""A visitor registers for a stop on a telephone, confirms by the link of the letter, and gives the seat back."""

import re
import sqlite3
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Site


def letters(prepared: dict[str, str], email: str) -> list[str]:
    """What the outbox holds for an address: without a mail server the texts stay in it."""
    with sqlite3.connect(Path(prepared["CMQ_VAR_DIR"]) / "cmq.sqlite3") as database:
        rows = database.execute('SELECT text FROM core_outgoingmail WHERE "to" = ? ORDER BY id', [email])
        return [text for (text,) in rows]


def test_a_visitor_registers_confirms_and_gives_the_seat_back(
    page: Page, neutral_site: Site, prepared: dict[str, str]
) -> None:
    email = "visiteuse@exemple.fr"
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{neutral_site.url}/agenda/")
    page.locator("tr", has_text="40 places libres").first.get_by_role("link").first.click()
    stop = page.url
    page.get_by_role("link", name="S’inscrire").click()
    page.fill("[name=name]", "Visiteuse")
    page.fill("[name=email]", email)
    page.select_option("[name=audience]", "grand_public")
    # The form is for people: one that leaves at once is refused, and says so.
    page.locator("main button[type=submit]").click()
    expect(page.locator(".fr-alert")).to_contain_text("parti trop vite")
    page.wait_for_timeout(3500)
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile("inscription/recue/$"))
    (letter,) = letters(prepared, email)
    link = re.search(r"/agenda/inscription/[0-9a-f]+/", letter)
    assert link is not None
    page.goto(f"{neutral_site.url}{link[0]}")
    page.get_by_role("button", name="Confirmer").click()
    expect(page.locator("main")).to_contain_text("Confirmée")
    page.goto(stop)
    expect(page.locator("main")).to_contain_text("39 places libres sur 40")
    page.goto(f"{neutral_site.url}{link[0]}")
    page.get_by_role("button", name="Rendre mes places").click()
    expect(page.locator("main")).to_contain_text("Vos places sont rendues")
    page.goto(stop)
    expect(page.locator("main")).to_contain_text("40 places libres sur 40")
