"""The catalogue of the datasets in DCAT-AP (semiceu.github.io/DCAT-AP), as portals harvest it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, BNode, Graph, Literal, Namespace, URIRef

from cmq.opendata.dataset import Dataset
from cmq.opendata.formats import Format, formats_of
from cmq.opendata.models import Snapshot

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
_EU = "http://publications.europa.eu/resource/authority"
_LICENCE = URIRef("https://www.etalab.gouv.fr/licence-ouverte-open-licence")
_IANA = "https://www.iana.org/assignments/media-types"
_FRENCH = URIRef(f"{_EU}/language/FRA")
_FRANCE = URIRef(f"{_EU}/country/FRA")
_EDUCATION = URIRef(f"{_EU}/data-theme/EDUC")
_CONTINUOUS = URIRef(f"{_EU}/frequency/CONT")
_PUBLIC = URIRef(f"{_EU}/access-right/PUBLIC")
_TABLE_SCHEMA = URIRef("https://specs.frictionlessdata.io/table-schema/")
_CONTEXT = {
    "dcat": str(DCAT),
    "dct": str(DCTERMS),
    "foaf": str(FOAF),
    "vcard": str(VCARD),
    "xsd": str(XSD),
}


@dataclass(frozen=True)
class Serialisation:
    """One form of the catalogue."""

    extension: str
    name: str
    media_type: str
    rdflib_name: str


SERIALISATIONS = (
    Serialisation("jsonld", "JSON-LD", "application/ld+json", "json-ld"),
    Serialisation("ttl", "Turtle", "text/turtle", "turtle"),
    Serialisation("rdf", "RDF/XML", "application/rdf+xml", "xml"),
)


@dataclass(frozen=True)
class Publisher:
    """Who publishes: the site's address without its last slash, its name, its owner, where to write."""

    url: str
    site: str
    owner: str
    email: str


def graph_of(
    datasets: Mapping[Dataset, dt.datetime | None], publisher: Publisher, snapshots: Iterable[Snapshot] = ()
) -> Graph:
    """The catalogue of datasets, each with the instant of its last change where it is known, and their snapshots."""
    taken: dict[str, list[Snapshot]] = {}
    for snapshot in snapshots:
        taken.setdefault(snapshot.dataset, []).append(snapshot)
    graph = Graph(bind_namespaces="none")
    for prefix, address in _CONTEXT.items():
        graph.bind(prefix, address)
    page, agent = URIRef(f"{publisher.url}/donnees/"), URIRef(f"{publisher.url}/#editeur")
    catalogue = URIRef(f"{publisher.url}/donnees/catalogue")
    graph.add((agent, RDF.type, FOAF.Agent))
    graph.add((agent, FOAF.name, Literal(publisher.owner or publisher.site, lang="fr")))
    graph.add((agent, FOAF.homepage, URIRef(f"{publisher.url}/")))
    about = {
        RDF.type: DCAT.Catalog,
        DCTERMS.title: Literal(f"Données ouvertes – {publisher.site}", lang="fr"),
        DCTERMS.description: Literal("Tout ce que le registre des campus publie, défini une seule fois.", lang="fr"),
        DCTERMS.publisher: agent,
        DCTERMS.language: _FRENCH,
        DCTERMS.license: _LICENCE,
        DCTERMS.spatial: _FRANCE,
        FOAF.homepage: page,
    }
    for predicate, thing in about.items():
        graph.add((catalogue, predicate, thing))
    for dataset, changed in datasets.items():
        graph.add(
            (catalogue, DCAT.dataset, _describe(graph, dataset, changed, publisher, agent, taken.get(dataset.slug, [])))
        )
    return graph


def serialised(graph: Graph, form: Serialisation) -> bytes:
    """The catalogue in a form."""
    if form.rdflib_name == "json-ld":
        return graph.serialize(format="json-ld", context=_CONTEXT, encoding="utf-8")
    return graph.serialize(format=form.rdflib_name, encoding="utf-8")


