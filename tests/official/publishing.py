"""France Travail and La bonne alternance on this machine: their documented protocols, with offers of our own."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from tests.official.serving import Answer, Asked, Replies

TOKEN = "/connexion/oauth2/access_token"
SEARCH = "/v2/offres/search"


def a_raw(number: int, **fields: Any) -> dict[str, Any]:
    """An offer as France Travail writes it."""
    published = fields.pop("published", timezone.now() - dt.timedelta(days=3, minutes=number))
    raw = {
        "id": f"{number:03d}FTEST",
        "intitule": f"Soudeur n° {number} (H/F)",
        "description": "Souder des charpentes.\nTravail en équipe.",
        "dateCreation": published.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "dateActualisation": published.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "lieuTravail": {"libelle": "62 - BERCK", "latitude": 50.41, "longitude": 1.56, "commune": "62108"},
        "romeCode": "H2913",
        "appellationlibelle": "Soudeur / Soudeuse",
        "entreprise": {"nom": "Chaudronnerie fictive"},
        "typeContrat": "CDD",
        "typeContratLibelle": "Contrat à durée déterminée - 6 Mois",
        "natureContrat": "Contrat travail",
        "dureeTravailLibelle": "35H30 Horaires normaux",
        "salaire": {"libelle": "Mensuel de 1900 Euros"},
        "alternance": False,
        "contact": {"nom": "Jeanne Personne", "courriel": "jeanne@exemple.fr", "telephone": "0601020304"},
        "nombrePostes": 2,
        "codeNAF": "25.11Z",
        "origineOffre": {"origine": "1", "urlOrigine": f"https://exemple.fr/offres/{number}"},
    }
    return raw | fields


def an_alternance(number: int, **fields: Any) -> dict[str, Any]:
    """An offer as La bonne alternance writes it; `partner`: label and number there."""
    partner = fields.pop("partner", ("", None))
    offer = fields.pop("offer", {})
    published = (timezone.now() - dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    said = {
        "title": f"Apprenti soudeur n° {number}",
        "description": "Apprendre à souder.",
        "rome_codes": ["H2913"],
        "status": "Active",
        "publication": {"creation": published, "expiration": "2199-01-01T00:00:00Z"},
        "target_diploma": {"european": "3", "label": "CAP"},
        "opening_count": 1,
    }
    raw = {
        "identifier": {"id": f"lba{number}", "partner_label": partner[0], "partner_job_id": partner[1]},
        "workplace": {
            "name": "Chaudronnerie fictive",
            "siret": "73282932000074",
            "location": {"address": "1 rue du Port 62600 BERCK", "geopoint": {"coordinates": [1.57, 50.41]}},
            "domain": {"naf": {"code": "2511Z"}},
        },
        "apply": {"phone": "0601020304", "url": f"https://exemple.fr/alternance/{number}", "recipient_id": "x"},
        "contract": {"start": published, "duration": 12, "type": ["Apprentissage"]},
        "offer": said | offer,
    }
    return raw | fields


def france_travail(offers: Callable[[], list[dict[str, Any]]], *, tokens: list[str] | None = None) -> Replies:
    """The protocol: a token, then ranges of what a département published between two instants.

    `tokens`: those that the service has given; only the last one is good.
    """
    given = tokens if tokens is not None else []

    def reply(asked: Asked) -> Answer:
        path, query = urlsplit(asked.path).path, parse_qs(urlsplit(asked.path).query)
        if path == TOKEN:
            form = parse_qs(asked.body.decode())
            assert form["grant_type"] == ["client_credentials"] and "api_offresdemploiv2" in form["scope"][0]
            given.append(f"jeton{len(given) + 1}")
            return _json({"access_token": given[-1], "expires_in": 1499})
        if not given or asked.headers.get("Authorization") != f"Bearer {given[-1]}":
            return Answer(b"", 401)
        first, last = (int(part) for part in query["range"][0].split("-"))
        if first > 3000 or last > 3149 or last - first >= 150:
            return _json({"message": "La position de début doit être inférieure ou égale à 3000."}, 400)
        found = [each for each in offers() if _answers(each, query)]
        if not found:
            return Answer(b"", 204)
        page = found[first : last + 1]
        headers = {"Content-Range": f"offres {first}-{first + len(page) - 1}/{len(found)}"}
        whole = len(page) == len(found)
        return _json({"resultats": page, "filtresPossibles": []}, 200 if whole else 206, headers)

    return reply


def _answers(raw: dict[str, Any], query: dict[str, list[str]]) -> bool:
    published = raw["dateCreation"][:19] + "Z"
    code = raw["lieuTravail"]["commune"]
    departement = code[:3] if code.startswith("97") else code[:2]
    is_between = query["minCreationDate"][0] <= published <= query["maxCreationDate"][0]
    return departement == query["departement"][0] and is_between


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), status, headers or {})
