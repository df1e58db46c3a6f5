"""What employers say they will need: the yearly survey Besoins en main-d’œuvre (BMO), by job family and bassin."""

from django.db import models
from django.db.models import F, Q

from cmq.careers.models import Occupation
from cmq.core.models import Source
from cmq.reference.models import Commune, Departement, Region


class JobFamily(models.Model):
    """A family of jobs (famille professionnelle, FAP 2021 of the Dares) that the survey counts by."""

    code = models.CharField("code FAP", max_length=6, primary_key=True)
    name = models.CharField("intitulé", max_length=250)
    folded_name = models.CharField("intitulé simplifié", max_length=250, editable=False)
    group_name = models.CharField("regroupement", max_length=250, blank=True)

    class Meta:
        verbose_name = "famille professionnelle"
        verbose_name_plural = "familles professionnelles"
        ordering = ["name", "code"]
        constraints = [models.CheckConstraint(condition=~Q(code="") & ~Q(name=""), name="job_family_is_named")]

    def __str__(self) -> str:
        return self.name


class JobFamilyOccupation(models.Model):
    """A job of the ROME that belongs to a family."""

    family = models.ForeignKey(
        JobFamily, verbose_name="famille", on_delete=models.CASCADE, related_name="occupation_links"
    )
    occupation = models.ForeignKey(
        Occupation, verbose_name="métier", on_delete=models.CASCADE, related_name="family_links"
    )
    # By the likeness of their names, where no official table says so: shown as deduced.
    is_deduced = models.BooleanField("rapproché par le nom", default=False)

    class Meta:
        verbose_name = "métier d’une famille professionnelle"
        verbose_name_plural = "métiers des familles professionnelles"
        ordering = ["family", "occupation"]
        constraints = [models.UniqueConstraint(fields=["family", "occupation"], name="job_family_occupation_once")]

    def __str__(self) -> str:
        return f"{self.family_id} – {self.occupation_id}"


class Basin(models.Model):
    """A bassin d’emploi, as the survey draws them."""

    code = models.CharField("code", max_length=6, primary_key=True)
    name = models.CharField("nom", max_length=120)
    departement = models.ForeignKey(
        Departement, verbose_name="département", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    region = models.ForeignKey(
        Region, verbose_name="région", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_demo = models.BooleanField("démonstration", default=False)

    class Meta:
        verbose_name = "bassin d’emploi"
        verbose_name_plural = "bassins d’emploi"
        ordering = ["name", "code"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="basin_is_named")]

    def __str__(self) -> str:
        return self.name


class BasinCommune(models.Model):
    """A commune of a bassin."""

    basin = models.ForeignKey(Basin, verbose_name="bassin", on_delete=models.CASCADE, related_name="commune_links")
    commune = models.OneToOneField(Commune, verbose_name="commune", on_delete=models.CASCADE, related_name="basin_link")

    class Meta:
        verbose_name = "commune d’un bassin"
        verbose_name_plural = "communes des bassins"
        ordering = ["basin", "commune"]

    def __str__(self) -> str:
        return f"{self.commune_id} : {self.basin_id}"


class RecruitmentNeed(models.Model):
    """Recruitments that the employers of a bassin plan in a year for one family; None is a figure kept secret."""

    year = models.PositiveSmallIntegerField("année")
    family = models.ForeignKey(JobFamily, verbose_name="famille", on_delete=models.CASCADE, related_name="needs")
    basin = models.ForeignKey(Basin, verbose_name="bassin", on_delete=models.CASCADE, related_name="needs")
    # A bassin may lie in several: the survey then counts each part.
    departement = models.ForeignKey(Departement, verbose_name="département", on_delete=models.PROTECT, related_name="+")
    planned = models.PositiveIntegerField("projets de recrutement", null=True, blank=True)
    difficult = models.PositiveIntegerField("jugés difficiles", null=True, blank=True)
    seasonal = models.PositiveIntegerField("saisonniers", null=True, blank=True)
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "besoin en main-d’œuvre"
        verbose_name_plural = "besoins en main-d’œuvre"
        ordering = ["year", "basin", "departement", "family"]
        constraints = [
            models.UniqueConstraint(fields=["year", "family", "basin", "departement"], name="need_once"),
            models.CheckConstraint(
                condition=Q(planned=None) | Q(difficult=None) | Q(difficult__lte=F("planned")),
                name="need_difficult_within_planned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family_id}, {self.basin_id}, {self.year}"
