"""Experts, who examines what, and the marks they give."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.models import Criterion, ExcellenceRequirement, GridLevel, Side
from cmq.campuses.models import Campus
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole
from cmq.reference.models import Filiere, Region


class ExpertQuerySet(models.QuerySet["Expert"]):
    """Experts."""

    def active(self, on: dt.date) -> "ExpertQuerySet":
        """Those who hold the role of expert on that day and can log in: without it the line gives no right."""
        roles = OrganisationMembership.objects.active(on).filter(role=OrganisationRole.EXPERT)
        return self.filter(Exists(roles.filter(person=OuterRef("person"))))

    def available(self, on: dt.date) -> "ExpertQuerySet":
        """Those who can be given a file."""
        return self.active(on).filter(is_available=True)


class Expert(models.Model):
    """A person who examines files, with a side for parity (D.335-35) and what a conflict is computed from."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name="personne", on_delete=models.CASCADE, related_name="expert"
    )
    side = models.CharField("côté", max_length=16, choices=Side.choices)
    employer = models.ForeignKey(
        Organisation, verbose_name="employeur", null=True, blank=True, on_delete=models.PROTECT, related_name="experts"
    )
    region = models.ForeignKey(
        Region,
        verbose_name="région d’exercice",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="experts",
    )
    filieres = models.ManyToManyField(Filiere, verbose_name="filières connues", blank=True, related_name="experts")
    most_files = models.PositiveSmallIntegerField("dossiers au plus", default=5)
    is_available = models.BooleanField("disponible", default=True)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = "expert"
        verbose_name_plural = "experts"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="expert_side_known"),
            models.CheckConstraint(condition=Q(most_files__gte=1), name="expert_takes_one_file_at_least"),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def is_economic(self) -> bool:
        """Whether parity counts this expert for the economic world; otherwise for the State and local authorities."""
        return self.side == Side.ECONOMIC