def _describe(
    graph: Graph,
    dataset: Dataset,
    changed: dt.datetime | None,
    publisher: Publisher,
    agent: URIRef,
    snapshots: Iterable[Snapshot],
) -> URIRef:
    page = URIRef(f"{publisher.url}/donnees/{dataset.slug}/")
    itself = URIRef(f"{page}#jeu")
    about = {
        RDF.type: DCAT.Dataset,
        DCTERMS.title: Literal(dataset.title, lang="fr"),
        DCTERMS.description: Literal(" ".join(filter(None, (dataset.description, dataset.limits))), lang="fr"),
        DCTERMS.identifier: Literal(dataset.slug),
        DCTERMS.publisher: agent,
        DCTERMS.language: _FRENCH,
        DCTERMS.spatial: _FRANCE,
        DCTERMS.accrualPeriodicity: _CONTINUOUS,
        DCTERMS.accessRights: _PUBLIC,
        DCTERMS.license: _LICENCE,
        DCTERMS.provenance: _statement(graph, " ; ".join(dataset.sources)),
        DCAT.theme: _EDUCATION,
        DCAT.landingPage: page,
        DCAT.contactPoint: _contact(graph, publisher),
    }
    for predicate, thing in about.items():
        graph.add((itself, predicate, thing))
    for word in dataset.keywords:
        graph.add((itself, DCAT.keyword, Literal(word, lang="fr")))
    if changed:
        graph.add((itself, DCTERMS.modified, Literal(changed.isoformat(timespec="seconds"), datatype=XSD.dateTime)))
    for form in formats_of(dataset):
        graph.add((itself, DCAT.distribution, _distribution(graph, dataset, form, publisher)))
    for snapshot in snapshots:
        graph.add((itself, DCAT.distribution, _snapshot(graph, dataset, snapshot, publisher)))
    return itself


def _snapshot(graph: Graph, dataset: Dataset, snapshot: Snapshot, publisher: Publisher) -> URIRef:
    day = snapshot.taken_on
    address = URIRef(f"{publisher.url}/donnees/{dataset.slug}/instantanes/{day.isoformat()}.ndjson")
    itself = URIRef(f"{publisher.url}/donnees/{dataset.slug}/#instantane-{day.isoformat()}")
    about = {
        RDF.type: DCAT.Distribution,
        DCTERMS.title: Literal(f"{dataset.title} – instantané du {day:%d/%m/%Y}", lang="fr"),
        DCTERMS.issued: Literal(day.isoformat(), datatype=XSD.date),
        DCTERMS["format"]: URIRef(f"{_EU}/file-type/JSON"),
        DCTERMS.license: _LICENCE,
        DCAT.accessURL: address,
        DCAT.downloadURL: address,
        DCAT.mediaType: URIRef(f"{_IANA}/application/x-ndjson"),
        DCAT.byteSize: Literal(snapshot.size, datatype=XSD.nonNegativeInteger),
    }
    for predicate, thing in about.items():
        graph.add((itself, predicate, thing))
    return itself


def _distribution(graph: Graph, dataset: Dataset, form: Format, publisher: Publisher) -> URIRef:
    address = URIRef(f"{publisher.url}/donnees/{dataset.slug}{form.suffix}")
    schema = URIRef(f"{publisher.url}/donnees/{dataset.slug}/schema.json")
    itself = URIRef(f"{publisher.url}/donnees/{dataset.slug}/#{form.suffix.strip('-.').replace('.', '-')}")
    about = {
        RDF.type: DCAT.Distribution,
        DCTERMS.title: Literal(f"{dataset.title} – {form.name}", lang="fr"),
        DCTERMS["format"]: URIRef(f"{_EU}/file-type/{form.file_type}"),
        DCTERMS.license: _LICENCE,
        DCAT.accessURL: address,
        DCAT.downloadURL: address,
        DCAT.mediaType: URIRef(f"{_IANA}/{form.media_type.split(';')[0]}"),
    }
    if form.file_type == "CSV":
        about[DCTERMS.conformsTo] = schema
        graph.add((schema, RDF.type, DCTERMS.Standard))
        graph.add((schema, DCTERMS.isPartOf, _TABLE_SCHEMA))
    for predicate, thing in about.items():
        graph.add((itself, predicate, thing))
    return itself


def _statement(graph: Graph, text: str) -> BNode:
    said = BNode()
    graph.add((said, RDF.type, DCTERMS.ProvenanceStatement))
    graph.add((said, DCTERMS.description, Literal(text, lang="fr")))
    return said


def _contact(graph: Graph, publisher: Publisher) -> BNode:
    card = BNode()
    graph.add((card, RDF.type, VCARD.Kind))
    graph.add((card, VCARD.fn, Literal(publisher.owner or publisher.site)))
    graph.add((card, VCARD.hasEmail, URIRef(f"mailto:{publisher.email}")))
    return card
