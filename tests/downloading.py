"""Documents, as a browser takes them: by the address that their page leads to."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

SIGNED = "/espace/telechargement/"


def downloaded(client: Client, url: str, **said: Any) -> HttpResponse:
    """The document behind an address; the answer itself when it leads to none."""
    answer = client.get(url, **said)
    place = answer.get("Location", "")
    return client.get(place, **said) if place.startswith(SIGNED) else answer