class DeclaredConflict(models.Model):
    """A conflict of interest that an expert declares, or the secretariat knows of."""

    expert = models.ForeignKey(Expert, verbose_name="expert", on_delete=models.CASCADE, related_name="conflicts")
    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField("lien", max_length=300)
    declared_at = models.DateTimeField("déclaré le")

    class Meta:
        verbose_name = "conflit d’intérêts déclaré"
        verbose_name_plural = "conflits d’intérêts déclarés"
        ordering = ["declared_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "campus"], name="conflict_declared_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="conflict_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.expert} – {self.campus}"


class AssignmentState(models.TextChoices):
    """What an expert has done with a file."""

    PENDING = "attente", "À examiner"
    HANDED_IN = "rendue", "Rendue"
    ABSTAINED = "abstention", "Abstention"
    RECUSED = "recuse", "Récusé"


class Advice(models.TextChoices):
    """What an expert, or an authority, holds should be decided."""

    AWARD = "accorder", "Accorder"
    SHORTER = "plus_court", "Accorder pour une durée plus courte"
    DEFER = "ajourner", "Ajourner"
    REFUSE = "refuser", "Refuser"

    @property
    def grants(self) -> bool:
        """Whether it gives what is asked for, in full or for less time."""
        return self in (Advice.AWARD, Advice.SHORTER)


# A file that is corrected or given up is closed to experts, even to those who examined it.
EXPERT_STATES = (
    ApplicationState.EXPERTISE,
    ApplicationState.COLLEGE,
    ApplicationState.DECIDED,
    ApplicationState.AWARDED,
    ApplicationState.DEFERRED,
    ApplicationState.REFUSED,
)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    """Who examines what."""

    def standing(self) -> "AssignmentQuerySet":
        """Without the recused."""
        return self.exclude(state=AssignmentState.RECUSED)

    def pending(self) -> "AssignmentQuerySet":
        """Those that wait for their expert, on files that are still examined."""
        return self.filter(state=AssignmentState.PENDING, application__state=ApplicationState.EXPERTISE)

    def readable(self) -> "AssignmentQuerySet":
        """Those that open their file to the expert: standing, and the file with the experts or beyond."""
        return self.standing().filter(application__state__in=EXPERT_STATES)


class Assignment(models.Model):
    """An expert examines a file, in a round, for a day."""

    application = models.ForeignKey(
        LabelApplication, verbose_name="dossier", on_delete=models.CASCADE, related_name="assignments"
    )
    expert = models.ForeignKey(Expert, verbose_name="expert", on_delete=models.PROTECT, related_name="assignments")
    round = models.PositiveSmallIntegerField("tour", default=1)
    state = models.CharField("état", max_length=12, choices=AssignmentState.choices, default=AssignmentState.PENDING)
    due_on = models.DateField("à rendre pour le")
    assigned_at = models.DateTimeField("confié le")
    # What the secretariat asks of a further round.
    request = models.TextField("ce qui est demandé", blank=True)
    handed_in_at = models.DateTimeField("rendu le", null=True, blank=True)
    advice = models.CharField("proposition", max_length=12, choices=Advice.choices, blank=True)
    comment = models.TextField("synthèse", blank=True)
    # Why the expert abstains or is recused; never shown to the campus.
    reason = models.CharField("motif", max_length=300, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "expertise confiée"
        verbose_name_plural = "expertises confiées"
        ordering = ["application", "round", "pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["expert", "state"], name="assignment_desk")]
        constraints = [
            models.UniqueConstraint(fields=["application", "expert", "round"], name="assignment_once_per_round"),
            models.CheckConstraint(condition=Q(round__gte=1), name="assignment_round_from_one"),
            models.CheckConstraint(
                condition=~Q(state=AssignmentState.HANDED_IN) | (Q(handed_in_at__isnull=False) & ~Q(advice="")),
                name="assignment_handed_in_is_dated_and_advises",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[AssignmentState.ABSTAINED, AssignmentState.RECUSED]) | ~Q(reason=""),
                name="assignment_given_up_says_why",
            ),
            models.CheckConstraint(condition=Q(state__in=AssignmentState.values), name="assignment_state_known"),
            models.CheckConstraint(condition=Q(advice__in=["", *Advice.values]), name="assignment_advice_known"),
        ]

    # Never the expert’s name: these words enter the journal.
    def __str__(self) -> str:
        return f"{self.application.reference} – tour {self.round}"

    def get_absolute_url(self) -> str:
        """Its page in the workspace."""
        return f"/espace/expertises/{self.pk}/"

    def is_late(self, on: dt.date) -> bool:
        """Whether the day it was due has passed without an answer."""
        return self.state == AssignmentState.PENDING and self.due_on < on


class Mark(models.Model):
    """What an expert gives for one criterion: a level with its reason, or an abstention with its reason."""

    assignment = models.ForeignKey(Assignment, verbose_name="expertise", on_delete=models.CASCADE, related_name="marks")
    criterion = models.ForeignKey(Criterion, verbose_name="critère", on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(
        GridLevel, verbose_name="niveau", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField("motif")

    class Meta:
        verbose_name = "note d’un critère"
        verbose_name_plural = "notes des critères"
        ordering = ["criterion__number"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "criterion"], name="mark_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="mark_gives_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} : {self.level or 'abstention'}"


class RequirementMark(models.Model):
    """What an expert says of one requirement of excellence."""

    assignment = models.ForeignKey(
        Assignment, verbose_name="expertise", on_delete=models.CASCADE, related_name="requirement_marks"
    )
    requirement = models.ForeignKey(
        ExcellenceRequirement, verbose_name="exigence", on_delete=models.PROTECT, related_name="+"
    )
    # None is an abstention.
    is_met = models.BooleanField("tenue", null=True, blank=True)
    reason = models.TextField("motif")

    class Meta:
        verbose_name = "note d’une exigence d’excellence"
        verbose_name_plural = "notes des exigences d’excellence"
        ordering = ["requirement__number"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "requirement"], name="requirement_mark_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="requirement_mark_gives_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.requirement} : {'abstention' if self.is_met is None else 'oui' if self.is_met else 'non'}"
