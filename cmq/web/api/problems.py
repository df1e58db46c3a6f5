"""What goes wrong in the API, as RFC 9457 has it: one document for every error, in French."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/v1/"


@dataclass(frozen=True)
class Kind:
    """A kind of problem: how its address ends, its status, its title."""

    slug: str
    status: int
    title: str


BAD_PARAMETER = Kind("parametre", 400, "Un paramètre n’a pas de sens ici")
BAD_REQUEST = Kind("requete", 400, "La requête n’a pas de sens")
NO_TOKEN = Kind("jeton", 401, "Un jeton valable est nécessaire")
IN_CLEAR = Kind("en-clair", 403, "L’API ne se demande qu’en HTTPS")
FORBIDDEN = Kind("interdit", 403, "Le jeton n’ouvre pas ceci")
NOT_FOUND = Kind("introuvable", 404, "Rien n’est à cette adresse")
METHOD = Kind("methode", 405, "Cette méthode n’existe pas ici")
NOT_ACCEPTABLE = Kind("forme", 406, "Cette forme n’existe pas")
TOO_LARGE = Kind("taille", 413, "La requête est trop grande")
TOO_MANY = Kind("debit", 429, "Trop de requêtes")
BROKEN = Kind("panne", 500, "Le site est en panne")
UNAVAILABLE = Kind("indisponible", 503, "Le site ne peut pas répondre pour l’instant")
KINDS = (
    *(BAD_PARAMETER, BAD_REQUEST, NO_TOKEN, FORBIDDEN, NOT_FOUND, METHOD, NOT_ACCEPTABLE, TOO_LARGE, TOO_MANY),
    *(BROKEN, UNAVAILABLE, IN_CLEAR),
)


class ApiError(Exception):
    """A call that is refused: a kind of problem, one French sentence, and what more there is to say."""

    def __init__(self, kind: Kind, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.headers, self.more = kind, detail, headers or {}, more


def bad(name: str, message: str) -> ApiError:
    """The refusal of one parameter."""
    return bad_ones([(name, message)])


def bad_ones(found: list[tuple[str, str]]) -> ApiError:
    """The refusal of several parameters: name and French sentence of each."""
    told = [{"parametre": name, "detail": message} for name, message in found]
    return ApiError(BAD_PARAMETER, " ".join(message for _, message in found), parametres=told)


def is_api(request: HttpRequest) -> bool:
    """Whether a request is for a program."""
    return request.path_info.startswith(PREFIX)


def answer(request: HttpRequest, error: ApiError) -> HttpResponse:
    """The problem document of a refusal."""
    told = {
        "type": f"{settings.SITE_URL}/api/#probleme-{error.kind.slug}",
        "title": error.kind.title,
        "status": error.kind.status,
        "detail": error.detail,
        "instance": request.path,
        **error.more,
    }
    response = HttpResponse(orjson.dumps(told), status=error.kind.status, content_type=MEDIA_TYPE)
    for name, value in {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", **error.headers}.items():
        response.headers[name] = value
    return response


def problem(request: HttpRequest, kind: Kind, detail: str, **headers: str) -> HttpResponse:
    """The same, for what is refused before the API sees it."""
    return answer(request, ApiError(kind, detail, headers={k.replace("_", "-"): v for k, v in headers.items()}))
