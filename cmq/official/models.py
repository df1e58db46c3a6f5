"""What was loaded from each official source, from which file, and what became of it."""

from django.db import models
from django.db.models import Q

from cmq.core.models import Source


class RunState(models.TextChoices):
    """How a loading went."""

    RUNNING = "en_cours", "En cours"
    DONE = "charge", "Chargé"
    UNCHANGED = "inchange", "Fichier inchangé"
    TRIED = "essai", "Essai, rien n’a été écrit"
    REFUSED = "refuse", "Refusé"
    FAILED = "echec", "Échec"
    INTERRUPTED = "interrompu", "Interrompu"


class OfficialRun(models.Model):
    """One loading of one source. The rows of the source are whole before it and whole after it, never between."""

    # Slug of the importer: « rome », « rncp », « annuaire »…
    importer = models.CharField("source", max_length=40, db_index=True)
    state = models.CharField("état", max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField("commencé le")
    finished_at = models.DateTimeField("fini le", null=True, blank=True)
    url = models.CharField("adresse", max_length=600, blank=True)
    file_name = models.CharField("fichier", max_length=200, blank=True)
    sha256 = models.CharField("empreinte SHA-256", max_length=64, blank=True)
    size = models.PositiveBigIntegerField("taille, en octets", null=True, blank=True)
    # The document that the rows cite, with its own date.
    source = models.ForeignKey(
        Source, verbose_name="document", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    read = models.PositiveIntegerField("lignes lues", default=0)
    created = models.PositiveIntegerField("créées", default=0)
    changed = models.PositiveIntegerField("modifiées", default=0)
    unchanged = models.PositiveIntegerField("inchangées", default=0)
    removed = models.PositiveIntegerField("retirées", default=0)
    refused = models.PositiveIntegerField("refusées", default=0)
    # The first refused rows with their reasons, samples of differences, and the error that stopped it.
    report = models.JSONField("compte rendu", default=dict)

    class Meta:
        verbose_name = "chargement d’une source officielle"
        verbose_name_plural = "chargements des sources officielles"
        ordering = ["-pk"]
        constraints = [
            # Two loadings of one source never run at once.
            models.UniqueConstraint(
                fields=["importer"], condition=Q(state=RunState.RUNNING), name="official_run_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state=RunState.RUNNING, finished_at=None)
                | (~Q(state=RunState.RUNNING) & Q(finished_at__isnull=False)),
                name="official_run_finished_when_it_says_so",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.importer} ({self.get_state_display()})"

    @property
    def counts(self) -> str:
        """What became of the rows, in one sentence."""
        words = "{} lues, {} créées, {} modifiées, {} inchangées, {} retirées, {} refusées."
        return words.format(self.read, self.created, self.changed, self.unchanged, self.removed, self.refused)
