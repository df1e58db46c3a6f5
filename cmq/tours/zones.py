"""The time zone of a commune: that of Paris but overseas, where the clock is another in every territory."""

from zoneinfo import ZoneInfo

from cmq.reference.models import Commune

PARIS = ZoneInfo("Europe/Paris")
_BY_DEPARTEMENT = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
# Two archipelagos of Polynésie française have a time of their own: the Marquises (half an hour) and the Gambier.
_BY_COMMUNE = {
    **dict.fromkeys(("98718", "98723", "98731", "98746", "98756", "98757"), "Pacific/Marquesas"),
    "98719": "Pacific/Gambier",
}


def zone_of(commune: Commune) -> ZoneInfo:
    """The zone of a commune, from its INSEE code."""
    code = commune.insee_code
    name = _BY_COMMUNE.get(code) or _BY_DEPARTEMENT.get(code[:3])
    return ZoneInfo(name) if name else PARIS


def is_paris_time(zone: ZoneInfo) -> bool:
    """Whether a page need not name the zone."""
    return zone.key == PARIS.key
