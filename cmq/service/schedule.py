"""What runs by itself, and when: the one table that workers follow and that the monitor watches."""

import datetime as dt
from dataclasses import dataclass

from croniter import croniter
from django.conf import settings
from django.utils import timezone

from cmq.core import smtp


@dataclass(frozen=True)
class Periodic:
    """A command that is due at the instants of a cron expression, in the site's time zone.

    `late_after`: how long after such an instant it is overdue. Each command may be run twice for one instant without
    harm: one that was cut short is run again.
    """

    name: str
    purpose: str
    cron: str
    command: tuple[str, ...]
    late_after: dt.timedelta

    def due(self, at: dt.datetime) -> dt.datetime:
        """The last instant not after `at` when it was due."""
        asked = at.astimezone(self._zone).replace(microsecond=0) + dt.timedelta(seconds=1)
        found: dt.datetime = croniter(self.cron, asked).get_prev(dt.datetime)
        return found.astimezone(dt.UTC)

    def next_due(self, at: dt.datetime) -> dt.datetime:
        """The first instant after `at` when it will be due."""
        found: dt.datetime = croniter(self.cron, at.astimezone(self._zone)).get_next(dt.datetime)
        return found.astimezone(dt.UTC)

    @property
    def _zone(self) -> dt.tzinfo:
        """Where its hours are read: what is due at each hour is so too in the one that comes twice in autumn."""
        return dt.UTC if self.cron.split()[1] == "*" else timezone.get_default_timezone()


_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)

ALWAYS = (
    Periodic("courrier", "Envoyer les courriers qui attendent", "*/5 * * * *", ("courrier",), _HOUR),
    Periodic("rappels", "Écrire les rappels du jour", "15 5 * * *", ("rappels",), _DAY),
    Periodic("conservation", "Effacer ce qui a fait son temps", "30 4 * * *", ("conservation",), _DAY),
    Periodic("fichiers", "Ôter les fichiers que rien ne nomme", "15 3 * * *", ("fichiers",), _DAY),
    Periodic("alertes", "Écrire aux abonnés des alertes", "30 6 * * *", ("alertes",), _DAY),
    Periodic("liens", "Essayer les liens des articles", "45 3 * * *", ("liens",), 2 * _DAY),
)


_LETTER = Periodic(
    "lettre", "Envoyer les numéros de la lettre qui ont eu l’accord", "*/5 * * * *", ("lettre", "envoyer"), _HOUR
)


def periodic() -> tuple[Periodic, ...]:
    """The tasks of this site: those of every site, then those that its settings ask for."""
    found = list(ALWAYS)
    if smtp.is_set_up():
        found.append(_LETTER)
    for source in settings.SCHEDULED_SOURCES:
        found.append(
            Periodic(
                f"source-{source}"[:40],
                f"Charger la source « {source} »",
                "0 2 * * *",
                ("import", "official", source),
                2 * _DAY,
            )
        )
    if settings.BACKUP_DIR:
        backup = ("backup", str(settings.BACKUP_DIR), "--keep", str(settings.BACKUP_KEEP))
        found.append(Periodic("sauvegarde", "Sauvegarder le site", "30 1 * * *", backup, _DAY))
    return tuple(found)
