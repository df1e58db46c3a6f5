"""Saved searches: what is new for one search, by letter, without an account."""

from django.db import models
from django.db.models import Q


class Rhythm(models.TextChoices):
    """How often letters leave."""

    DAILY = "quotidien", "Chaque jour"
    WEEKLY = "hebdomadaire", "Chaque semaine"


class Scope(models.TextChoices):
    """Which page the search was made on: each reads its address in its own way."""

    OFFERS = "offres", "Offres"
    EVERYTHING = "recherche", "Recherche"

    @property
    def path(self) -> str:
        """Of the page."""
        return f"/{self.value}/"


class SavedSearch(models.Model):
    """A search of the site that somebody wants to hear of again. Erased when it is stopped."""

    email = models.EmailField("adresse", max_length=254)
    scope = models.CharField("page", max_length=10, choices=Scope.choices, default=Scope.OFFERS)
    # The search as its address says it: « q=aide-soignant&lieu=62108&rayon=30 », parameters sorted.
    query = models.CharField("recherche", max_length=600)
    label = models.CharField("en clair", max_length=300)
    rhythm = models.CharField("rythme", max_length=12, choices=Rhythm.choices, default=Rhythm.DAILY)
    asked_at = models.DateTimeField("demandée le")
    # Double opt-in: nothing leaves before the link of the first letter was confirmed by a form.
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    # What was published up to then has been told.
    told_until = models.DateTimeField("envoyé jusqu’à", null=True, blank=True)
    last_sent_at = models.DateTimeField("dernière lettre le", null=True, blank=True)
    is_demo = models.BooleanField("démonstration", default=False)

    class Meta:
        verbose_name = "recherche enregistrée"
        verbose_name_plural = "recherches enregistrées"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["email", "scope", "query"], name="saved_search_once"),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="saved_search_scope_known"),
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="saved_search_rhythm_known"),
        ]

    def __str__(self) -> str:
        return self.label


class Appearance(models.Model):
    """When the site first showed a thing that has no day of its own for it (`appearing.note`)."""

    # « formation:12 », as the search index knows it.
    key = models.CharField("objet", max_length=40, primary_key=True)
    # None for what was there before anything was noted.
    since = models.DateTimeField("montré depuis le", null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = "première parution"
        verbose_name_plural = "premières parutions"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.key
