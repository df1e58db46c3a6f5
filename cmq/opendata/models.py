"""Keys to what is not public; and what public datasets were on a day."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cmq.campuses.models import Campus


class Scope(models.TextChoices):
    """What a token opens."""

    CAMPUS = "campus", "Les indicateurs et les financements d’un campus"
    FILES = "dossiers", "Les dossiers de labellisation que vous pouvez lire"


class ApiToken(models.Model):
    """What a program of a person shows to read through the API what that person may read; it ends by itself."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="personne", on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField("usage", max_length=80)
    # Only the digest: who reads the database cannot use anybody's token.
    digest = models.CharField("empreinte du jeton", max_length=64, unique=True)
    # Its first signs, by which its holder knows it again.
    hint = models.CharField("début du jeton", max_length=12)
    scope = models.CharField("portée", max_length=10, choices=Scope.choices)
    campus = models.ForeignKey(
        Campus, verbose_name="campus", null=True, blank=True, on_delete=models.CASCADE, related_name="api_tokens"
    )
    made_at = models.DateTimeField("créé le")
    expires_at = models.DateTimeField("expire le")
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)
    # A day, not an instant: enough to see that it still serves, too little to follow its holder.
    used_on = models.DateField("servi pour la dernière fois le", null=True, blank=True)

    class Meta:
        verbose_name = "jeton de l’API"
        verbose_name_plural = "jetons de l’API"
        ordering = ["-made_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="api_token_scope_known"),
            models.CheckConstraint(
                condition=Q(scope=Scope.CAMPUS, campus__isnull=False) | Q(scope=Scope.FILES, campus=None),
                name="api_token_campus_with_its_scope",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="api_token_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def about(self) -> str:
        """What it opens, in French."""
        return f"Indicateurs et financements – {self.campus}" if self.campus else str(self.get_scope_display())


class Snapshot(models.Model):
    """A public dataset as it was on a day, kept for good. Taken only when it has changed; files bear their digest."""

    dataset = models.CharField("jeu", max_length=40)
    taken_on = models.DateField("jour")
    # SHA-256 of its NDJSON, before compression.
    digest = models.CharField("empreinte", max_length=64)
    rows = models.PositiveIntegerField("lignes")
    size = models.PositiveBigIntegerField("taille", help_text="Octets, avant compression.")

    class Meta:
        verbose_name = "instantané d’un jeu de données"
        verbose_name_plural = "instantanés des jeux de données"
        ordering = ["dataset", "-taken_on"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "taken_on"], name="snapshot_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.dataset}, {self.taken_on:%d/%m/%Y}"

    @property
    def file(self) -> str:
        """The name of its file in the storage; two days that are alike share one."""
        return f"instantanes/{self.digest[:2]}/{self.digest}.ndjson.gz"
