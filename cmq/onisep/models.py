"""Data of the Onisep (idéo), under the Open Database License: tables of their own, so that what is derived from them
can be told from the rest, and shared alike. Never copied into a column of another room."""

from django.db import models
from django.db.models import Q

from cmq.core.models import Source
from cmq.reference.models import Commune


class OnisepRow(models.Model):
    """What every table of the Onisep bears."""

    source = models.ForeignKey(Source, verbose_name="source", on_delete=models.PROTECT, related_name="+")
    # The date that the row itself bears.
    modified_on = models.DateField("modifié par l’Onisep le", null=True, blank=True)

    class Meta:
        abstract = True


class OnisepStructure(OnisepRow):
    """A place of teaching, secondary or higher."""

    onisep_id = models.CharField("identifiant Onisep", max_length=20, primary_key=True)
    uai = models.CharField("UAI", max_length=8, blank=True, db_index=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    kind = models.CharField("type d’établissement", max_length=120, blank=True)
    name = models.CharField("nom", max_length=300)
    acronym = models.CharField("sigle", max_length=60, blank=True)
    status = models.CharField("statut", max_length=60, blank=True)
    address = models.CharField("adresse", max_length=300, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    # As they read: « le 31/01/2026 de 08h30 à 12h00 »; `open_days` holds what was understood of them.
    open_days_text = models.TextField("journées portes ouvertes", blank=True)
    # [{"day": "2026-01-31", "note": "de 08h30 à 12h00"}]
    open_days = models.JSONField("jours compris", default=list)
    url = models.URLField("page de l’Onisep", max_length=300, blank=True)

    class Meta:
        verbose_name = "établissement (Onisep)"
        verbose_name_plural = "établissements (Onisep)"
        ordering = ["name", "onisep_id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="onisep_structure_is_named")]

    def __str__(self) -> str:
        return self.name


class OnisepTraining(OnisepRow):
    """A training of the national list, wherever it is given."""

    onisep_id = models.CharField("identifiant Onisep", max_length=20, primary_key=True)
    title = models.CharField("libellé", max_length=400)
    kind = models.CharField("type", max_length=200, blank=True)
    acronym = models.CharField("sigle", max_length=60, blank=True)
    duration = models.CharField("durée", max_length=60, blank=True)
    level = models.PositiveSmallIntegerField("niveau", null=True, blank=True)
    rncp_code = models.CharField("fiche RNCP", max_length=10, blank=True, db_index=True)
    cfd_code = models.CharField("code scolarité", max_length=8, blank=True)
    nsf_code = models.CharField("code NSF", max_length=6, blank=True)
    domains = models.JSONField("domaines", default=list)
    url = models.URLField("page de l’Onisep", max_length=300, blank=True)

    class Meta:
        verbose_name = "formation (Onisep)"
        verbose_name_plural = "formations (Onisep)"
        ordering = ["title", "onisep_id"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="onisep_training_has_title")]

    def __str__(self) -> str:
        return self.title


class OnisepCourse(OnisepRow):
    """A training given at a place (action de formation)."""

    onisep_id = models.CharField("identifiant Onisep", max_length=40, primary_key=True)
    # Ids, not rows: the three files are published apart.
    training_id = models.CharField("formation", max_length=20, blank=True, db_index=True)
    structure_id = models.CharField("établissement", max_length=20, blank=True, db_index=True)
    uai = models.CharField("UAI", max_length=8, blank=True, db_index=True)
    title = models.CharField("libellé", max_length=400)
    duration = models.CharField("durée", max_length=60, blank=True)
    modalities = models.CharField("modalités de scolarité", max_length=200, blank=True)
    url = models.URLField("page", max_length=300, blank=True)

    class Meta:
        verbose_name = "action de formation (Onisep)"
        verbose_name_plural = "actions de formation (Onisep)"
        ordering = ["title", "onisep_id"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="onisep_course_has_title")]

    def __str__(self) -> str:
        return self.title


class OnisepJob(OnisepRow):
    """A job of the Onisep’s own list, with its ROME code."""

    onisep_id = models.CharField("identifiant Onisep", max_length=20, primary_key=True)
    name = models.CharField("libellé", max_length=250)
    rome_code = models.CharField("code ROME", max_length=5, blank=True, db_index=True)
    domains = models.JSONField("domaines", default=list)
    url = models.URLField("page de l’Onisep", max_length=300, blank=True)

    class Meta:
        verbose_name = "métier (Onisep)"
        verbose_name_plural = "métiers (Onisep)"
        ordering = ["name", "onisep_id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="onisep_job_is_named")]

    def __str__(self) -> str:
        return self.name
