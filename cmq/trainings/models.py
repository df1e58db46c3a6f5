"""What is taught in the network of a campus: trainings, their modules, audiences, open days, and campuses that share
them."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from cmq.campuses.models import Campus, Partnership
from cmq.core.models import Sourced
from cmq.core.text import fold
from cmq.organisations.models import Organisation
from cmq.reference.audiences import LEARNERS, choices_of
from cmq.reference.models import Commune

LEVELS: list[tuple[int, str]] = [(level, f"Niveau {level}") for level in range(3, 9)]


class TrainingKind(models.TextChoices):
    """The voie of a training."""

    PROFESSIONAL = "professionnelle", "Professionnelle"
    TECHNOLOGICAL = "technologique", "Technologique"
    GENERAL = "generale", "Générale"


class Stage(models.TextChoices):
    """Where it stands in the course of studies."""

    SECONDARY = "secondaire", "Secondaire"
    HIGHER = "superieur", "Supérieur"


class Way(models.TextChoices):
    """How one may follow it."""

    SCHOOL = "scolaire", "Voie scolaire ou étudiante"
    APPRENTICESHIP = "apprentissage", "Apprentissage"
    CONTINUING = "continue", "Formation continue"


_LEARNERS = [audience.value for audience in LEARNERS]


class TrainingQuerySet(models.QuerySet["Training"]):
    """Trainings."""

    def of(self, campus: Campus) -> "TrainingQuerySet":
        """Those that a campus holds, and those of another that it has accepted to offer too; each once."""
        shared = TrainingShare.objects.accepted().filter(campus=campus)
        return self.filter(Q(campus=campus) | Q(pk__in=shared.values("training")))

    def running(self, on: dt.date) -> "TrainingQuerySet":
        """Begun and not ended on that day, as far as is known."""
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=on), Q(ends_on=None) | Q(ends_on__gte=on))

    def with_partner(self, on: dt.date) -> "TrainingQuerySet":
        """Annotated with `has_partner`: whether who gives it is a member of its campus on that day."""
        return self.annotate(has_partner=Exists(_memberships(on)))

    def on_offer(self, on: dt.date) -> "TrainingQuerySet":
        """What may be shown as current: running, and given by somebody who is a member of its campus."""
        return self.running(on).filter(Exists(_memberships(on)))

    def orphaned(self, on: dt.date) -> "TrainingQuerySet":
        """Running, but given by somebody who is no longer a member."""
        return self.running(on).exclude(Exists(_memberships(on)))

    def for_list(self) -> "TrainingQuerySet":
        """With what a list shows."""
        related = self.select_related("campus", "organisation", "commune")
        return related.prefetch_related("ways", "audiences")

    def for_page(self) -> "TrainingQuerySet":
        """With all that a page shows."""
        return self.for_list().prefetch_related("modules", "romes", "open_days", "shares__campus", "sources")


def _memberships(on: dt.date) -> "models.QuerySet[Partnership]":
    same = {"campus": OuterRef("campus"), "organisation": OuterRef("organisation")}
    return Partnership.objects.not_over(on).filter(**same)


def current_members(campus: Campus, *, on: dt.date) -> "models.QuerySet[Partnership]":
    """Who may give a training of the campus on that day: its members, but for those known to have left."""
    return Partnership.objects.not_over(on).filter(campus=campus)


class Training(Sourced):
    """A training on offer in the network of a campus. Held by one campus, for which alone it is counted; the others
    that offer it are in `TrainingShare`."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="trainings")
    organisation = models.ForeignKey(
        Organisation, verbose_name="donnée par", on_delete=models.PROTECT, related_name="trainings"
    )
    title = models.CharField("intitulé", max_length=250)
    # With diploma and place it tells one training from another, whatever the accents.
    key = models.CharField("clé", max_length=300, editable=False)
    diploma = models.CharField("diplôme", max_length=200, blank=True)
    level = models.PositiveSmallIntegerField("niveau", choices=LEVELS, null=True, blank=True)
    rncp_code = models.CharField("code RNCP", max_length=9, blank=True)
    kind = models.CharField("voie", max_length=16, choices=TrainingKind.choices, blank=True)
    stage = models.CharField("enseignement", max_length=10, choices=Stage.choices, blank=True)
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="trainings"
    )
    address = models.CharField("adresse", max_length=250, blank=True)
    capacity = models.PositiveIntegerField("places", null=True, blank=True)
    next_start = models.DateField("prochaine rentrée", null=True, blank=True)
    apply_url = models.URLField("adresse pour s’inscrire", max_length=300, blank=True)
    starts_on = models.DateField("offerte depuis", null=True, blank=True)
    ends_on = models.DateField("offerte jusqu’au", null=True, blank=True)
    confirmed_on = models.DateField("confirmée le")
    version = models.PositiveIntegerField("version", default=1)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        verbose_name = "formation"
        verbose_name_plural = "formations"
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="training_has_title"),
            models.CheckConstraint(condition=Q(level=None) | Q(level__range=(3, 8)), name="training_level_from_3_to_8"),
            models.CheckConstraint(condition=Q(kind__in=["", *TrainingKind.values]), name="training_kind_known"),
            models.CheckConstraint(condition=Q(stage__in=["", *Stage.values]), name="training_stage_known"),
            models.CheckConstraint(condition=Q(capacity=None) | Q(capacity__gte=1), name="training_capacity_from_one"),
            models.CheckConstraint(
                condition=Q(rncp_code="") | Q(rncp_code__startswith="RNCP"), name="training_rncp_is_one"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="training_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["campus", "organisation", "key"], condition=Q(ends_on=None), name="training_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key in step with what it is made of."""
        self.key = self.key_of(self.title, self.diploma, self.commune_id)
        super().save(*args, **kwargs)

    @staticmethod
    def key_of(title: str, diploma: str, commune_id: str | None) -> str:
        """What tells a training from the others that its organisation gives."""
        return f"{fold(title)[:180]}|{fold(diploma)[:100]}|{commune_id or ''}"

    def get_absolute_url(self) -> str:
        """The public page."""
        return f"{self.campus.get_absolute_url()}formations/{self.pk}/"


class TrainingWay(models.Model):
    """One of the ways to follow a training."""

    training = models.ForeignKey(Training, verbose_name="formation", on_delete=models.CASCADE, related_name="ways")
    way = models.CharField("modalité", max_length=14, choices=Way.choices)

    class Meta:
        verbose_name = "modalité d’une formation"
        verbose_name_plural = "modalités des formations"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["training", "way"], name="training_way_once"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="training_way_known"),
        ]

    def __str__(self) -> str:
        return str(self.get_way_display())


class TrainingAudience(models.Model):
    """One of the publics of a training."""

    training = models.ForeignKey(Training, verbose_name="formation", on_delete=models.CASCADE, related_name="audiences")
    audience = models.CharField("public", max_length=22, choices=choices_of(LEARNERS))

    class Meta:
        verbose_name = "public d’une formation"
        verbose_name_plural = "publics des formations"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["training", "audience"], name="training_audience_once"),
            models.CheckConstraint(condition=Q(audience__in=_LEARNERS), name="training_audience_known"),
        ]

    def __str__(self) -> str:
        return str(self.get_audience_display())


class TrainingRome(models.Model):
    """A job that a training leads to, by its code in the répertoire opérationnel des métiers et des emplois."""

    training = models.ForeignKey(Training, verbose_name="formation", on_delete=models.CASCADE, related_name="romes")
    code = models.CharField("code ROME", max_length=5, db_index=True)

    class Meta:
        verbose_name = "métier visé"
        verbose_name_plural = "métiers visés"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["training", "code"], name="training_rome_once")]

    def __str__(self) -> str:
        return self.code


class TrainingModule(models.Model):
    """A part of a training, or what colours it, such as home automation for home-care workers."""

    training = models.ForeignKey(Training, verbose_name="formation", on_delete=models.CASCADE, related_name="modules")
    title = models.CharField("intitulé", max_length=200)
    is_coloration = models.BooleanField("coloration", default=False)

    class Meta:
        verbose_name = "module ou coloration"
        verbose_name_plural = "modules et colorations"
        ordering = ["is_coloration", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["training", "title"], name="training_module_once"),
            models.CheckConstraint(condition=~Q(title=""), name="training_module_has_title"),
        ]

    def __str__(self) -> str:
        return f"Coloration : {self.title}" if self.is_coloration else self.title


class OpenDay(models.Model):
    """A day on which one may come and see a training."""

    training = models.ForeignKey(Training, verbose_name="formation", on_delete=models.CASCADE, related_name="open_days")
    day = models.DateField("jour")
    note = models.CharField("précision", max_length=200, blank=True)

    class Meta:
        verbose_name = "journée portes ouvertes"
        verbose_name_plural = "journées portes ouvertes"
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["training", "day"], name="open_day_once")]

    def __str__(self) -> str:
        return f"{self.training} : {self.day:%d/%m/%Y}"


class TrainingShareQuerySet(models.QuerySet["TrainingShare"]):
    """Shared trainings."""

    def accepted(self) -> "TrainingShareQuerySet":
        """Those that the other campus accepted."""
        return self.filter(accepted_at__isnull=False)


class TrainingShare(models.Model):
    """Another campus that offers a training too, once it has accepted."""

    training = models.ForeignKey(Training, verbose_name="formation", on_delete=models.CASCADE, related_name="shares")
    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="shared_trainings")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)

    objects = TrainingShareQuerySet.as_manager()

    class Meta:
        verbose_name = "formation partagée"
        verbose_name_plural = "formations partagées"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["training", "campus"], name="training_shared_once")]

    def __str__(self) -> str:
        return f"{self.training} – {self.campus}"
