"""Organisations, and the memberships that give people their roles in them."""

import datetime as dt
from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cmq.core.text import fold
from cmq.organisations.codes import validate_siret, validate_uai
from cmq.reference.models import Academie, Commune, Region


class Family(models.TextChoices):
    """The four families of members of a campus (cmq-bfc.org, carte des membres)."""

    SCHOOL = "scolaire", "Enseignement scolaire"
    HIGHER = "superieur", "Enseignement supérieur"
    ECONOMIC = "socio_economique", "Socio-économiques"
    INSTITUTIONAL = "institutionnel", "Institutionnels"


class Kind(models.TextChoices):
    """What an organisation is."""

    LYCEE = "lycee", "Lycée"
    CFA = "cfa", "Centre de formation d’apprentis (CFA)"
    GRETA = "greta", "GRETA"
    UNIVERSITY = "universite", "Université ou composante"
    COLLEGE = "ecole", "École supérieure"
    IFAS_IFSI = "ifas_ifsi", "Institut de formation sanitaire (IFAS, IFSI)"
    TRAINING_BODY = "organisme_formation", "Organisme de formation"
    FACILITY_MANAGER = "gestionnaire", "Gestionnaire d’établissements"
    FEDERATION = "federation", "Fédération ou branche professionnelle"
    COMPANY = "entreprise", "Entreprise"
    CLUSTER = "cluster", "Pôle ou groupement d’entreprises"
    OPCO = "opco", "Opérateur de compétences (OPCO)"
    LOCAL_AUTHORITY = "collectivite", "Collectivité"
    STATE_SERVICE = "service_etat", "Service de l’État"
    RECTORATE = "rectorat", "Académie ou région académique"
    EMPLOYMENT_SERVICE = "france_travail", "France Travail"
    LOCAL_MISSION = "mission_locale", "Mission locale"
    ARS = "ars", "Agence régionale de santé (ARS)"
    LABORATORY = "laboratoire", "Laboratoire de recherche"
    ASSOCIATION = "association", "Association"
    OTHER = "autre", "Autre"

    @property
    def usual_family(self) -> Family:
        """The family that a member of this kind usually stands in; a partnership may say otherwise."""
        if self in (Kind.LYCEE, Kind.CFA, Kind.GRETA):
            return Family.SCHOOL
        if self in (Kind.UNIVERSITY, Kind.COLLEGE, Kind.IFAS_IFSI, Kind.LABORATORY):
            return Family.HIGHER
        if self in (
            Kind.LOCAL_AUTHORITY,
            Kind.STATE_SERVICE,
            Kind.RECTORATE,
            Kind.EMPLOYMENT_SERVICE,
            Kind.LOCAL_MISSION,
            Kind.ARS,
        ):
            return Family.INSTITUTIONAL
        return Family.ECONOMIC


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations."""

    def real(self) -> "OrganisationQuerySet":
        """Without the demonstration."""
        return self.filter(is_demo=False)

    def known_as(self, *, uai: str = "", siret: str = "", name: str = "") -> "OrganisationQuerySet":
        """By the first key given: UAI, else SIRET, else the same folded name without any key."""
        if uai:
            return self.filter(uai=uai)
        if siret:
            return self.filter(siret=siret)
        return self.filter(folded_name=fold(name))


class Organisation(models.Model):
    """A body that can be a member of a campus, or hold people with a role; known by UAI or SIRET where there is one."""

    name = models.CharField("nom", max_length=250)
    folded_name = models.CharField("nom simplifié", max_length=250, db_index=True, editable=False)
    kind = models.CharField("nature", max_length=24, choices=Kind.choices, default=Kind.OTHER)
    uai = models.CharField("UAI", max_length=8, null=True, blank=True, unique=True, validators=[validate_uai])
    siret = models.CharField("SIRET", max_length=14, null=True, blank=True, unique=True, validators=[validate_siret])
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="organisations"
    )
    region = models.ForeignKey(
        Region,
        verbose_name="région de compétence",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
    )
    # A body of one académie only; with a region alone, of the whole region; with neither, of the nation.
    academie = models.ForeignKey(
        Academie,
        verbose_name="académie de compétence",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organisations",
    )
    website = models.URLField("site web", max_length=300, blank=True)
    keeps_register = models.BooleanField("tient le registre", default=False)
    is_demo = models.BooleanField("démonstration", default=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisation"
        verbose_name_plural = "organisations"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_name"),
            models.CheckConstraint(condition=Q(uai=None) | ~Q(uai=""), name="organisation_uai_null_or_code"),
            models.CheckConstraint(condition=Q(siret=None) | ~Q(siret=""), name="organisation_siret_null_or_code"),
            models.CheckConstraint(
                condition=Q(academie=None) | Q(region__isnull=False), name="organisation_academie_in_a_region"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the folded name in step with the name."""
        self.folded_name = fold(self.name)[:250]
        super().save(*args, **kwargs)


