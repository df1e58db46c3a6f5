"""Every page in a real browser, with production static files: rendered, accessible, small, usable by keyboard."""

import re
from collections import Counter
from html import unescape
from typing import Any

import httpx
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import Browser, Page, ViewportSize

from cmq.web.espace.urls import urlpatterns
from tests.doors import ONLY_POST

from .conftest import USUAL, Site

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_RULES = {"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]}

PUBLIC = [
    "/",
    "/api/",
    "/api/essayer/formations/?limit=1",
    "/donnees/campus/changements/?depuis=2020-01-01",
    "/campus/",
    "/campus/?q=aeronotique",
    "/campus/?q=rien+de+tel+nulle+part",
    "/campus/?vue=carte",
    "/campus/?le=2018-03-01",
    "/campus/?lieu=Berck&rayon=100",
    "/campus/?region=nulle-part",
    "/campus/autonomie-longevite-sante/",
    "/campus/autonomie-longevite-sante/signaler/",
    "/campus/campus-fictif-des-metiers-du-bien-vieillir/",
    "/campus/campus-fictif-des-metiers-du-bien-vieillir/reseau/",
    "/campus/campus-fictif-des-metiers-du-bien-vieillir/reseau/?le=2018-03-01",
    "/campus/campus-fictif-des-metiers-du-bien-vieillir/formations/",
    "/campus/patrimoine-et-artisanat-d-excellence/",
    f"/campus/campus-fictif-des-metiers-du-bien-vieillir/rapports/{timezone.localdate().year - 1}/",
    "/indicateurs/",
    "/indicateurs/?region=demonstration",
    "/statistiques/",
    "/statistiques/reseau/",
    "/statistiques/renouvellements/",
    "/statistiques/delais/?demonstration=oui",
    "/statistiques/couverture/?filiere=services-a-la-personne-bien-etre",
    "/statistiques/besoins/?demonstration=oui",
    "/statistiques/besoins/?filiere=rien",
    "/statistiques/comparaison/?a=region-32&b=region-53&demonstration=oui",
    "/statistiques/financements/?demonstration=oui",
    "/statistiques/metiers-et-filieres/",
    "/territoires/",
    "/territoires/32/",
    "/territoires/region-32/",
    "/territoires/region-32/?demonstration=oui",
    "/donnees/",
    "/donnees/campus/",
    "/donnees/indicateurs/",
    "/carte/",
    "/agenda/",
    "/agenda/?lieu=Arras&rayon=20",
    "/agenda/la-table-en-route-fictif/",
    "/projets/",
    "/projets/?etat=en_cours",
    "/projets/maison-temoin-de-la-domotique/",
    "/formations/",
    "/formations/?lieu=Arras&rayon=100",
    "/formations/?niveau=12",
    "/metiers/",
    "/metiers/?q=soignant&domaine=J",
    "/metiers/j1501-aide-soignant-aide-soignante/",
    "/offres/",
    "/offres/?lieu=Berck&rayon=50&nature=alternance",
    "/offres/?q=rien+de+tel",
    "/offres/?metier=J1501",
    "/offres/deposer/",
    "/alertes/?metier=J1501",
    "/alertes/recue/",
    "/alertes/faux/",
    "/offres/employeur/faux/",
    "/articles/",
    "/articles/?rubrique=reportages",
    "/articles/bien-vieillir-comment-un-campus-fictif-fait-travailler-ensemble-ceux-qui/",
    "/articles/un-chiffre-de-trop/",
    "/campus/campus-fictif-des-metiers-du-bien-vieillir/actualites/",
    "/label/verifier/",
    "/label/verifier/inconnu/",
    "/lettre/",
    "/lettre/recue/",
    "/lettre/fin/",
    "/lettre/numeros/",
    "/lettre/1/",
    "/recherche/",
    "/recherche/?q=aide-soignant+%C3%A0+30+km+de+Berck",
    "/recherche/?q=sante&type=campus",
    "/recherche/?q=xyzzyx",
    "/filieres/",
    "/filieres/services-a-la-personne-bien-etre/",
    "/regions/",
    "/regions/hauts-de-france/",
    "/integrer/",
    "/integrer/carte/",
    "/integrer/campus/autonomie-longevite-sante/",
    "/a-propos/",
    "/mentions-legales/",
    "/donnees-personnelles/",
    "/accessibilite/",
    "/conditions/",
    "/cookies/",
    "/plan-du-site/",
    "/nulle-part/",
    "/compte/connexion/",
    "/compte/mot-de-passe/oubli/",
]

# Who walks the workspace, and where besides `/espace/` the walk starts: at the answer of a form that no link gives.
DEMO = "/espace/campus/campus-fictif-des-metiers-du-bien-vieillir/"
WALKERS: dict[str, list[str]] = {
    "referente": [],
    "directrice": [f"{DEMO}membres/", f"{DEMO}membres/chercher/?q=dunes", f"{DEMO}reseau/?q=fictif"],
    "rectrice": [],
    "president": [],
    "instructrice": [],
    "caen": [],
    "experte1": [],
    "autorite1": [],
    "autorite6": [],
    "observateur": [],
    "redactrice": ["/espace/redaction/fiches/?q=fictif", "/espace/redaction/?pile=publies"],
    "relecteur": [],
    "secretaire": [],
    # A real campus, for the lycées of the national list are not invited to a fictional one.
    "gardien": ["/espace/campus/autonomie-longevite-sante/reseau/?q=lycee"],
}
# The acts that a page offers depend on the state of what it shows: so many pages of one name are read for their links.
MOST_OF_A_NAME = {"issue": 5, "espace_project": 7, "espace_notice": 7, "file": 25, "item": 10} | dict.fromkeys(
    ["meeting", "decision", "measure", "campaign", "expert"], 6
)
# A phone, and also 1280 pixels at 400 %.
NARROW = ViewportSize(width=320, height=700)
# An answer to a script, no page; or the form of a remark alone, which shows when the article’s own was refused.
NO_PAGE = {"file_presence", "espace_report_picture", "newsroom_rendition", "article_comment", "espace_download"}


def violations(page: Page) -> list[str]:
    """What axe finds, one line each."""
    page.evaluate(AXE_SCRIPT)
    # Of all that axe tells, this alone is read: the rest, a line for each rule, need not leave the browser.
    found: list[dict[str, Any]] = page.evaluate("async rules => (await axe.run(rules)).violations", AXE_RULES)
    return [f"{each['id']}: {each['help']} – {each['nodes'][0]['html'][:160]}" for each in found]


def log_in(page: Page, site: Site, who: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{site.url}/espace/")
    page.fill("input[name=login]", f"{who}@demonstration.invalid")
    page.fill("input[name=password]", site.password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site.url}/espace/")


def reached(page: Page, site: Site, who: str, seeds: list[str]) -> dict[str, str]:
    """Name of each page of the workspace that links lead to → its first address that answers with HTML."""
    found: dict[str, str] = {}
    waiting, read, seen = ["/espace/", *seeds], Counter[str](), set[str]()
    # As the browser that has logged in, without passing each of a thousand answers through it.
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    with httpx.Client(base_url=site.url, cookies=cookies, follow_redirects=True, timeout=60) as client:
        while waiting:
            path = waiting.pop(0)
            name = str(resolve(path.partition("?")[0]).url_name)
            if path in seen or read[name] >= MOST_OF_A_NAME.get(name, 2):
                continue
            seen.add(path)
            read[name] += 1
            answer = client.get(path)
            assert answer.is_success, (who, path)
            is_page = "text/html" in answer.headers["content-type"]
            if name not in found or path in seeds:
                found[name] = path if is_page else ""
            text = answer.text if is_page else ""
            waiting += [unescape(each) for each in re.findall(r'href="(/espace/[^"#]*)"', text)]
    return found


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_in_the_neutral_theme(visit: Page, neutral_site: Site, path: str) -> None:
    visit.goto(neutral_site.url + path)
    assert not faults(visit)
    assert "Marianne" not in visit.evaluate("getComputedStyle(document.body).fontFamily")


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_in_the_state_theme(visit: Page, state_site: Site, path: str) -> None:
    visit.goto(state_site.url + path)
    assert visit.locator("h1").count() == 1
    assert not violations(visit)
    assert "Marianne" in visit.evaluate("getComputedStyle(document.body).fontFamily")


def test_every_page_of_the_workspace(page: Page, neutral_site: Site, invitation: str, technician: str) -> None:
    """Each page that can be read, once, by the first of the walkers whom links lead there; each walker's own home."""
    page.goto(neutral_site.url + invitation)
    found = {invitation: faults(page)}
    walked = walk(page, neutral_site, {**WALKERS, technician: []}, found)
    assert not {path: lines for path, lines in found.items() if lines}
    unseen = {str(pattern.name) for pattern in urlpatterns} - ONLY_POST - NO_PAGE - walked
    assert unseen == {"espace_invitation"}


def test_the_workspace_in_the_state_theme(page: Page, state_site: Site) -> None:
    """The same pages in other colours and letters: those of who sees the most kinds of them."""
    found: dict[str, list[str]] = {}
    walk(page, state_site, {who: WALKERS[who] for who in ("directrice",)}, found)
    assert len(found) > 50 and not {path: lines for path, lines in found.items() if lines}


def walk(page: Page, site: Site, walkers: dict[str, list[str]], found: dict[str, list[str]]) -> set[str]:
    """Look at what each of these reaches that none before did; `found` gets what is wrong. Names of all pages."""
    walked: set[str] = set()
    for who, seeds in walkers.items():
        log_in(page, site, who)
        pages = reached(page, site, who, seeds)
        for path in [path for name, path in pages.items() if path and (name == "espace" or name not in walked)]:
            show(page, site.url + path)
            found[f"{who} {path}"] = faults(page)
        walked |= set(pages)
    return walked


def show(page: Page, address: str) -> None:
    """Show a page; on a blank one where its policy lets no script run, for axe could not either."""
    answer = page.goto(address)
    if "sandbox" in answer.headers.get("content-security-policy", ""):
        text = answer.text()
        page.goto("about:blank")
        page.set_content(text)


def faults(page: Page) -> list[str]:
    """What is wrong with the page shown."""
    titles = page.locator("h1").count()
    found = violations(page) + ([f"{titles} titles"] if titles != 1 else [])
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(USUAL)
    return found + ([f"{wide} pixels wide on a screen of {NARROW['width']}"] if wide > NARROW["width"] else [])


@pytest.mark.parametrize("theme", ["neutral_site", "state_site"])
def test_a_label_is_verified_from_the_page_of_its_campus(
    page: Page, theme: str, request: pytest.FixtureRequest
) -> None:
    """The way of a reader, to a day, then to a signed credential that is good, then to one that is not."""
    site: Site = request.getfixturevalue(theme)
    page.goto(f"{site.url}/campus/campus-fictif-des-metiers-du-bien-vieillir/")
    page.click("a:has-text('vérifier le label') >> nth=-1")
    assert "Valide" in page.locator("main h2").first.inner_text() and not faults(page)
    page.fill("input[name=le]", "1999-01-01")
    page.click("main button[type=submit]")
    assert "Pas encore commencé" in page.locator("main h2").nth(1).inner_text() and not faults(page)
    address = page.locator("a[href$='justificatif.jwt']").get_attribute("href")
    token = page.context.request.get(site.url + str(address)).text()
    for text, title in ((token, "Justificatif vérifié"), (token[:-9], "Vérifier un label")):
        page.goto(f"{site.url}/label/verifier/")
        page.fill("textarea", text)
        page.click("main button[type=submit]")
        assert title in page.locator("h1").inner_text() and not faults(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(
    "path", ["/", "/campus/", "/campus/autonomie-longevite-sante/", "/carte/", "/agenda/", "/projets/"]
)
@pytest.mark.parametrize("width", [320, 375])
def test_nothing_sticks_out_of_a_small_screen(visit: Page, neutral_site: Site, path: str, width: int) -> None:
    """320 pixels is also 1280 at 400 %."""
    visit.set_viewport_size({"width": width, "height": 700})
    visit.goto(neutral_site.url + path)
    assert visit.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/recherche/", "/campus/", "/offres/", "/metiers/", "/projets/", "/formations/"])
def test_a_word_without_end_does_not_stick_out_either(visit: Page, neutral_site: Site, path: str) -> None:
    visit.set_viewport_size(NARROW)
    answer = visit.goto(f"{neutral_site.url}{path}?q={'a' * 190}")
    assert answer is not None and answer.status == 200
    assert visit.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_marks_of_a_network_are_seen_on_a_phone(visit: Page, neutral_site: Site) -> None:
    """Each shape is as large as a letter, and its outline does not cover it."""
    visit.set_viewport_size({"width": 390, "height": 700})
    visit.goto(f"{neutral_site.url}/campus/campus-fictif-des-metiers-du-bien-vieillir/reseau/")
    marks = visit.locator("svg.cmq-map .cmq-mark-shape")
    assert marks.count() >= 10
    for place in range(marks.count()):
        box = marks.nth(place).bounding_box()
        assert box and box["width"] >= 12 and box["height"] >= 12, (place, box)
        assert marks.nth(place).evaluate("mark => getComputedStyle(mark).vectorEffect") == "non-scaling-stroke"


def test_without_javascript_the_content_is_there(browser: Browser, neutral_site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in ("/", "/campus/", "/campus/autonomie-longevite-sante/", "/carte/"):
        page.goto(neutral_site.url + path)
        assert page.locator("main a[href^='/campus/']").count() > 0, path
    context.close()


def test_the_home_page_is_light_at_first_load(page: Page, neutral_site: Site) -> None:
    """The issue's budget: under 200 kB and 15 requests, the map included."""
    sizes: dict[str, float] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(neutral_site.url, wait_until="networkidle")
    assert page.locator("main svg a").count() > 0
    assert len(sizes) < 15
    assert sum(sizes.values()) < 200_000


def test_by_keyboard_from_search_to_a_campus(page: Page, neutral_site: Site) -> None:
    page.goto(neutral_site.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Contenu"
    search = page.locator("main input[name=q]").first
    for _ in range(40):
        if search.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("autonomie longevite")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/recherche/\?.*q=autonomie"))
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "/campus/autonomie-longevite-sante/":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/campus/autonomie-longevite-sante/")
    assert "Autonomie" in page.locator("h1").inner_text()


def test_an_injected_script_does_not_run(visit: Page, neutral_site: Site) -> None:
    injected = "%3Cscript%3Ewindow.hacked%3D1%3C%2Fscript%3E%22%20onfocus%3D%22window.hacked%3D1"
    visit.goto(f"{neutral_site.url}/campus/?q={injected}")
    assert visit.evaluate("window.hacked") is None
    assert visit.locator("main input[name=q]").first.input_value().startswith("<script>")


def test_the_live_map_opens_where_javascript_runs(visit: Page, neutral_site: Site) -> None:
    visit.goto(f"{neutral_site.url}/carte/")
    visit.click("button:has-text('Carte qui se déplace')")
    visit.wait_for_selector(".leaflet-container")
    visit.wait_for_selector(".leaflet-marker-icon")
    assert visit.locator(".leaflet-container a, .leaflet-marker-icon").count() > 10
    # WCAG 2.5.8 excepts targets whose place is essential: marks lie where the towns are, and a table says the same.
    assert not [line for line in violations(visit) if not line.startswith("target-size")]
