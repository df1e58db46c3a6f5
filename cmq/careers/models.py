"""Job sheets (fiches métiers): the jobs of the répertoire opérationnel des métiers et des emplois (ROME), as France
Travail publishes them, and what our own editors add, kept apart."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from cmq.core.models import Source


class OccupationQuerySet(models.QuerySet["Occupation"]):
    """Jobs of the ROME."""

    def current(self) -> "OccupationQuerySet":
        """Those of the last edition."""
        return self.filter(is_obsolete=False)


class Occupation(models.Model):
    """A job (métier) of the ROME; its official text only. Loaded, edited by nobody."""

    code = models.CharField("code ROME", max_length=5, primary_key=True)
    title = models.CharField("intitulé", max_length=250)
    slug = models.SlugField("adresse", max_length=90, unique=True)
    # `core.text.fold(title)`
    folded_title = models.CharField("intitulé simplifié", max_length=250, db_index=True, editable=False)
    # The job that it is a particular case of; itself for a job of the first rank.
    parent = models.ForeignKey(
        "self",
        verbose_name="métier de rattachement",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    definition = models.TextField("définition", blank=True)
    access = models.TextField("accès au métier", blank=True)
    is_regulated = models.BooleanField("emploi réglementé", null=True, blank=True)
    is_executive = models.BooleanField("emploi cadre", null=True, blank=True)
    green_transition = models.CharField("transition écologique", max_length=120, blank=True)
    digital_transition = models.BooleanField("transition numérique", null=True, blank=True)
    ageing_transition = models.BooleanField("transition démographique", null=True, blank=True)
    is_obsolete = models.BooleanField("sorti du répertoire", default=False)
    # The edition that gave the row its present values.
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    loaded_on = models.DateField("chargé le", null=True, blank=True)

    objects = OccupationQuerySet.as_manager()

    class Meta:
        verbose_name = "métier"
        verbose_name_plural = "métiers"
        ordering = ["title", "code"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length("code"), 5), name="occupation_code_has_five_signs"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(slug=""), name="occupation_is_named"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The public job sheet."""
        return f"/metiers/{self.slug}/"

    @property
    def domain(self) -> str:
        """The letter of its grand domaine."""
        return self.code[0]


class JobTitle(models.Model):
    """A name (appellation) that a job goes by."""

    ogr_code = models.CharField("code OGR", max_length=7, primary_key=True)
    occupation = models.ForeignKey(Occupation, verbose_name="métier", on_delete=models.CASCADE, related_name="titles")
    long_name = models.CharField("libellé long", max_length=300)
    short_name = models.CharField("libellé court", max_length=300, blank=True)
    folded_name = models.CharField("libellé simplifié", max_length=300, db_index=True, editable=False)
    is_main = models.BooleanField("appellation principale", default=False)

    class Meta:
        verbose_name = "appellation"
        verbose_name_plural = "appellations"
        ordering = ["long_name", "ogr_code"]
        constraints = [models.CheckConstraint(condition=~Q(long_name=""), name="job_title_is_named")]

    def __str__(self) -> str:
        return self.long_name


class TraitKind(models.TextChoices):
    """What a trait of a job is, in the words of the ROME."""

    KNOW_HOW = "savoir_faire", "Savoir-faire"
    KNOWLEDGE = "savoir", "Savoirs"
    ATTITUDE = "savoir_etre", "Savoir-être professionnels"
    CONTEXT = "contexte", "Contextes de travail"
    SECTOR = "secteur", "Secteurs d’activité"


class OccupationTrait(models.Model):
    """A skill, a piece of knowledge, a working context or a sector of a job."""

    occupation = models.ForeignKey(Occupation, verbose_name="métier", on_delete=models.CASCADE, related_name="traits")
    kind = models.CharField("nature", max_length=12, choices=TraitKind.choices)
    # What the ROME files it under: « Production, Fabrication », « Horaires et durée du travail »…
    group = models.CharField("rubrique", max_length=200, blank=True)
    name = models.CharField("libellé", max_length=300)
    is_core = models.BooleanField("cœur de métier", default=False)
    # For a sector: its division of the nomenclature d’activités française.
    naf_division = models.CharField("division NAF", max_length=2, blank=True)

    class Meta:
        verbose_name = "trait d’un métier"
        verbose_name_plural = "traits des métiers"
        ordering = ["kind", "group", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TraitKind.values), name="trait_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="trait_is_named"),
            models.UniqueConstraint(fields=["occupation", "kind", "group", "name"], name="trait_once"),
        ]

    def __str__(self) -> str:
        return self.name


class LinkKind(models.TextChoices):
    """How one job leads to another (mobilités)."""

    CLOSE = "proche", "Métier proche"
    NEXT = "envisageable", "Évolution envisageable"


class OccupationLink(models.Model):
    """From one job to another that a person may move to."""

    origin = models.ForeignKey(Occupation, verbose_name="métier", on_delete=models.CASCADE, related_name="links")
    target = models.ForeignKey(Occupation, verbose_name="autre métier", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("nature", max_length=12, choices=LinkKind.choices)

    class Meta:
        verbose_name = "mobilité"
        verbose_name_plural = "mobilités"
        ordering = ["kind", "target"]
        constraints = [
            models.UniqueConstraint(fields=["origin", "target", "kind"], name="occupation_link_once"),
            models.CheckConstraint(condition=~Q(origin=F("target")), name="occupation_link_to_another"),
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="occupation_link_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} → {self.target}"


class OccupationNote(models.Model):
    """What our editors say of a job, in their own words: never mixed with the official text."""

    occupation = models.OneToOneField(
        Occupation, verbose_name="métier", on_delete=models.CASCADE, related_name="own_text"
    )
    text = models.TextField("texte")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="écrit par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    written_at = models.DateTimeField("écrit le")
    version = models.PositiveIntegerField("version", default=1)

    class Meta:
        verbose_name = "texte de la rédaction sur un métier"
        verbose_name_plural = "textes de la rédaction sur les métiers"
        ordering = ["occupation"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="occupation_note_has_text")]

    def __str__(self) -> str:
        return f"{self.occupation} : texte de la rédaction"
