"""The clock of a label: the marks before its end, who was reminded, and who reads them in a calendar."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cmq.applications.models import Section
from cmq.core.days import months_after
from cmq.labels.models import LabelDecision


class Mark(models.TextChoices):
    """A day counted back from the end of a label, the farthest first."""

    M18 = "M-18", "dix-huit mois avant la fin"
    M12 = "M-12", "douze mois avant la fin"
    M6 = "M-6", "six mois avant la fin"
    M3 = "M-3", "trois mois avant la fin"
    J30 = "J-30", "trente jours avant la fin"
    J7 = "J-7", "sept jours avant la fin"

    def day(self, ends_on: dt.date) -> dt.date:
        """The day of the mark, for a label whose last day is `ends_on`."""
        unit, _, count = self.value.partition("-")
        return months_after(ends_on, -int(count)) if unit == "M" else ends_on - dt.timedelta(days=int(count))


class Reminder(models.Model):
    """A person was reminded of the end of a label, at one mark. Once: whatever runs twice, the row is there."""

    # The first line of the decision: what stays of a label when its rows are derived again.
    original = models.ForeignKey(
        LabelDecision, verbose_name="label", on_delete=models.CASCADE, related_name="reminders"
    )
    # An extension moves the end: then the marks are new ones.
    ends_on = models.DateField("dernier jour du label")
    mark = models.CharField("repère", max_length=4, choices=Mark.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="personne", on_delete=models.CASCADE, related_name="reminders"
    )
    written_at = models.DateTimeField("écrit le")

    class Meta:
        verbose_name = "rappel"
        verbose_name_plural = "rappels"
        ordering = ["-written_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["original", "ends_on", "mark", "person"], name="reminder_once"),
            models.CheckConstraint(condition=Q(mark__in=Mark.values), name="reminder_mark_known"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} – fin du {self.ends_on:%d/%m/%Y}"


class CalendarAddress(models.Model):
    """The private address at which a person’s calendar program reads their deadlines. Made again, the old one dies."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name="personne", on_delete=models.CASCADE, related_name="calendar_address"
    )
    # Only the digest: who reads the database cannot read somebody's calendar.
    token_digest = models.CharField("empreinte du jeton", max_length=64, unique=True)
    issued_at = models.DateTimeField("créée le")

    class Meta:
        verbose_name = "adresse d’agenda"
        verbose_name_plural = "adresses d’agenda"
        ordering = ["person"]

    def __str__(self) -> str:
        return f"Agenda de {self.person}"


class FactKind(models.TextChoices):
    """A room of a campus's life from which a renewal may draw."""

    TRAININGS = "formations", "Formations"
    PARTNERS = "membres", "Membres"
    PROJECTS = "projets", "Projets"
    TOURS = "tournees", "Tournées"
    FUNDING = "financements", "Financements"
    INDICATORS = "indicateurs", "Indicateurs"


class CriterionFact(models.Model):
    """Kinds of facts that feed a criterion, instead of those that the product carries.

    By the criterion's folded title: it survives a new version of the specification.
    """

    folded_title = models.CharField("intitulé simplifié du critère", max_length=300)
    kind = models.CharField("faits", max_length=12, choices=FactKind.choices)

    class Meta:
        verbose_name = "faits d’un critère"
        verbose_name_plural = "faits des critères"
        ordering = ["folded_title", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["folded_title", "kind"], name="criterion_fact_once"),
            models.CheckConstraint(condition=Q(kind__in=FactKind.values), name="criterion_fact_known"),
        ]

    def __str__(self) -> str:
        return f"{self.folded_title} : {self.get_kind_display()}"


class SectionSource(models.Model):
    """A paragraph of a file was drawn from a room of the campus: where it came from stays linked."""

    section = models.ForeignKey(Section, verbose_name="partie", on_delete=models.CASCADE, related_name="drawn_from")
    key = models.CharField("clé", max_length=80)
    label = models.CharField("source", max_length=300)
    address = models.CharField("adresse", max_length=300)
    inserted_at = models.DateTimeField("inséré le")
    inserted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="inséré par", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "source d’une partie"
        verbose_name_plural = "sources des parties"
        ordering = ["inserted_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["section", "key"], name="section_source_once")]

    def __str__(self) -> str:
        return self.label
