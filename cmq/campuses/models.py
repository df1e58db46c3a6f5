"""Campuses, the sourced facts that describe them, their members and the links between them."""

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from cmq.core.models import Reliability, Sourced
from cmq.core.partial_dates import PartialDateField
from cmq.core.text import fold
from cmq.organisations.models import Family, MembershipBase, MembershipQuerySet, Organisation
from cmq.reference.models import Academie, Commune, Departement, Filiere, Region


class Category(models.TextChoices):
    """The two categories of the label (D.335-33 du code de l’éducation)."""

    CMQ = "cmq", "Campus des métiers et des qualifications"
    EXCELLENCE = "excellence", "Campus d’excellence"


class CampusField(models.TextChoices):
    """What a fact says of a campus."""

    NAME = "nom", "Nom officiel"
    ACRONYM = "sigle", "Sigle"
    FILIERE = "filiere", "Filière"
    CATEGORY = "categorie", "Catégorie"
    LEGAL_FORM = "forme_juridique", "Forme juridique"
    WEBSITE = "site_web", "Site web"
    PURPOSE = "objet", "Objet"
    LABEL_SITUATION = "situation", "Situation du label selon les sources"
    LAST_SEEN = "derniere_activite", "Dernière trace d’activité"
    HISTORY = "histoire", "Histoire du label"
    TRAINING = "formation", "Formation"
    PROJECT = "projet", "Projet"
    AUDIENCE = "public", "Public"
    FUNDING = "financement", "Financement"
    REMARK = "remarque", "Remarque"

    @property
    def is_single(self) -> bool:
        """Whether two standing facts of this field contradict each other."""
        return self in _SINGLE_FIELDS


_SINGLE_FIELDS = frozenset(
    {
        CampusField.NAME,
        CampusField.ACRONYM,
        CampusField.FILIERE,
        CampusField.CATEGORY,
        CampusField.LEGAL_FORM,
        CampusField.WEBSITE,
    }
)


class CampusQuerySet(models.QuerySet["Campus"]):
    """Campuses."""

    def real(self) -> "CampusQuerySet":
        """Without the demonstration."""
        return self.filter(is_demo=False)

    def for_cards(self) -> "CampusQuerySet":
        """With what a list shows, in one query more per kind of relative."""
        return self.select_related("region", "filiere").prefetch_related("areas__commune", "areas__academie", "names")

    def for_page(self) -> "CampusQuerySet":
        """With all that the campus page shows."""
        return self.for_cards().prefetch_related(
            "areas__departement",
            "areas__sources",
            "names__sources",
            "facts__sources",
            "partnerships__organisation__commune",
            "partnerships__sources",
            "links_from__to_campus",
            "links_from__sources",
            "links_to__from_campus",
            "links_to__sources",
        )


