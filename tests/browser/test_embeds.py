"""The map in a frame of another site, as a browser shows it: on a listed host, and on one that is not."""

from playwright.sync_api import Browser

from .conftest import FRAMING, Site


def framed(browser: Browser, site: Site, host: str, path: str) -> tuple[str, int]:
    """The title that a frame of `host` shows, empty when the browser refuses; and how many cookies are left."""
    context = browser.new_context()
    page = context.new_page()
    body = f'<!DOCTYPE html><title>x</title><iframe src="{site.url}{path}" width="900" height="900"></iframe>'
    page.route(f"{host}/**", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{host}/", wait_until="load")
    frame = page.frames[1]
    shown = frame.locator("h1").inner_text() if frame.locator("h1").count() else ""
    cookies = len(context.cookies())
    context.close()
    return shown, cookies


def test_only_a_listed_site_shows_the_map_and_a_campus(browser: Browser, neutral_site: Site) -> None:
    assert framed(browser, neutral_site, FRAMING, "/integrer/carte/") == ("Carte des campus", 0)
    shown, cookies = framed(browser, neutral_site, FRAMING, "/integrer/campus/autonomie-longevite-sante/")
    assert "Autonomie" in shown and cookies == 0
    assert framed(browser, neutral_site, "http://autre.exemple", "/integrer/carte/")[0] != "Carte des campus"
    assert framed(browser, neutral_site, FRAMING, "/carte/")[0] != "Carte des campus"
