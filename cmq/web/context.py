"""What every page needs to know of the site, whoever asks."""

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest

from cmq.core import proconnect


class NavigationItem(NamedTuple):
    """One entry of the main navigation; `current` is « page » on the page itself, « true » below it, else empty."""

    label: str
    url: str
    current: str


_NAVIGATION = (
    ("Accueil", "/"),
    ("Recherche", "/recherche/"),
    ("Campus", "/campus/"),
    ("Carte", "/carte/"),
    ("Filières", "/filieres/"),
    ("Régions", "/regions/"),
    ("Formations", "/formations/"),
    ("Métiers", "/metiers/"),
    ("Offres", "/offres/"),
    ("Projets", "/projets/"),
    ("Agenda", "/agenda/"),
    ("Articles", "/articles/"),
    ("Espace", "/espace/"),
)


def site(request: HttpRequest) -> dict[str, Any]:
    """`site` (names, owner, theme, addresses), `navigation`, and whether the page leaves what is personal for later.

    Touches neither the session nor the database.
    """
    return {
        "site": {
            "name": settings.SITE_NAME,
            "baseline": "Le registre public des campus, daté et sourcé",
            "owner": settings.SITE_OWNER,
            "hosting": settings.SITE_HOSTING,
            "contact_email": settings.CONTACT_EMAIL,
            "source_code_url": settings.SOURCE_CODE_URL,
            "url": settings.SITE_URL,
            "theme": settings.THEME,
            "map_tiles": settings.MAP_TILES,
            "proconnect": proconnect.is_on(),
            "style": f"cmq/{settings.THEME}.css",
        },
        "leaves_slots": getattr(request, "leaves_slots", False),
        "navigation": [NavigationItem(label, url, _current(request.path, url)) for label, url in _NAVIGATION],
    }


def _current(path: str, url: str) -> str:
    if path == url:
        return "page"
    return "true" if url != "/" and path.startswith(url) else ""
