"""Days, hours and places in French, on the clocks of the place whatever the zone of the site."""

import datetime as dt

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def hours(starts: dt.datetime, ends: dt.datetime, *, is_paris: bool) -> str:
    """« samedi 3 octobre 2026 de 9 h 30 à 12 h »; overseas it says that the hour is the local one."""
    first, last = day(starts.date()), day(ends.date())
    if first == last:
        said = f"{first} de {hour(starts)} à {hour(ends)}"
    else:
        said = f"du {first} à {hour(starts)} au {last} à {hour(ends)}"
    return said if is_paris else f"{said} (heure locale)"


def day(value: dt.date) -> str:
    """« samedi 3 octobre 2026 »."""
    number = "1er" if value.day == 1 else str(value.day)
    return f"{_DAYS[value.weekday()]} {number} {_MONTHS[value.month - 1]} {value.year}"


def hour(instant: dt.datetime) -> str:
    """« 9 h 30 », never broken at the end of a line."""
    return f"{instant.hour}\u00a0h\u00a0{instant.minute:02}" if instant.minute else f"{instant.hour}\u00a0h"
