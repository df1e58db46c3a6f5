"""Certifications of the répertoire national (RNCP, RS), and the diplomas that Certif-Info ties to them."""

from django.db import models
from django.db.models import F, Q

from cmq.careers.models import Occupation
from cmq.core.models import Source


class CertificationQuerySet(models.QuerySet["Certification"]):
    """Certifications."""

    def active(self) -> "CertificationQuerySet":
        """Those that the register says active."""
        return self.filter(is_active=True)


class Certification(models.Model):
    """A sheet of the répertoire national des certifications professionnelles (RNCP) or of the répertoire spécifique
    (RS), code du travail, L. 6113-1 and L. 6113-6. Loaded, edited by nobody."""

    code = models.CharField("numéro de fiche", max_length=10, primary_key=True)
    title = models.CharField("intitulé", max_length=500)
    folded_title = models.CharField("intitulé simplifié", max_length=500, editable=False)
    # « BTS », « CAP », « DEAS »
    short_kind = models.CharField("sorte, en abrégé", max_length=60, blank=True)
    kind = models.CharField("sorte", max_length=200, blank=True)
    level = models.PositiveSmallIntegerField("niveau", null=True, blank=True)
    is_active = models.BooleanField("active", default=True)
    # « Enregistrement de droit » or « sur demande »
    registration = models.CharField("enregistrement", max_length=60, blank=True)
    effective_on = models.DateField("date d’effet", null=True, blank=True)
    registered_until = models.DateField("enregistrée jusqu’au", null=True, blank=True)
    activities = models.TextField("activités visées", blank=True)
    abilities = models.TextField("compétences attestées", blank=True)
    sectors = models.TextField("secteurs d’activité", blank=True)
    jobs = models.TextField("emplois accessibles", blank=True)
    certifiers = models.JSONField("certificateurs", default=list)
    # Codes of other lists, as they are: nomenclature des spécialités de formation, Formacode, blocs.
    nsf_codes = models.JSONField("codes NSF", default=list)
    formacodes = models.JSONField("Formacodes", default=list)
    blocks = models.JSONField("blocs de compétences", default=list)
    ways = models.JSONField("voies d’accès", default=list)
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    loaded_on = models.DateField("chargée le", null=True, blank=True)

    objects = CertificationQuerySet.as_manager()

    class Meta:
        verbose_name = "certification"
        verbose_name_plural = "certifications"
        ordering = ["title", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__startswith="RNCP") | Q(code__startswith="RS"), name="certification_is_rncp_or_rs"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="certification_has_title"),
            models.CheckConstraint(condition=Q(level=None) | Q(level__range=(1, 8)), name="certification_level_known"),
        ]

    def __str__(self) -> str:
        return self.title


class CertificationOccupation(models.Model):
    """A job that a certification leads to."""

    certification = models.ForeignKey(
        Certification, verbose_name="certification", on_delete=models.CASCADE, related_name="occupation_links"
    )
    occupation = models.ForeignKey(
        Occupation, verbose_name="métier", on_delete=models.CASCADE, related_name="certification_links"
    )

    class Meta:
        verbose_name = "métier d’une certification"
        verbose_name_plural = "métiers des certifications"
        ordering = ["certification", "occupation"]
        constraints = [
            models.UniqueConstraint(fields=["certification", "occupation"], name="certification_occupation_once")
        ]

    def __str__(self) -> str:
        return f"{self.certification_id} → {self.occupation_id}"


class CertificationSuccession(models.Model):
    """A certification that takes the place of another."""

    # Either may be absent from the sheets: codes, not rows.
    old_code = models.CharField("ancienne fiche", max_length=10, db_index=True)
    new_code = models.CharField("nouvelle fiche", max_length=10, db_index=True)

    class Meta:
        verbose_name = "remplacement d’une certification"
        verbose_name_plural = "remplacements de certifications"
        ordering = ["old_code", "new_code"]
        constraints = [
            models.UniqueConstraint(fields=["old_code", "new_code"], name="succession_once"),
            models.CheckConstraint(condition=~Q(old_code=F("new_code")), name="succession_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.old_code} → {self.new_code}"


class Diploma(models.Model):
    """A row of Certif-Info (Carif-Oref): a diploma with its codes in every list, the bridge between them."""

    code = models.CharField("code Certif-Info", max_length=12, primary_key=True)
    title = models.CharField("intitulé", max_length=500)
    folded_title = models.CharField("intitulé simplifié", max_length=500, editable=False)
    kind = models.CharField("type de diplôme", max_length=200, blank=True)
    level = models.PositiveSmallIntegerField("niveau", null=True, blank=True)
    # A code, not a row: Certif-Info may be loaded before the RNCP, and keeps sheets that it has dropped.
    rncp_code = models.CharField("fiche RNCP", max_length=10, blank=True, db_index=True)
    rs_code = models.CharField("fiche RS", max_length=10, blank=True)
    # Code de la formation diplôme of the Base centrale des nomenclatures.
    cfd_code = models.CharField("code scolarité", max_length=8, blank=True, db_index=True)
    formacode = models.CharField("Formacode", max_length=5, blank=True)
    nsf_code = models.CharField("code NSF", max_length=6, blank=True)
    onisep_code = models.CharField("code Onisep", max_length=20, blank=True)
    rome_codes = models.JSONField("codes ROME", default=list)
    status = models.CharField("état", max_length=120, blank=True)
    last_session_year = models.PositiveSmallIntegerField("dernière session", null=True, blank=True)
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    loaded_on = models.DateField("chargé le", null=True, blank=True)

    class Meta:
        verbose_name = "diplôme"
        verbose_name_plural = "diplômes"
        ordering = ["title", "code"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="diploma_has_title"),
            models.CheckConstraint(condition=Q(level=None) | Q(level__range=(1, 8)), name="diploma_row_level_known"),
        ]

    def __str__(self) -> str:
        return self.title
