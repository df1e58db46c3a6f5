"""What people look for, counted so that nobody can be recognised."""

from django.db import models
from django.db.models import F, Q


class SoughtQuerySet(models.QuerySet["SoughtWords"]):
    """Questions."""

    def shown(self) -> "SoughtQuerySet":
        """Those whose words are kept: asked often enough, on enough days, to say nothing of one person."""
        return self.exclude(words="")


class SoughtWords(models.Model):
    """A question asked of the search, without who, when or where from.

    Until it was asked often enough on different days (`search.rules`) only a keyed digest of its words is here, which
    counts without being readable.
    """

    digest = models.CharField("empreinte", max_length=64, unique=True)
    # Folded, place left out: « aide soignant ».
    words = models.CharField("mots", max_length=120, blank=True)
    asked = models.PositiveIntegerField("fois demandée", default=0)
    unanswered = models.PositiveIntegerField("fois sans réponse", default=0)
    days = models.PositiveIntegerField("jours différents", default=0)
    last_day = models.DateField("dernier jour")

    objects = SoughtQuerySet.as_manager()

    class Meta:
        verbose_name = "mots cherchés"
        verbose_name_plural = "mots cherchés"
        ordering = ["-asked", "words", "pk"]
        indexes = [models.Index(fields=["last_day"], name="sought_by_day")]
        constraints = [
            models.CheckConstraint(condition=Q(unanswered__lte=F("asked")), name="sought_unanswered_within_asked"),
            models.CheckConstraint(condition=Q(days__gte=1, asked__gte=F("days")), name="sought_on_a_day_at_least"),
        ]

    def __str__(self) -> str:
        return self.words or "mots trop rares pour être gardés"
