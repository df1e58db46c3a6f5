"""The pages of statistics and of territories: what they show, what their files say, what nonsense gets."""

import csv
import io
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmq.statistics import actions
from cmq.web import charts
from cmq.web.charts import Series
from cmq.web.public.statistics.views import STATISTICS
from tests.statistics.placing import placed
from tests.statistics.worlds import a_country

pytestmark = pytest.mark.django_db
CARE = "Services à la personne, bien-être"


NEXT_YEAR = timezone.localdate().year + 1


@pytest.fixture
def country(tmp_path: Path) -> None:
    """Needs, offers, trainings, and two campuses."""
    a_country(tmp_path, offers=60, courses=40)
    placed("Campus du littoral", CARE, "62108", region="32", ends=NEXT_YEAR)
    placed("Campus de Rennes", "Tourisme, gastronomie", "35238", region="53")


def text(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def table(client: Client, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text(client, path).removeprefix("\ufeff")), delimiter=";"))


@pytest.mark.usefixtures("country")
def test_every_picture_has_its_table_its_file_and_its_address(client: Client) -> None:
    chosen = "a=region-32&b=region-53&filiere=services-a-la-personne-bien-etre"
    seen = 0
    for slug in STATISTICS:
        page = text(client, f"/statistiques/{slug}/?{chosen}")
        for address in re.findall(r'href="(/statistiques/[^"]+\.(?:csv|svg)[^"]*)"', page):
            answer = client.get(address.replace("&amp;", "&"))
            assert answer.status_code == 200, address
            if ".svg" in address:
                assert answer["Content-Type"].startswith("image/svg")
                assert ElementTree.fromstring(answer.content).get("role") == "img"
            else:
                rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
                assert len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])}, address
                assert len(set(rows[0])) == len(rows[0]), address
            seen += 1
        for key in re.findall(rf'href="/statistiques/{slug}/[^"]*#([a-z-]+)">Adresse permanente', page):
            assert f'<h2 id="{key}">' in page
        main = page.split("<main")[1].split("</main>")[0]
        assert "style=" not in main and set(re.findall("<script[^>]*>", main)) <= {
            '<script type="application/ld+json">'
        }
    assert seen > 20


@pytest.mark.usefixtures("country")
def test_a_gap_is_ranked_with_the_campuses_nearest_to_it(client: Client) -> None:
    rows = table(client, "/statistiques/besoins/ecarts.csv?niveau=region&filiere=services-a-la-personne-bien-etre")
    assert rows[0][:3] == ["Territoire", "Filière", "Écart"] and "Campus du littoral (" in rows[1][-1]
    gaps = [int(row[2]) for row in rows[1:] if row[2]]
    assert gaps == sorted(gaps, reverse=True) and gaps[0] > 0
    page = text(client, "/statistiques/besoins/?niveau=region")
    for part in ("le plus petit nombre publié", "secret", "jamais chargée", "Métiers et filières", "Calculé le"):
        assert part in page, part
    # What is not loaded is said; what is, is not.
    assert "« Parcoursup : vœux et propositions » n’est pas chargée" in page
    assert "« Besoins en main-d’œuvre (BMO) » n’est pas chargée" not in page


def test_nothing_loaded_is_said_and_is_no_zero(client: Client) -> None:
    page = text(client, "/statistiques/besoins/")
    assert "« Besoins en main-d’œuvre (BMO) » n’est pas chargée" in page and "cmq import official bmo" in page
    assert "n’a jamais été calculé" in page
    actions.load_jobs()
    actions.refresh()
    rows = table(client, "/statistiques/besoins/filieres.csv")
    planned = rows[0].index("Recrutements prévus")
    assert {row[planned] for row in rows[1:]} == {""}
    assert "inconnu" in text(client, "/territoires/departement-62/")


@pytest.mark.usefixtures("country")
def test_a_territory_is_told_on_one_page(client: Client) -> None:
    page = text(client, "/territoires/region-32/")
    for part in (
        "5\u202f992\u202f194",
        "Campus du littoral",
        f"4e trimestre {NEXT_YEAR}",
        "Où les besoins dépassent l’offre",
    ):
        assert part in page, part
    assert "Campus de Rennes</a></th>" not in page
    assert "Bassin d’emploi : BASSIN INVENTÉ DE BERCK" in text(client, "/territoires/bassin-9901/")
    with CaptureQueriesContext(connection) as asked:
        client.get("/territoires/region-53/", headers={"cookie": ""})
    assert len(asked) <= 45


def test_nonsense_gets_its_status_and_a_sentence(client: Client) -> None:
    assert "Lequel voulez-vous" in text(client, "/territoires/32/", status=404)
    assert "Aucun territoire n’a le code" in text(client, "/territoires/region-99/", status=404)
    assert text(client, "/territoires/region-32/?demonstration=non", status=400)
    assert "Aucune commune" in text(client, "/territoires/?lieu=xyzzyx", status=400)
    text(client, "/statistiques/inconnue/", status=404)
    text(client, "/statistiques/besoins/inconnu.csv", status=404)
    text(client, "/statistiques/renouvellements/sans-fin-connue.svg", status=404)
    for wrong, said in (
        ("filiere=rien", "Cette filière n’existe pas"),
        ("dans=32", "Aucun territoire n’a ce code"),
        ("niveau=pays", "Le niveau est bassin"),
        ("par=annee", "Le réseau se compte par"),
    ):
        for address in (f"/statistiques/besoins/?{wrong}", f"/statistiques/besoins/filieres.csv?{wrong}"):
            assert said in text(client, address, status=400)
    assert client.post("/statistiques/besoins/").status_code == 405


def test_the_territories_of_a_commune_are_found(client: Client) -> None:
    page = text(client, "/territoires/?lieu=Berck")
    for address in ("departement-62", "academie-09", "region-32"):
        assert f'href="/territoires/{address}/"' in page


def test_jobs_and_filieres_are_published_with_their_reasons(client: Client) -> None:
    actions.load_jobs()
    page = text(client, "/statistiques/metiers-et-filieres/")
    assert "aucune table officielle" in page.lower() and "hors filières" in page
    rows = table(client, "/statistiques/metiers-et-filieres.csv")
    assert len(rows) == 148 and rows[1][0].startswith("Familles professionnelles")


def test_a_chart_is_safe_named_and_told_apart_without_colour() -> None:
    chart = charts.bars("x", "Titre <b>", ["Un & deux", "C"], [Series("A<script>", (3, None)), Series("B", (1, 2))])
    assert chart is not None
    root = ElementTree.fromstring(chart.svg)
    tags = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert tags <= {"svg", "title", "defs", "pattern", "path", "g", "rect", "text"}
    assert not [node for node in root.iter() if "style" in node.attrib or "onclick" in node.attrib]
    assert root.find("{http://www.w3.org/2000/svg}title").text == "Titre <b>"
    fills = {node.get("fill") for node in root.iter() if node.tag.endswith("rect")}
    assert {"currentColor", "url(#trame-x-1)"} <= fills
    assert {node.text for node in root.iter() if node.tag.endswith("text")} >= {"Un & deux", "A<script>", "3", "2"}
    assert charts.bars("x", "Titre", ["a"], [Series("A", (None,))]) is None
    assert charts.bars("x", "Titre", [], []) is None


def test_what_draws_leaves_the_finding_of_modules_as_python_knows_it() -> None:
    assert charts.pygal.PluginImportFixer not in map(type, sys.meta_path)
