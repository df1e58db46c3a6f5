"""`cmq doctor`: what is wrong with this installation, and how to mend it."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core import journal, tracing, wire
from cmq.core.models import OutgoingMail
from cmq.operations import demonstration, secrets_check
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from cmq.reference.models import Commune
from cmq.search import indexing
from cmq.service import running
from cmq.service.neighbours import neighbours

# Lines of the change feed: a second's lag is no finding, a follower that died is.
_MOST_BEHIND = 500


class Command(BaseCommand):
    """Look at everything that can be wrong; exit code 1 when something is."""

    help = "Dit ce qui ne va pas sur cette installation, et comment le réparer."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per finding."""
        findings = [*_database(), *_deployment(), *secrets_check.of_the_environment()]
        if not any(finding.startswith("Base") for finding in findings):
            findings += [*_server(), *_data(), *secrets_check.of_signing_keys(), *_traces(), *self._neighbours()]
            findings += [*_mail(), *_tasks(), *_production()]
        for finding in findings:
            self.stdout.write(f"✗ {finding}")
        if findings:
            raise SystemExit(1)
        self.stdout.write("✓ Rien à signaler.")

    def _neighbours(self) -> Iterator[str]:
        """What is wrong with each; of those that are well, a line says so at once."""
        for each in neighbours():
            if problem := each.proved():
                yield problem
            else:
                self.stdout.write(f"✓ {each.name} ({each.place}) : répond.")


def _database() -> Iterator[str]:
    try:
        plan = MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield f"Base injoignable ({error}). Vérifiez DATABASE_URL."
        return
    if plan:
        yield f"Base en retard de {len(plan)} migrations. Lancez « cmq setup »."
    if not os.access(settings.VAR_DIR, os.W_OK):
        yield f"Dossier {settings.VAR_DIR} non inscriptible. Donnez-en les droits, ou changez CMQ_VAR_DIR."


def _server() -> Iterator[str]:
    if connection.vendor != "postgresql":
        return
    for name, value in wire.not_granted(connection).items():
        yield (
            f"PostgreSQL a « {name} = {value} » au lieu de « {wire.ASKED[name]} ». Derrière un pooler, réglez le "
            f"serveur : « ALTER SYSTEM SET {name} = '{wire.ASKED[name]}' », puis « SELECT pg_reload_conf() »."
        )


def _deployment() -> Iterator[str]:
    for finding in checks.run_checks(include_deployment_checks=settings.HTTPS):
        if finding.level >= checks.WARNING:
            yield f"{finding.id} : {finding.msg} {finding.hint or ''}".strip()


def _data() -> Iterator[str]:
    if not Commune.objects.exists():
        yield "Données de référence absentes. Lancez « cmq setup »."
    if not Campus.objects.real().exists():
        yield "Registre vide. Lancez « cmq import register »."
    broken = journal.verify().broken
    if broken is not None:
        yield f"{broken} Restaurez une sauvegarde et cherchez qui a écrit."
    behind = indexing.behind()
    if behind < 0:
        yield "Index de recherche absent, ou d’une autre base. Lancez « cmq recherche reconstruire »."
    elif behind > _MOST_BEHIND:
        yield f"Index de recherche en retard de {behind} lignes. Lancez « cmq recherche rattraper »."
    if not Path(settings.STATIC_ROOT).exists():
        yield "Fichiers statiques absents. Lancez « cmq setup »."


def _traces() -> Iterator[str]:
    if tracing.is_asked_for() and find_spec("opentelemetry") is None:
        yield "Traces demandées (OTEL_EXPORTER_OTLP_ENDPOINT), mais sans bibliothèque : requirements/machines.txt."


def _mail() -> Iterator[str]:
    failed = OutgoingMail.objects.waiting().exclude(last_error="")
    if failed.exists():
        reason = failed.values_list("last_error", flat=True).last()
        yield f"{failed.count()} courriers en panne (« {reason} »). Voyez CMQ_MAIL_URL, puis « cmq courrier »."


def _tasks() -> Iterator[str]:
    for task, due in running.overdue(timezone.now()):
        command = "cmq " + " ".join(task.command)
        yield (
            f"« {task.purpose} » était dû le {timezone.localtime(due):%d/%m/%Y à %H:%M}. Lancez « {command} », "
            "et voyez si un travailleur tourne (CMQ_WORKS_INSIDE, ou « cmq worker »)."
        )


def _production() -> Iterator[str]:
    if not settings.HTTPS:
        return
    yield from (advice for is_wrong, advice in _settings() if is_wrong)
    if demonstration.is_present():
        yield "La démonstration est sur un site public. Lancez « cmq demo --remove »."
    keepers = OrganisationMembership.objects.filter(role=OrganisationRole.KEEPER, organisation__is_demo=False)
    if not keepers.exists():
        yield "Personne ne tient le registre. Lancez « cmq gardien ADRESSE »."


def _settings() -> Iterator[tuple[bool, str]]:
    """What a public site must be told, and whether this one was not."""
    yield (
        settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"),
        "Aucun serveur de courrier : les invitations ne partent pas. Donnez CMQ_MAIL_URL.",
    )
    yield (
        not settings.BACKUP_DIR or not settings.BACKUP_RECIPIENTS,
        "Aucune sauvegarde ne se fait. Donnez CMQ_BACKUP_DIR et CMQ_BACKUP_RECIPIENTS (docs/guide/sauvegarde.md).",
    )
    yield not settings.SITE_OWNER, "Mentions légales incomplètes. Donnez CMQ_SITE_OWNER et CMQ_SITE_HOSTING."
    yield (
        bool(settings.TSA_URL and not settings.TSA_ROOTS),
        "Horodatages sans vérification de signature. Donnez CMQ_TSA_ROOTS.",
    )
