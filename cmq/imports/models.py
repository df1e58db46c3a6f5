"""The files that keepers send to the register, and what became of each."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cmq.campuses.models import Campus
from cmq.imports.report import Report


class ImportState(models.TextChoices):
    """What became of a file."""

    CHECKED = "verifie", "Vérifié, à appliquer"
    REFUSED = "refuse", "Refusé"
    APPLIED = "applique", "Appliqué"


class RegisterImport(models.Model):
    """A file of the template sent to the register, or a loading of the register that the product carries."""

    name = models.CharField("fichier", max_length=100)
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    # Nothing is kept of a refused file, nor of the register's own files.
    content = models.BinaryField("contenu", default=bytes, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="envoyé par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    uploaded_at = models.DateTimeField("envoyé le")
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)
    state = models.CharField("état", max_length=8, choices=ImportState.choices)
    report = models.JSONField("compte rendu", default=dict)
    is_shipped = models.BooleanField("registre livré avec le logiciel", default=False)

    class Meta:
        verbose_name = "import du registre"
        verbose_name_plural = "imports du registre"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="import_has_name"),
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
            models.CheckConstraint(
                condition=Q(state=ImportState.APPLIED, applied_at__isnull=False)
                | (~Q(state=ImportState.APPLIED) & Q(applied_at=None)),
                name="import_applied_when_it_says_so",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_state_display()})"

    @property
    def outcome(self) -> Report:
        """The report of its check, or of its application once applied."""
        return Report.from_json(self.report)


class TrainingImport(models.Model):
    """A table of trainings that a campus sends: read at once, written when somebody has read what it would do."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="training_imports")
    name = models.CharField("fichier", max_length=100)
    # Nothing is kept of a table once it is written.
    content = models.BinaryField("contenu", default=bytes, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="envoyé par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    uploaded_at = models.DateTimeField("envoyé le")
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)
    report = models.JSONField("compte rendu", default=dict)

    class Meta:
        verbose_name = "tableau de formations"
        verbose_name_plural = "tableaux de formations"
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="training_import_has_name")]

    def __str__(self) -> str:
        return self.name
