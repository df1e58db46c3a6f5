"""The site as `make run` serves it, in both themes, and a browser to look at it."""

import fcntl
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# The other site that may frame what can be framed.
FRAMING = "http://hote.exemple"
USUAL = ViewportSize(width=1280, height=900)
# A busy machine is not a fault of the page.
PATIENCE = 60  # seconds
expect.set_options(timeout=PATIENCE * 1000)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page is shown once: what the last of the compilers of scripts takes is never won back (a tenth of a run).
    "--js-flags=--no-turbofan",
    # A page that a test makes up counts as one of the wide network, which may not frame this machine.
    "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessForNavigations",
]


@dataclass(frozen=True)
class Site:
    """A served site: its address, its theme, and the password of its demonstration accounts."""

    url: str
    theme: str
    password: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> dict[str, str]:
    """The environment of a site that `cmq setup` has prepared, in a folder of this process’s own.

    Processes that test side by side set one site up, for it is long; each then has its copy.
    """
    own = tmp_path_factory.getbasetemp()
    folder, first = own / "site", (own if worker_id == "master" else own.parent) / "first-site"
    with (first.with_suffix(".lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not first.exists():
            _set_up(_environment(first))
    shutil.copytree(first, folder)
    return _environment(folder)


def _environment(folder: Path) -> dict[str, str]:
    place = {"CMQ_VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'cmq.sqlite3'}"}
    return {**os.environ, **place, "CMQ_EMBED_HOSTS": FRAMING}


def _set_up(environment: dict[str, str]) -> None:
    subprocess.run([BIN / "cmq", "setup"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def invitation(prepared: dict[str, str]) -> str:
    """The address of an invitation that nobody has accepted."""
    command = [BIN / "cmq", "gardien", "invitee@exemple.fr"]
    told = subprocess.run(command, cwd=ROOT, env=prepared, check=True, capture_output=True, text=True).stdout
    return re.search(r"/espace/invitation/[^/\s]+/", told)[0]


@pytest.fixture(scope="session")
def technician(prepared: dict[str, str]) -> str:
    """Name of the account of somebody of the technical team, whom the demonstration does not have: it would be given to
    anyone. It counts as of the demonstration, which needs no second factor."""
    made = (
        "from django.conf import settings; from django.utils import timezone;"
        "from cmq.accounts.actions import open_account; from cmq.accounts.models import User;"
        "password = (settings.VAR_DIR / 'demo-password').read_text().strip();"
        "open_account(email='technique@demonstration.invalid', name='Équipe technique',"
        " password=password, is_demo=True);"
        "User.objects.filter(email='technique@demonstration.invalid').update(is_staff=True, is_superuser=True,"
        " terms_version=settings.TERMS_VERSION, terms_accepted_at=timezone.now())"
    )
    subprocess.run([BIN / "cmq", "shell", "-c", made], cwd=ROOT, env=prepared, check=True, stdout=subprocess.DEVNULL)
    return "technique"


@pytest.fixture(scope="session")
def neutral_site(prepared: dict[str, str]) -> Iterator[Site]:
    """The site in its default theme."""
    yield from _serve(prepared, "neutre")


@pytest.fixture(scope="session")
def state_site(prepared: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same data under the State's theme, whose static files are others."""
    folder = tmp_path_factory.mktemp("etat") / "var"
    shutil.copytree(prepared["CMQ_VAR_DIR"], folder)
    # The same rows: what is written under one theme is read under the other.
    environment = {**prepared, "CMQ_VAR_DIR": str(folder), "CMQ_THEME": "etat"}
    _set_up(environment)
    yield from _serve(environment, "etat")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty profile; any script error or refusal by the content policy fails the test."""
    page, problems = _window(browser)
    yield page
    page.context.close()
    assert not problems


@pytest.fixture(scope="session")
def _standing_window(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    page, problems = _window(browser)
    yield page, problems
    page.context.close()


@pytest.fixture
def visit(_standing_window: tuple[Page, list[str]]) -> Iterator[Page]:
    """As `page`, for a test that shows an address and changes nothing: one window after another needs four processes
    each, which is longer than most pages. Cookies go after each test, and a script or policy that fails, fails it."""
    page, problems = _standing_window
    problems.clear()
    page.set_viewport_size(USUAL)
    yield page
    page.context.clear_cookies()
    kept = page.evaluate("[localStorage, sessionStorage].map(store => store.length)")
    assert not problems
    assert kept == [0, 0], "a page that is only shown keeps something in the browser"


def _window(browser: Browser) -> tuple[Page, list[str]]:
    """A window of a profile of its own, and what goes wrong in it from now on."""
    page = browser.new_context(locale="fr-FR", viewport=USUAL).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)
    return page, problems


def _serve(environment: dict[str, str], theme: str) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [BIN / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--blocking-threads", "4", "--no-access-log", "--log-level", "warning", "cmq.wsgi:application"]
    server = subprocess.Popen(command, cwd=ROOT, env={**environment, "CMQ_SITE_URL": url})
    try:
        _wait_for(url)
        password = (Path(environment["CMQ_VAR_DIR"]) / "demo-password").read_text().strip()
        yield Site(url, theme, password)
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def _wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the site does not answer")