class Campus(models.Model):
    """A campus, labelled or hoping to be.

    The descriptive columns are the projection of its preferred facts, kept by `actions.state_fact`; nothing else
    writes them.
    """

    slug = models.SlugField("adresse", max_length=100, unique=True)
    name = models.CharField("nom officiel", max_length=250)
    acronym = models.CharField("sigle", max_length=40, blank=True)
    filiere = models.ForeignKey(
        Filiere, verbose_name="filière", null=True, blank=True, on_delete=models.PROTECT, related_name="campuses"
    )
    filiere_is_deduced = models.BooleanField("filière déduite par le registre", default=False)
    region = models.ForeignKey(Region, verbose_name="région", on_delete=models.PROTECT, related_name="campuses")
    category = models.CharField("catégorie", max_length=12, choices=Category.choices, blank=True)
    legal_form = models.CharField("forme juridique", max_length=200, blank=True)
    website = models.URLField("site web", max_length=300, blank=True)
    purpose = models.TextField("objet", blank=True)
    last_seen_on = PartialDateField("dernière trace d’activité")
    reliability = models.CharField(
        "fiabilité de l’existence et du nom",
        max_length=8,
        choices=Reliability.choices,
        default=Reliability.UNKNOWN,
        blank=True,
    )
    is_demo = models.BooleanField("démonstration", default=False)

    objects = CampusQuerySet.as_manager()

    class Meta:
        verbose_name = "campus"
        verbose_name_plural = "campus"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="campus_has_name"),
            models.CheckConstraint(condition=Q(category__in=["", *Category.values]), name="campus_category_known"),
            models.CheckConstraint(
                condition=Q(filiere_is_deduced=False) | Q(filiere__isnull=False), name="campus_deduced_filiere_is_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The public page."""
        return f"/campus/{self.slug}/"


class CampusFactQuerySet(models.QuerySet["CampusFact"]):
    """Facts."""

    def standing(self) -> "CampusFactQuerySet":
        """Those not withdrawn."""
        return self.filter(withdrawn_at=None)


class CampusFact(Sourced):
    """One statement of one field of a campus. Facts that contradict each other are all kept."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="facts")
    field = models.CharField("champ", max_length=20, choices=CampusField.choices)
    value = models.TextField("valeur")
    is_preferred = models.BooleanField("valeur retenue", default=False)
    # A keeper's choice outlives the usual ranking.
    is_chosen = models.BooleanField("choisie par un gardien", default=False)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = CampusFactQuerySet.as_manager()

    class Meta:
        verbose_name = "fait"
        verbose_name_plural = "faits"
        ordering = ["field", "-is_preferred", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(value=""), name="fact_has_value"),
            models.UniqueConstraint(
                fields=["campus", "field"], condition=Q(is_preferred=True), name="fact_one_preferred_per_field"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(is_preferred=False), name="fact_withdrawn_is_not_preferred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()} : {self.value[:60]}"


class NameKind(models.TextChoices):
    """Why a campus has another name."""

    FORMER = "ancien", "Ancien nom"
    SPELLING = "variante", "Autre écriture"
    USUAL = "usuel", "Nom d’usage"


class CampusName(Sourced):
    """Another name under which people look for a campus."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="names")
    name = models.CharField("nom", max_length=250)
    folded_name = models.CharField("nom simplifié", max_length=250, editable=False)
    kind = models.CharField("nature", max_length=10, choices=NameKind.choices, default=NameKind.SPELLING)

    class Meta:
        verbose_name = "autre nom"
        verbose_name_plural = "autres noms"
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["campus", "folded_name"], name="campus_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the folded name in step with the name."""
        self.folded_name = fold(self.name)[:250]
        super().save(*args, **kwargs)


class AreaKind(models.TextChoices):
    """What an area is to a campus."""

    ACADEMIE = "academie", "Académie"
    SEAT = "siege", "Siège"
    PLACE = "lieu", "Lieu"
    TERRITORY = "territoire", "Territoire couvert"


class CampusArea(Sourced):
    """Where a campus is and what it covers: an académie, a département or a commune."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="areas")
    kind = models.CharField("nature", max_length=12, choices=AreaKind.choices)
    academie = models.ForeignKey(
        Academie, verbose_name="académie", null=True, blank=True, on_delete=models.PROTECT, related_name="areas"
    )
    departement = models.ForeignKey(
        Departement, verbose_name="département", null=True, blank=True, on_delete=models.PROTECT, related_name="areas"
    )
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="areas"
    )

    class Meta:
        verbose_name = "lieu ou territoire"
        verbose_name_plural = "lieux et territoires"
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(academie__isnull=False, departement=None, commune=None)
                | Q(academie=None, departement__isnull=False, commune=None)
                | Q(academie=None, departement=None, commune__isnull=False),
                name="area_is_one_place",
            ),
            models.CheckConstraint(
                condition=~Q(kind=AreaKind.ACADEMIE) | Q(academie__isnull=False), name="area_academie_names_one"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[AreaKind.SEAT, AreaKind.PLACE]) | Q(commune__isnull=False),
                name="area_seat_is_in_a_commune",
            ),
            models.UniqueConstraint(
                fields=["campus", "kind", "academie", "departement", "commune"],
                nulls_distinct=False,
                name="area_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.academie or self.departement or self.commune)


class PartnerRole(models.TextChoices):
    """What a member is to a campus."""

    HOST = "support", "Établissement support"
    FOUNDING = "fondateur", "Membre fondateur"
    ASSOCIATED = "associe", "Membre associé"


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    """Members of campuses."""

    def not_over(self, on: dt.date) -> "PartnershipQuerySet":
        """Not known to have ended before that day; a year or a month that lasts is not over (`Partnership.is_over`)."""
        # A partial date is its ISO text, which compares as time does.
        day = on.isoformat()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day) | Q(ends_on__in=[day[:4], day[:7]]))

    def active(self, on: dt.date) -> "PartnershipQuerySet":
        """Those that run on that day (`Partnership.stands`)."""
        return self.not_over(on).filter(Q(starts_on=None) | Q(starts_on__lte=on.isoformat()))


class Partnership(Sourced):
    """An organisation is a member of a campus, in a role, from a date to a date where they are known."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="partnerships")
    organisation = models.ForeignKey(
        Organisation, verbose_name="organisation", on_delete=models.PROTECT, related_name="partnerships"
    )
    role = models.CharField("rôle", max_length=12, choices=PartnerRole.choices, default=PartnerRole.ASSOCIATED)
    family = models.CharField("famille", max_length=20, choices=Family.choices)
    starts_on = PartialDateField("depuis")
    ends_on = PartialDateField("jusqu’à")

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = "membre"
        verbose_name_plural = "membres"
        ordering = ["family", "role", "organisation__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["campus", "organisation", "role"], condition=Q(ends_on=None), name="partnership_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.get_role_display()}"

    def is_over(self, on: dt.date) -> bool:
        """Whether it ended before a day. Of an end known by its year or month, the last day counts."""
        return self.ends_on is not None and self.ends_on.last < on

    def stands(self, on: dt.date) -> bool:
        """Whether it runs on a day; a year alone is taken whole, an unknown end or start does not exclude."""
        return not self.is_over(on) and (self.starts_on is None or self.starts_on.first <= on)


class LinkKind(models.TextChoices):
    """How two campuses are linked, read from the first to the second."""

    CONTINUED_BY = "prolonge_par", "prolongé par"
    MERGED_INTO = "fusionne_dans", "fusionné dans"
    MAYBE_SAME = "doublon_possible", "peut-être le même que"
    NOT_SAME = "a_distinguer", "à ne pas confondre avec"


class CampusLink(Sourced):
    """Two campuses belong together: a succession, a merger, a likely duplicate, or a confusion to avoid."""

    from_campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="links_from")
    to_campus = models.ForeignKey(
        Campus, verbose_name="autre campus", on_delete=models.CASCADE, related_name="links_to"
    )
    kind = models.CharField("lien", max_length=20, choices=LinkKind.choices)

    class Meta:
        verbose_name = "lien entre campus"
        verbose_name_plural = "liens entre campus"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["from_campus", "to_campus"], name="campus_link_once"),
            models.CheckConstraint(condition=~Q(from_campus=models.F("to_campus")), name="campus_link_is_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.from_campus} {self.get_kind_display()} {self.to_campus}"


class FiliereCount(Sourced):
    """How many campuses a source counts in a filière, in France or in one region, and which one where it is known.

    A region counted without a campus is one whose campus nobody has identified.
    """

    filiere = models.ForeignKey(Filiere, verbose_name="filière", on_delete=models.PROTECT, related_name="counts")
    region = models.ForeignKey(
        Region, verbose_name="région", null=True, blank=True, on_delete=models.PROTECT, related_name="filiere_counts"
    )
    number = models.PositiveSmallIntegerField("nombre de campus")
    campus = models.ForeignKey(
        Campus, verbose_name="campus", null=True, blank=True, on_delete=models.CASCADE, related_name="filiere_counts"
    )

    class Meta:
        verbose_name = "compte de campus dans une filière"
        verbose_name_plural = "comptes de campus dans les filières"
        ordering = ["filiere", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="filiere_count_from_one"),
            models.CheckConstraint(
                condition=Q(campus=None) | Q(number=1, region__isnull=False), name="filiere_count_of_a_campus_is_one"
            ),
            # Coalesced, for a null would differ from itself.
            models.UniqueConstraint(
                "filiere",
                Coalesce("region", models.Value("")),
                "number",
                Coalesce("campus", models.Value(0)),
                name="filiere_count_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filiere} – {self.region or 'France'} : {self.number}"


class CampusRole(models.TextChoices):
    """What a person is in a campus."""

    DIRECTOR = "directeur", "Directeur opérationnel"
    CONTRIBUTOR = "contributeur", "Contributeur"


class CampusMembership(MembershipBase):
    """A person's role in a campus."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField("rôle", max_length=16, choices=CampusRole.choices)

    objects = MembershipQuerySet["CampusMembership"].as_manager()

    class Meta(MembershipBase.Meta):
        verbose_name = "rôle dans un campus"
        verbose_name_plural = "rôles dans les campus"
        constraints: ClassVar[list[Any]] = [
            *MembershipBase.Meta.constraints,
            models.UniqueConstraint(
                fields=["campus", "person", "role"],
                condition=Q(ends_on=None, person__isnull=False),
                name="campus_role_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} – {self.campus}"


class ErrorReport(models.Model):
    """What a reader says is wrong on a page; it waits for the keepers of the register."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="error_reports")
    at = models.DateTimeField("reçu le")
    message = models.TextField("message", max_length=2000)
    reply_to = models.EmailField("adresse pour la réponse", max_length=254, blank=True)
    handled_at = models.DateTimeField("traité le", null=True, blank=True)
    answer = models.TextField("suite donnée", blank=True)

    class Meta:
        verbose_name = "signalement"
        verbose_name_plural = "signalements"
        ordering = ["-at"]
        constraints = [models.CheckConstraint(condition=~Q(message=""), name="error_report_says_something")]

    def __str__(self) -> str:
        return f"{self.campus} : {self.message[:60]}"
