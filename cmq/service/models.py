"""Runs of what runs by itself, and what readers are told when the site is not as usual."""

import datetime as dt

from django.db import models
from django.db.models import Q


class TaskRunQuerySet(models.QuerySet["TaskRun"]):
    """Runs by how they went."""

    def unfinished(self) -> "TaskRunQuerySet":
        """Begun, and not known to have ended."""
        return self.filter(ended_at=None)

    def good(self) -> "TaskRunQuerySet":
        """Ended without error."""
        return self.filter(ended_at__isnull=False, error="")


class TaskRun(models.Model):
    """One task, for one of the instants when it is due: whichever machine takes it first runs it, alone."""

    name = models.CharField("tâche", max_length=40)
    due_at = models.DateTimeField("due le")
    started_at = models.DateTimeField("commencée le")
    seen_at = models.DateTimeField("vue en cours le")
    ended_at = models.DateTimeField("finie le", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=1)
    machine = models.CharField("machine", max_length=80)
    said = models.TextField("ce qu’elle a dit", blank=True)
    error = models.TextField("erreur", blank=True)

    objects = TaskRunQuerySet.as_manager()

    class Meta:
        verbose_name = "exécution d’une tâche"
        verbose_name_plural = "exécutions des tâches"
        ordering = ("-due_at", "name")
        constraints = (models.UniqueConstraint(fields=["name", "due_at"], name="task_run_once_each_time"),)

    def __str__(self) -> str:
        return f"{self.name}, {self.due_at:%d/%m/%Y %H:%M}"


class Closing(models.TextChoices):
    """What stays possible meanwhile."""

    OPEN = "ouvert", "tout reste possible"
    READ_ONLY = "lecture", "lecture seule : rien ne peut être écrit"
    CLOSED = "ferme", "fermé : seule la page d’état répond"


class NoticeQuerySet(models.QuerySet["ServiceNotice"]):
    """Notices of an instant."""

    def current(self, at: dt.datetime) -> "NoticeQuerySet":
        """Begun and not ended."""
        return self.filter(starts_at__lte=at).filter(Q(ends_at=None) | Q(ends_at__gt=at))

    def coming(self, at: dt.datetime) -> "NoticeQuerySet":
        """Announced, not begun."""
        return self.filter(starts_at__gt=at)


class ServiceNotice(models.Model):
    """A maintenance or an incident, told to readers on the page of the site's state; it may close the site."""

    title = models.CharField("titre", max_length=120)
    text = models.TextField("texte", blank=True, max_length=2000)
    closing = models.CharField("ce qui reste possible", max_length=10, choices=Closing, default=Closing.OPEN)
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin", null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "avis de service"
        verbose_name_plural = "avis de service"
        ordering = ("-starts_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=models.F("starts_at")),
                name="service_notice_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return self.title


class RetentionRun(models.Model):
    """One night ended so much of one line of the table of what is kept of people (`core.retention`)."""

    line = models.CharField("ligne", max_length=60)
    ran_at = models.DateTimeField("passé le")
    number = models.PositiveIntegerField("nombre")

    class Meta:
        verbose_name = "passage de la conservation"
        verbose_name_plural = "passages de la conservation"
        ordering = ("-ran_at", "-pk")
        indexes = (models.Index(fields=["line", "ran_at"], name="retention_run_by_line"),)

    def __str__(self) -> str:
        return f"{self.line}, {self.ran_at:%d/%m/%Y} : {self.number}"


# What the demonstration says was refused comes from there.
DEMO_HOST = "demonstration.invalid"


class BrowserRefusal(models.Model):
    """How often, in a day, browsers refused something of a kind on our pages (`service.refusals`)."""

    day = models.DateField("jour")
    directive = models.CharField("règle", max_length=40)
    blocked = models.CharField("ce qui est refusé", max_length=130, blank=True)
    page = models.CharField("forme de l’adresse", max_length=200, blank=True)
    number = models.PositiveIntegerField("nombre", default=1)

    class Meta:
        verbose_name = "refus des navigateurs"
        verbose_name_plural = "refus des navigateurs"
        ordering = ("-day", "-number", "pk")
        constraints = (
            models.UniqueConstraint(fields=["day", "directive", "blocked", "page"], name="browser_refusal_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.directive}, {self.day:%d/%m/%Y}"

    @property
    def is_demo(self) -> bool:
        """Whether the demonstration says it: no host in the world ends so (RFC 2606)."""
        return self.blocked.endswith(f".{DEMO_HOST}")
