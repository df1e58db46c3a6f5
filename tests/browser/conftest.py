"""The site as `make run` serves it, in both themes, and a browser to look at it."""

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
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
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
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a site that `cmq setup` has prepared in a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    environment = {
        **os.environ,
        "CMQ_VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'cmq.sqlite3'}",
    }
    subprocess.run([BIN / "cmq", "setup"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


@pytest.fixture(scope="session")
def invitation(prepared: dict[str, str]) -> str:
    """The address of an invitation that nobody has accepted."""
    command = [BIN / "cmq", "gardien", "invitee@exemple.fr"]
    told = subprocess.run(command, cwd=ROOT, env=prepared, check=True, capture_output=True, text=True).stdout
    return re.search(r"/espace/invitation/[^/\s]+/", told)[0]


@pytest.fixture(scope="session")
def neutral_site(prepared: dict[str, str]) -> Iterator[Site]:
    """The site in its default theme."""
    yield from _serve(prepared, "neutre")


@pytest.fixture(scope="session")
def state_site(prepared: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same data under the State's theme, whose static files are others."""
    folder = tmp_path_factory.mktemp("etat")
    shutil.copy(Path(prepared["CMQ_VAR_DIR"]) / "demo-password", folder)
    # The same data: also the documents that files join.
    (folder / "media").symlink_to(Path(prepared["CMQ_VAR_DIR"]) / "media")
    # Another machine of the same site has the same keys.
    shutil.copytree(Path(prepared["CMQ_VAR_DIR"]) / "cles", folder / "cles")
    environment = {**prepared, "CMQ_VAR_DIR": str(folder), "CMQ_THEME": "etat"}
    subprocess.run([BIN / "cmq", "setup"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
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
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert not problems


def _serve(environment: dict[str, str], theme: str) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [BIN / "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "4", "--no-access-log", "--log-level", "warning"]
    server = subprocess.Popen(
        [
            *command,
            "--workers",
            "1",
            "--blocking-threads",
            "4",
            "--no-access-log",
            "--log-level",
            "warning",
            "cmq.wsgi:application",
        ],
        cwd=ROOT,
        env={**environment, "CMQ_SITE_URL": url},
    )
    try:
        _wait_for(url)
        password = (Path(environment["CMQ_VAR_DIR"]) / "demo-password").read_text().strip()
        yield Site(url, theme, password)
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the site does not answer")
