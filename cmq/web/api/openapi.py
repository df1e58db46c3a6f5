"""The API as OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1), made from the resources: nothing is described twice."""

from typing import Any

from django.conf import settings

from cmq import __version__
from cmq.opendata.columns import Column, Kind
from cmq.opendata.datasets import DATASETS
from cmq.web.api import changelog, reading
from cmq.web.api.parameters import Parameter
from cmq.web.api.problems import KINDS, MEDIA_TYPE
from cmq.web.api.resources import PRIVATE, PUBLIC, Resource

VERSION = "1.0.0"
_SCHEMAS: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.PARTIAL_DAY: {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.ADDRESS: {"type": "string", "format": "uri"},
    Kind.LIST: {"type": "array", "items": {"type": "string"}},
}
_NUMBERS = (Kind.INTEGER, Kind.NUMBER)


def index(site: str) -> dict[str, Any]:
    """What the API has."""
    return {
        "title": f"API – {settings.SITE_NAME}",
        "version": VERSION,
        "documentation": f"{site}/api/",
        "openapi": f"{site}/api/v1/openapi.json",
        "resources": [
            {
                "name": resource.path,
                "title": resource.dataset.title,
                "url": f"{site}/api/v1/{resource.path}",
                "token": resource.internal is not None,
            }
            for resource in (*PUBLIC.values(), *PRIVATE.values())
        ],
    }


def document(site: str) -> dict[str, Any]:
    """The OpenAPI document of the API of a site."""
    resources = (*PUBLIC.values(), *PRIVATE.values())
    paths: dict[str, Any] = {"/": _fixed("index", "Les ressources de l’API", "index")}
    paths["/openapi.json"] = _fixed("description", "Cette description", "any", "application/vnd.oai.openapi+json")
    for resource in resources:
        paths |= _paths(resource)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": f"API – {settings.SITE_NAME}",
            "version": VERSION,
            "summary": "Le registre public des campus des métiers et des qualifications.",
            "description": f"Logiciel {__version__}. Lecture seule, sans clé ; 429 au-delà du débit. Voir {site}/api/.",
            "license": {"name": "Licence Ouverte 2.0 (etalab-2.0)", "identifier": "etalab-2.0"},
            "contact": {"name": settings.SITE_OWNER or settings.SITE_NAME, "email": settings.CONTACT_EMAIL},
        },
        "servers": [{"url": f"{site}/api/v1"}],
        "tags": [
            {"name": resource.path, "description": f"{resource.dataset.title}. {resource.dataset.description}"}
            for resource in resources
        ],
        "paths": paths,
        "components": _components(resources),
    }


def _components(resources: tuple[Resource, ...]) -> dict[str, Any]:
    schemas = {_name(resource): _row_schema(resource) for resource in resources}
    text = {"type": "string"}
    member = {"type": "object", "properties": {"parametre": text, "detail": text}, "required": ["detail"]}
    schemas["Probleme"] = {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "instance": text,
            "parametres": {"type": "array", "items": member},
        },
        "required": ["type", "title", "status", "detail"],
    }
    listed = {"type": "array", "items": {"type": "object"}}
    schemas["Changements"] = {
        "type": "object",
        "description": "Les lignes entières qui sont venues ou parties, et les colonnes qui ont changé.",
        "properties": {
            "jeu": text,
            "depuis": {"type": "string", "format": "date", "description": "Le jour de l’instantané comparé."},
            "empreinte": {"type": "string", "description": "SHA-256 de cet instantané."},
            **dict.fromkeys(("ajoutees", "retirees", "modifiees"), listed),
        },
        "required": ["jeu", "depuis", "empreinte", "ajoutees", "retirees", "modifiees"],
    }
    schemas["index"] = {"type": "object", "required": ["resources"]}
    schemas["any"] = {"type": "object"}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Probleme"}}}
    titles: dict[str, list[str]] = {}
    for kind in KINDS:
        titles.setdefault(str(kind.status), []).append(kind.title)
    responses = {status: {"description": " ; ".join(said), "content": content} for status, said in titles.items()}
    responses["304"] = {"description": "Rien n’a changé depuis l’ETag ou la date donnés."}
    schemes = {"jeton": {"type": "http", "scheme": "bearer", "description": "Créé dans l’espace de travail."}}
    return {"schemas": schemas, "responses": responses, "securitySchemes": schemes}


