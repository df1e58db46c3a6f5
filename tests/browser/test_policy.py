"""What an attacker puts into a page of ours does not run, and we hear of it."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from .conftest import Site

# In the page as it is served: a script of its own, one of another site, one by an event, a frame, a form's aim.
INJECTED = """<script>window.ran = ["inline"]</script><script src="https://mechant.exemple/vol.js"></script>
<script nonce="devine">window.ran = ["nonce"]</script><img src="/rien.png" onerror="window.ran = ['onerror']">
<svg onload="window.ran = ['svg']"></svg><base href="https://mechant.exemple/">
<a id="piege" href="javascript:ran=1">x</a><object data="/rien.swf"></object>
<iframe srcdoc="<script>parent.ran = ['frame']</script>"></iframe><style>body { display: none }</style>"""


@contextmanager
def attacked(site: str) -> Iterator[str]:
    """The address of the site, each of whose pages bears what an attacker has put there; their headers are its own."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = {**self.headers, "Accept-Encoding": "identity"}
            answer = httpx.request(self.command, f"{site}{self.path}", headers=told, content=sent)
            body = answer.content.replace(b"</main>", INJECTED.encode() + b"</main>")
            self.send_response(answer.status_code)
            for name, value in answer.headers.multi_items():
                if name not in ("content-length", "connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def bare(browser: Browser) -> Any:
    """A page whose refusals are what the test is about."""
    context = browser.new_context(locale="fr-FR")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def map_page(browser: Browser, neutral_site: Site) -> Any:
    """The page with the map, opened once: what is tried on it enters no document."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(f"{neutral_site.url}/carte/")
    yield page
    context.close()


@pytest.mark.parametrize("path", ["/a-propos/", "/compte/connexion/"])
def test_an_injected_script_does_not_run_and_is_reported(
    path: str, bare: Page, neutral_site: Site, prepared: dict[str, str]
) -> None:
    """On a page that is kept for everyone, whose policy is « self », and on one whose scripts bear a number."""
    page = bare
    with attacked(neutral_site.url) as url:
        page.goto(f"{url}{path}")
        assert "mechant" in page.content()
        page.click("#piege", force=True)
        assert page.evaluate("window.ran") is None
        assert page.locator("h1").is_visible(), "no injected style either"
        assert page.evaluate("document.baseURI").startswith(url)
        wait_for_reports(prepared, path)


def wait_for_reports(prepared: dict[str, str], path: str) -> None:
    sources = {("script-src-elem", each) for each in ("inline", "https://mechant.exemple")}
    wanted = {*sources, ("script-src-attr", "inline"), ("style-src-elem", "inline")}
    seen: set[tuple[str, str]] = set()
    for _ in range(100):
        seen = refusals(prepared, path)
        if wanted <= seen:
            break
        time.sleep(0.1)
    assert wanted <= seen


def refusals(prepared: dict[str, str], path: str) -> set[tuple[str, str]]:
    with sqlite3.connect(Path(prepared["CMQ_VAR_DIR"]) / "cmq.sqlite3") as base:
        rows = base.execute("SELECT directive, blocked FROM service_browserrefusal WHERE page = ?", [path])
        return set(rows.fetchall())


def test_no_script_makes_html_or_code_of_a_string(bare: Page, neutral_site: Site) -> None:
    """Trusted Types: the browser refuses to put a reader's words into the page as HTML, were a fault of ours to try."""
    page = bare
    for path in ("/a-propos/", "/carte/"):
        page.goto(f"{neutral_site.url}{path}")
        for sink in (
            "document.body.innerHTML = '<img src=x onerror=ran=1>'",
            "document.body.insertAdjacentHTML('beforeend', '<script>ran=1</' + 'script>')",
            "document.createElement('script').src = '/static/autre.js'",
            "document.createElement('script').src = 'https://mechant.exemple/static/vendor/leaflet/leaflet.js'",
            "document.createElement('script').textContent = 'ran=1'",
            "new DOMParser().parseFromString('<i onclick=x>', 'text/html')",
            "document.body.setAttribute('onclick', 'ran=1')",
            "trustedTypes.createPolicy('autre', {createHTML: text => text})",
        ):
            thrown = page.evaluate(f"() => {{ try {{ {sink}; return '' }} catch (error) {{ return error.name }} }}")
            assert thrown == "TypeError", (path, sink)


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ('<span aria-hidden="true">+</span>', True),
        ('<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M1 2z"/></svg>', True),
        ("Leaflet", True),
        ("<img src=x>", False),
        ('<span onclick="x">', False),
        ('<a href="javascript:x">', False),
        ('<svg><use href="data:x"/></svg>', False),
        ("<script>x</script>", False),
        ('<span class="a" style="x">', False),
        ("<span class='a'>", False),
        ("<", False),
    ],
)
def test_the_maps_own_marks_alone_pass(text: str, passes: bool, map_page: Page) -> None:
    written = "(text) => { try { document.createElement('div').innerHTML = text; return true } catch { return false } }"
    assert map_page.evaluate(written, text) is passes
