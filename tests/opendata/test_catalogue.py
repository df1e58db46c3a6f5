"""The catalogue is DCAT-AP in its three forms, by the word of a validator that is not ours."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import resolve
from pyshacl import validate
from rdflib import DCAT, DCTERMS, RDF, Graph
from rdflib.compare import isomorphic

from cmq.opendata.datasets import DATASETS

from .publishing import publish

pytestmark = pytest.mark.django_db
SHAPES = Path(__file__).with_name("shapes.ttl")
FORMS = {"jsonld": ("json-ld", "application/ld+json"), "ttl": ("turtle", "text/turtle")}
FORMS["rdf"] = ("xml", "application/rdf+xml")


def graph_of(client: Client, extension: str) -> Graph:
    response = client.get(f"/donnees/catalogue.{extension}")
    form, media_type = FORMS[extension]
    assert response.headers["Content-Type"].startswith(media_type)
    return Graph().parse(data=response.content, format=form)


@pytest.mark.parametrize("owner", ["", "Région académique fictive"])
def test_the_catalogue_holds_what_dcat_ap_obliges_it_to(client: Client, settings: object, owner: str) -> None:
    settings.SITE_OWNER = owner  # type: ignore[attr-defined]
    publish("Ouvert")
    graph = graph_of(client, "ttl")
    is_valid, _, said = validate(graph, shacl_graph=Graph().parse(SHAPES), advanced=False)
    assert is_valid, said
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == len(DATASETS)


@pytest.mark.parametrize(
    "gone", [DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.accessURL, DCAT.contactPoint]
)
def test_the_shapes_see_what_is_missing(client: Client, gone: object) -> None:
    graph = graph_of(client, "ttl")
    graph.remove((None, gone, None))
    assert not validate(graph, shacl_graph=Graph().parse(SHAPES))[0]


# rdflib's own parser of JSON-LD calls what rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_the_three_forms_say_the_same(client: Client) -> None:
    first, *others = (graph_of(client, extension) for extension in FORMS)
    assert len(first) > 100
    assert all(isomorphic(first, other) for other in others)


def test_every_file_of_the_catalogue_answers(client: Client) -> None:
    addresses = {str(address) for address in graph_of(client, "ttl").objects(None, DCAT.downloadURL)}
    assert len(addresses) >= 5 * len(DATASETS)
    for address in addresses:
        path = address.removeprefix("http://127.0.0.1:8000")
        assert resolve(path).url_name == "dataset_file" and client.head(path).status_code == 200


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("text/turtle;q=0.3, application/rdf+xml;q=0.9", "application/rdf+xml"),
        ("*/*", "application/ld+json"),
        (None, "application/ld+json"),
    ],
)
def test_the_reader_chooses_the_form(client: Client, accept: str | None, expected: str) -> None:
    response = client.get("/donnees/catalogue", **({"HTTP_ACCEPT": accept} if accept else {}))
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith(expected)
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    "accept",
    [
        "image/png",
        "text/turtle;q=0",
        ";;;,,,",
        "text/",
        "a" * 5000,
        "text/turtle;q=abc;q=,/",
        "é/€",
        ",".join(["a/b"] * 2000),
    ],
)
def test_a_hostile_accept_is_answered_clearly(client: Client, accept: str) -> None:
    response = client.get("/donnees/catalogue", HTTP_ACCEPT=accept)
    assert response.status_code in (200, 406)
    if response.status_code == 406:
        assert "text/turtle" in response.content.decode()


def test_a_browser_is_sent_to_the_page(client: Client) -> None:
    response = client.get("/donnees/catalogue", HTTP_ACCEPT="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (response.status_code, response.headers["Location"]) == (303, "/donnees/")
