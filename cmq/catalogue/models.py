"""Where one can train: places of teaching, what official sources say of their trainings, and the one list that they
and the campuses make together, each field with where it came from."""

from django.db import models
from django.db.models import Q

from cmq.core.models import Source
from cmq.core.text import slug_of
from cmq.reference.models import Commune
from cmq.trainings.models import Training

_PERCENT = (0, 100)


class Establishment(models.Model):
    """A place of teaching of the annuaire de l’éducation. Loaded, edited by nobody."""

    uai = models.CharField("UAI", max_length=8, primary_key=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, db_index=True)
    name = models.CharField("nom", max_length=300)
    folded_name = models.CharField("nom simplifié", max_length=300, editable=False)
    kind = models.CharField("type", max_length=60, blank=True)
    # Code and wording of the Base centrale des nomenclatures: « 306 », « LYCEE POLYVALENT ».
    nature_code = models.PositiveSmallIntegerField("code de nature", null=True, blank=True)
    nature = models.CharField("nature", max_length=120, blank=True)
    is_public = models.BooleanField("public", null=True, blank=True)
    address = models.CharField("adresse", max_length=300, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    website = models.URLField("site web", max_length=300, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    has_general = models.BooleanField("voie générale", null=True, blank=True)
    has_technological = models.BooleanField("voie technologique", null=True, blank=True)
    has_professional = models.BooleanField("voie professionnelle", null=True, blank=True)
    has_apprenticeship = models.BooleanField("apprentissage", null=True, blank=True)
    has_boarding = models.BooleanField("hébergement", null=True, blank=True)
    is_open = models.BooleanField("ouvert", default=True)
    opened_on = models.DateField("ouvert le", null=True, blank=True)
    # The date that the row itself bears.
    modified_on = models.DateField("ligne mise à jour le", null=True, blank=True)
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "établissement"
        verbose_name_plural = "établissements"
        ordering = ["name", "uai"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="establishment_is_named")]

    def __str__(self) -> str:
        return self.name


class HealthSite(models.Model):
    """An establishment of the FINESS: where health and social workers train and work."""

    finess = models.CharField("numéro FINESS", max_length=9, primary_key=True)
    entity_finess = models.CharField("FINESS de l’entité juridique", max_length=9, blank=True, db_index=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, db_index=True)
    name = models.CharField("raison sociale", max_length=300)
    category_code = models.CharField("catégorie", max_length=4, blank=True, db_index=True)
    category = models.CharField("libellé de la catégorie", max_length=200, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    opened_on = models.DateField("ouvert le", null=True, blank=True)
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "établissement sanitaire ou social"
        verbose_name_plural = "établissements sanitaires et sociaux"
        ordering = ["name", "finess"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="health_site_is_named")]

    def __str__(self) -> str:
        return self.name


class ParcoursupProgramme(models.Model):
    """A training open to applications on Parcoursup in a session."""

    code = models.CharField("code d’affectation", max_length=12, primary_key=True)
    session = models.PositiveSmallIntegerField("session")
    uai = models.CharField("UAI", max_length=8, db_index=True)
    establishment_name = models.CharField("établissement", max_length=300, blank=True)
    title = models.CharField("intitulé", max_length=400)
    kind = models.CharField("filière", max_length=120, blank=True)
    is_apprenticeship = models.BooleanField("par apprentissage", default=False)
    is_selective = models.BooleanField("formation sélective", null=True, blank=True)
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    places = models.PositiveIntegerField("capacité", null=True, blank=True)
    applications = models.PositiveIntegerField("candidatures", null=True, blank=True)
    admitted = models.PositiveIntegerField("admis", null=True, blank=True)
    access_rate = models.PositiveSmallIntegerField("taux d’accès, en %", null=True, blank=True)
    url = models.URLField("fiche Parcoursup", max_length=300, blank=True)
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "formation de Parcoursup"
        verbose_name_plural = "formations de Parcoursup"
        ordering = ["title", "code"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="parcoursup_has_title"),
            models.CheckConstraint(
                condition=Q(access_rate=None) | Q(access_rate__range=_PERCENT), name="parcoursup_access_rate_is_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class InsertionRate(models.Model):
    """What became of those who left a training at one place (InserJeunes); None is a figure kept secret or not made."""

    # « 2023 », « cumul 2022-2023 »
    period = models.CharField("période", max_length=20)
    uai = models.CharField("UAI", max_length=8, db_index=True)
    # MEFSTAT11 or CFD: `code_kind` says which.
    code_kind = models.CharField("nomenclature", max_length=10)
    code = models.CharField("code de la formation", max_length=12)
    title = models.CharField("libellé", max_length=300)
    diploma_kind = models.CharField("type de diplôme", max_length=60, blank=True)
    way = models.CharField("voie", max_length=14)
    further_study = models.PositiveSmallIntegerField("poursuite d’études, en %", null=True, blank=True)
    employed_6_months = models.PositiveSmallIntegerField("en emploi à 6 mois, en %", null=True, blank=True)
    employed_12_months = models.PositiveSmallIntegerField("en emploi à 12 mois, en %", null=True, blank=True)
    employed_24_months = models.PositiveSmallIntegerField("en emploi à 24 mois, en %", null=True, blank=True)
    broken_contracts = models.PositiveSmallIntegerField("contrats interrompus, en %", null=True, blank=True)
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "insertion à la sortie d’une formation"
        verbose_name_plural = "insertions à la sortie des formations"
        ordering = ["uai", "code", "-period"]
        constraints = [
            models.UniqueConstraint(fields=["period", "uai", "code_kind", "code", "way"], name="insertion_once"),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__range": _PERCENT}), name=f"insertion_{name}_is_percent"
                )
                for name in ("further_study", "employed_6_months", "employed_12_months", "employed_24_months")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.uai}, {self.period}"


class CourseQuerySet(models.QuerySet["Course"]):
    """Trainings at places."""

    def for_list(self) -> "CourseQuerySet":
        """With what a list shows."""
        return self.select_related("commune", "training__campus")


class Course(models.Model):
    """A training at a place, made of all that the sources and the campuses say of it. Derived: `actions.build_courses`
    makes it again from the tables of the sources at any time."""

    # Who gives it and what it leads to: the same training in two sources has the same key.
    key = models.CharField("clé", max_length=200, unique=True)
    title = models.CharField("intitulé", max_length=400)
    folded_title = models.CharField("intitulé simplifié", max_length=400, editable=False)
    diploma = models.CharField("diplôme", max_length=200, blank=True)
    level = models.PositiveSmallIntegerField("niveau", null=True, blank=True)
    rncp_code = models.CharField("fiche RNCP", max_length=10, blank=True, db_index=True)
    cfd_code = models.CharField("code scolarité", max_length=8, blank=True)
    rome_codes = models.JSONField("codes ROME", default=list)
    uai = models.CharField("UAI", max_length=8, blank=True, db_index=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    place_name = models.CharField("établissement", max_length=300)
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    by_school = models.BooleanField("voie scolaire ou étudiante", default=False)
    by_apprenticeship = models.BooleanField("apprentissage", default=False)
    by_continuing = models.BooleanField("formation continue", default=False)
    places = models.PositiveIntegerField("places", null=True, blank=True)
    next_start = models.DateField("prochaine rentrée", null=True, blank=True)
    open_days = models.JSONField("journées portes ouvertes", default=list)
    access_rate = models.PositiveSmallIntegerField("taux d’accès, en %", null=True, blank=True)
    employed_6_months = models.PositiveSmallIntegerField("en emploi à 6 mois, en %", null=True, blank=True)
    further_study = models.PositiveSmallIntegerField("poursuite d’études, en %", null=True, blank=True)
    rates_period = models.CharField("période des taux", max_length=20, blank=True)
    # A source counted, and keeps the figure secret: not the same as nobody having counted.
    rates_are_secret = models.BooleanField("taux couverts par le secret statistique", default=False)
    apply_url = models.URLField("adresse pour candidater", max_length=300, blank=True)
    info_url = models.URLField("page d’information", max_length=300, blank=True)
    training = models.ForeignKey(
        Training,
        verbose_name="formation d’un campus",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="courses",
    )
    # Field → [slug of the source, its title, its date in ISO form or ""].
    provenance = models.JSONField("provenance par champ", default=dict)
    # Something of the Onisep (ODbL) is in it: shared under the same licence.
    is_share_alike = models.BooleanField("à partager à l’identique (ODbL)", default=False)
    is_demo = models.BooleanField("démonstration", default=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = "formation en un lieu"
        verbose_name_plural = "formations en leurs lieux"
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(key=""), name="course_has_title"),
            models.CheckConstraint(condition=Q(level=None) | Q(level__range=(1, 8)), name="course_level_known"),
            models.CheckConstraint(
                condition=Q(employed_6_months=None) | Q(employed_6_months__range=_PERCENT),
                name="course_employment_is_percent",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The public page."""
        return f"/formations/{self.pk}-{slug_of(self.title, max_length=60)}/"


class CatalogueHead(models.Model):
    """Up to which line of the change feed the list has taken in what campuses change."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "tête du catalogue"
        verbose_name_plural = "tête du catalogue"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="catalogue_has_one_head")]

    def __str__(self) -> str:
        return f"position {self.position}"


class GeocodedAddress(models.Model):
    """Where the Base adresse nationale places an address that somebody typed; asked once, kept."""

    # `core.text.fold(address)` and the INSEE code of its commune.
    text = models.CharField("adresse simplifiée", max_length=250)
    commune = models.ForeignKey(Commune, verbose_name="commune", on_delete=models.CASCADE, related_name="+")
    # None when nothing there is likely enough.
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    label = models.CharField("adresse reconnue", max_length=250, blank=True)
    score = models.FloatField("ressemblance, de 0 à 1", null=True, blank=True)
    asked_on = models.DateField("demandée le")

    class Meta:
        verbose_name = "adresse géocodée"
        verbose_name_plural = "adresses géocodées"
        ordering = ["commune", "text"]
        constraints = [
            models.UniqueConstraint(fields=["text", "commune"], name="geocoded_address_once"),
            models.CheckConstraint(condition=~Q(text=""), name="geocoded_address_has_text"),
        ]

    def __str__(self) -> str:
        return self.label or self.text
