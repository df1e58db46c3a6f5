"""The search box in a browser: completion by keyboard, and the reader's own place only when they agree."""

import re

from playwright.sync_api import Browser, Page

from .conftest import Site

BOX = "main input[name=q]"


def test_completion_by_keyboard_leads_to_a_job_sheet(page: Page, neutral_site: Site) -> None:
    page.goto(f"{neutral_site.url}/recherche/")
    box = page.locator(BOX)
    assert box.get_attribute("role") == "combobox"
    box.press_sequentially("aide-soi", delay=20)
    option = page.locator("#q-liste [role=option]").first
    option.wait_for()
    assert "Aide-soignant" in option.inner_text()
    # The choices are said, and the field keeps the focus while arrows move in the list.
    assert re.match(r"\d+ proposition", page.locator(".cmq-completion [role=status]").first.inner_text())
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/recherche/\?q=aide-soi"))
    assert "Aide-soignant" in page.locator("main ol h4").first.inner_text()


def test_a_chosen_completion_opens_its_page(page: Page, neutral_site: Site) -> None:
    page.goto(f"{neutral_site.url}/recherche/")
    page.locator(BOX).press_sequentially("boulang", delay=20)
    page.locator("#q-liste [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/metiers/"))
    assert "Boulang" in page.locator("h1").inner_text()


def test_around_me_asks_the_browser_and_goes_there_only_when_it_agrees(browser: Browser, neutral_site: Site) -> None:
    agreed = browser.new_context(
        locale="fr-FR", geolocation={"latitude": 50.40812, "longitude": 1.59234}, permissions=["geolocation"]
    )
    page = agreed.new_page()
    page.goto(f"{neutral_site.url}/recherche/?q=aide-soignant")
    page.get_by_role("button", name="Autour de moi").click()
    page.wait_for_url(re.compile(r"autour=50\.408%2C1\.592"))
    assert "à moins de 30 km de ma position" in page.locator(".cmq-chosen").inner_text()
    agreed.close()
    refused = browser.new_context(locale="fr-FR")
    page = refused.new_page()
    page.goto(f"{neutral_site.url}/recherche/?q=aide-soignant")
    page.get_by_role("button", name="Autour de moi").click()
    page.get_by_text("écrivez une commune").wait_for()
    assert "autour" not in page.url
    refused.close()


def test_the_page_works_without_any_script(browser: Browser, neutral_site: Site) -> None:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False, viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.goto(f"{neutral_site.url}/recherche/")
    page.fill(BOX, "aide-soignant à 30 km de Berck")
    page.click("main form.cmq-search button, main form button[type=submit]")
    page.wait_for_url(re.compile(r"/recherche/\?q="))
    assert "Berck (62)" in page.locator("main").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