def _paths(resource: Resource) -> dict[str, Any]:
    dataset = resource.dataset
    key = next(column for column in dataset.columns if column.name == dataset.key[0])
    in_path = {
        "name": key.name,
        "in": "path",
        "required": True,
        "description": key.meaning,
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$"},
        "example": key.example,
    }
    item = {"$ref": f"#/components/schemas/{_name(resource)}"}
    listed = {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": item},
            "next": {"type": ["string", "null"], "format": "uri", "description": "La page suivante."},
        },
        "required": ["data", "next"],
    }
    many = _operation(resource, f"Les lignes de « {dataset.title} »", "lister", reading.parameters_of(resource), listed)
    one = _operation(resource, f"Une ligne de « {dataset.title} »", "lire", reading.shape_of(resource), item, "404")
    one["parameters"] = [in_path, *one["parameters"]]
    paths = {f"/{resource.path}": {"get": many}, f"/{resource.path}/{{{key.name}}}": {"get": one}}
    if resource.path in DATASETS:
        said = f"Ce qui a changé dans « {dataset.title} » depuis un jour"
        since = _operation(resource, said, "comparer", reading.SINCE, {"$ref": "#/components/schemas/Changements"})
        since["parameters"][0]["required"] = True
        paths[f"/{resource.path}/changements"] = {"get": since}
    return paths


def _operation(
    resource: Resource, summary: str, verb: str, known: tuple[Parameter, ...], schema: dict[str, Any], *more: str
) -> dict[str, Any]:
    closed = ("401", "403") if resource.internal else ("401",)
    statuses = ("304", "400", *closed, *more, "406", "429", "500", "503")
    told = {
        "tags": [resource.path],
        "operationId": f"{verb}-{resource.path.replace('/', '-')}",
        "summary": summary,
        "parameters": [each.described() for each in known],
        "responses": {
            "200": {"description": "Trouvé.", "content": {"application/json": {"schema": schema}}},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)},
        },
        # Without a token, what is public; a token raises the rate.
        "security": [{"jeton": []}] if resource.internal else [{}, {"jeton": []}],
    }
    return {**told, "deprecated": True} if changelog.leaving(resource.path) else told


def _fixed(operation: str, summary: str, schema: str, media_type: str = "application/json") -> dict[str, Any]:
    content = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    statuses = ("304", "400", "401", "406", "429", "500", "503")
    responses = {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}
    found = {"200": {"description": "Trouvé.", "content": content}, **responses}
    return {"get": {"operationId": operation, "summary": summary, "responses": found, "security": [{}, {"jeton": []}]}}


def _name(resource: Resource) -> str:
    return resource.path.replace("/", "-")


def _row_schema(resource: Resource) -> dict[str, Any]:
    """A row. No column is required: `fields` may leave any out."""
    properties = {column.name: _column(column) for column in resource.dataset.columns}
    for name in resource.expandable:
        item = {"$ref": f"#/components/schemas/{name}"}
        if name == "campus":
            properties["campus"] = {"anyOf": [properties["campus"], item]}
        else:
            said = f"Avec « expand={name} » : {DATASETS[name].title}."
            properties[name] = {"type": "array", "items": item, "description": said}
    return {"type": "object", "title": resource.dataset.title, "properties": properties, "additionalProperties": False}


def _column(column: Column) -> dict[str, Any]:
    schema = dict(_SCHEMAS[column.kind])
    if column.codes:
        schema["enum"] = list(column.codes)
    if not column.is_required and column.kind != Kind.LIST:
        schema["type"] = [schema["type"], "null"]
        schema |= {"enum": [*column.codes, None]} if column.codes else {}
    told = {**schema, "title": column.label, "description": column.meaning}
    if column.unit:
        told["x-unit"] = column.unit
    if column.kind in (Kind.TEXT, Kind.ADDRESS):
        told["examples"] = [column.example]
    return told
