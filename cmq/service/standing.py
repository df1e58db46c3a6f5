"""How each part of the site stands now, for readers, for monitors and for who mends it."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from cmq.core import mail
from cmq.core.models import OutgoingMail
from cmq.search import indexing
from cmq.service import neighbours, running
from cmq.service.models import TaskRun

# Lines of the change feed: a second's lag is none.
MOST_BEHIND = 500
LETTERS_WAIT_AT_MOST = dt.timedelta(minutes=30)


class State(StrEnum):
    """From best to worst."""

    GOOD = "Normal"
    DEGRADED = "Ralenti"
    DOWN = "En panne"


@dataclass(frozen=True)
class Part:
    """A part of the site: its name for readers, its state, and what that means to them."""

    name: str
    state: State
    meaning: str


def parts(at: dt.datetime) -> list[Part]:
    """Every part; one that cannot be looked at is down, and stops nobody from looking at the others."""
    looks: Iterable[tuple[str, Callable[[dt.datetime], tuple[State, str]]]] = (
        ("Pages et base de données", _database),
        ("Recherche", _search),
        ("Courriers", _letters),
        ("Tâches régulières", _tasks),
        ("Sauvegardes", _backups),
    )
    return [*(Part(name, *_looked(look, at)) for name, look in looks), *map(_neighbour, neighbours.neighbours())]


def is_ready() -> str:
    """Why this machine should be sent nobody, or "": its database answers and has this code's tables."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "database"
    return "migrations" if missing else ""


def _looked(look: Callable[[dt.datetime], tuple[State, str]], at: dt.datetime) -> tuple[State, str]:
    try:
        return look(at)
    except (DatabaseError, OSError, ValueError):
        return State.DOWN, "On ne peut pas savoir où elle en est."


def _database(at: dt.datetime) -> tuple[State, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return State.GOOD, "Le registre se lit et s’écrit."


def _search(at: dt.datetime) -> tuple[State, str]:
    behind = indexing.behind()
    if behind < 0:
        return State.DEGRADED, "L’index se refait : la recherche répond, sans fautes pardonnées."
    if behind > MOST_BEHIND:
        return State.DEGRADED, "Ce qui vient de changer n’y est pas encore."
    return State.GOOD, "Tout ce qui est publié s’y trouve."


def _letters(at: dt.datetime) -> tuple[State, str]:
    if settings.EMAIL_BACKEND == mail.DUMMY_BACKEND:
        return State.DOWN, "Ce site n’a pas de serveur de courrier : rien ne part."
    late = OutgoingMail.objects.waiting().filter(created_at__lt=at - LETTERS_WAIT_AT_MOST).count()
    if late:
        return State.DEGRADED, "Des courriers attendent depuis plus d’une demi-heure ; ils partiront."
    return State.GOOD, "Ils partent dans la minute."


def _tasks(at: dt.datetime) -> tuple[State, str]:
    late = running.overdue(at)
    if late:
        return State.DEGRADED, "En retard : " + ", ".join(task.purpose.lower() for task, _ in late) + "."
    return State.GOOD, "Tout ce qui était dû a été fait."


def _backups(at: dt.datetime) -> tuple[State, str]:
    last = TaskRun.objects.good().filter(name="sauvegarde").order_by("-ended_at").first()
    if last is None or last.ended_at is None:
        return State.DOWN, "Aucune sauvegarde n’a été faite par ce site."
    if at - last.ended_at > dt.timedelta(days=2):
        return State.DEGRADED, f"La dernière est du {last.ended_at:%d/%m/%Y}."
    return State.GOOD, "La dernière a moins de deux jours."


def _neighbour(each: neighbours.Neighbour) -> Part:
    if each.looked_at():
        return Part(each.name, State.DOWN if each.stops else State.DEGRADED, each.ill)
    return Part(each.name, State.GOOD, each.well)