AnyMembership = TypeVar("AnyMembership", bound="MembershipBase")


class MembershipQuerySet(models.QuerySet[AnyMembership]):
    """Memberships of either kind."""

    def active(self, on: dt.date) -> "MembershipQuerySet[AnyMembership]":
        """Accepted, begun and not ended on that day, for a person who can log in."""
        return self.filter(person__isnull=False, person__is_active=True).begun(on)

    def begun(self, on: dt.date) -> "MembershipQuerySet[AnyMembership]":
        """Begun and not ended on that day, whoever has them: enough for one person who is known to be active."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)

    def invited(self) -> "MembershipQuerySet[AnyMembership]":
        """Invitations that nobody has accepted or withdrawn yet."""
        return self.filter(person=None, ends_on=None)

    def of(self, person: Any) -> "MembershipQuerySet[AnyMembership]":
        """Those of one person."""
        return self.filter(person=person.pk)


class MembershipBase(models.Model):
    """A person's role in a body, from a day to a day. It begins as an invitation sent to an address."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="personne",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="%(class)ss",
    )
    invited_email = models.EmailField("adresse invitée", max_length=254)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="invitée par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    invited_at = models.DateTimeField("invitée le")
    # Only the digest: who reads the database cannot accept in somebody's place.
    token_digest = models.CharField("empreinte du jeton", max_length=64, null=True, blank=True, unique=True)
    token_expires_at = models.DateTimeField("jeton valable jusqu’au", null=True, blank=True)
    starts_on = models.DateField("depuis le", null=True, blank=True)
    # The first day without the role: an end takes effect at once.
    ends_on = models.DateField("terminé le", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None, starts_on=None) | Q(person__isnull=False, starts_on__isnull=False),
                name="%(class)s_starts_when_accepted",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="%(class)s_ends_after_start",
            ),
            # The digest stays, to answer who clicks twice; without its last day it opens nothing.
            models.CheckConstraint(
                condition=Q(person=None, ends_on=None) | Q(token_expires_at=None), name="%(class)s_token_used_once"
            ),
        ]

    @property
    def is_invitation(self) -> bool:
        """Whether nobody has accepted yet."""
        return self.person_id is None


class OrganisationRole(models.TextChoices):
    """What a person is in an organisation."""

    CONTACT = "referent", "Référent"
    KEEPER = "gardien", "Gardien du registre"
    EDITOR = "redacteur", "Rédacteur"
    # The life of the label: who asks, who examines, who decides (D.335-34 and D.335-35 du code de l’éducation).
    RECTEUR = "recteur", "Recteur de région académique"
    PRESIDENT = "president", "Président de région"
    DELEGATE = "delegataire", "Délégataire de signature"
    INSTRUCTOR = "instructeur", "Instructeur"
    OPINION = "avis", "Secrétaire d’une instance consultée"
    EXPERT = "expert", "Expert"
    AUTHORITY = "autorite", "Membre du collège des autorités"
    SECRETARY = "secretaire", "Secrétaire des autorités"
    OBSERVER = "observateur", "Observateur"


class OrganisationMembership(MembershipBase):
    """A person's role in an organisation."""

    organisation = models.ForeignKey(
        Organisation, verbose_name="organisation", on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField("rôle", max_length=16, choices=OrganisationRole.choices)

    objects = MembershipQuerySet["OrganisationMembership"].as_manager()

    class Meta(MembershipBase.Meta):
        verbose_name = "rôle dans une organisation"
        verbose_name_plural = "rôles dans les organisations"
        constraints = [
            *MembershipBase.Meta.constraints,
            models.UniqueConstraint(
                fields=["organisation", "person", "role"],
                condition=Q(ends_on=None, person__isnull=False),
                name="organisation_role_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} – {self.organisation}"


class CompanyRecord(models.Model):
    """What the Sirene register says of an establishment, read through the annuaire des entreprises. Loaded, edited by
    nobody; kept by SIRET, so that it serves organisations and employers alike."""

    siret = models.CharField("SIRET", max_length=14, primary_key=True, validators=[validate_siret])
    # Empty with `is_known` false: the register does not know the number.
    name = models.CharField("nom", max_length=300, blank=True)
    is_known = models.BooleanField("connu de Sirene", default=True)
    is_open = models.BooleanField("ouvert", null=True, blank=True)
    # The nomenclature d’activités française changes in 2027: both codes are kept.
    activity = models.CharField("activité (NAF rév. 2)", max_length=6, blank=True)
    activity_2025 = models.CharField("activité (NAF 2025)", max_length=6, blank=True)
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_on = models.DateField("demandé le")

    class Meta:
        verbose_name = "établissement de Sirene"
        verbose_name_plural = "établissements de Sirene"
        ordering = ["name", "siret"]
        constraints = [
            models.CheckConstraint(condition=Q(is_known=False) | ~Q(name=""), name="company_known_has_name"),
        ]

    def __str__(self) -> str:
        return self.name or self.siret
