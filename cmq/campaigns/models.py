"""What a campaign is made of: a specification with its grid, a college with its seats, dated phases."""

import datetime as dt
from itertools import pairwise
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cmq.core.models import Source
from cmq.core.partial_dates import PartialDateField
from cmq.organisations.models import Organisation


class Specification(models.Model):
    """One version of the « cahier des charges national » (D.335-33): its criteria, requirements, grid and documents.

    Data, not code: the text of 2019 could not be read word for word. A version that a campaign has taken up is frozen;
    a change is a new version.
    """

    title = models.CharField("intitulé", max_length=200)
    version = models.CharField("version", max_length=40, unique=True)
    act = models.CharField("acte", max_length=200, blank=True)
    nor = models.CharField("numéro NOR", max_length=12, blank=True)
    signed_on = PartialDateField("signé le")
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField("ce qui reste incertain", blank=True)
    frozen_at = models.DateTimeField("figé le", null=True, blank=True)

    class Meta:
        verbose_name = "cahier des charges"
        verbose_name_plural = "cahiers des charges"
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(title="") & ~Q(version=""), name="specification_is_named")]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class CriterionFamily(models.TextChoices):
    """The three families of the decree of 16 September 2019."""

    OBJECTIVES = "objectifs", "Objectifs stratégiques"
    NETWORK = "reseau", "Organisation du réseau"
    PEDAGOGY = "pedagogie", "Projet pédagogique"
    UNKNOWN = "", "Famille à vérifier"


class Criterion(models.Model):
    """One criterion of a specification; a file has one section for it, an expert gives one mark."""

    specification = models.ForeignKey(
        Specification, verbose_name="cahier des charges", on_delete=models.CASCADE, related_name="criteria"
    )
    number = models.PositiveSmallIntegerField("numéro")
    title = models.CharField("intitulé", max_length=300)
    family = models.CharField("famille", max_length=12, choices=CriterionFamily.choices, blank=True)
    family_is_deduced = models.BooleanField("famille déduite", default=False)
    is_incomplete = models.BooleanField("intitulé incomplet dans la source", default=False)
    guidance = models.TextField("ce qui est attendu", blank=True)

    class Meta:
        verbose_name = "critère"
        verbose_name_plural = "critères"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["specification", "number"], name="criterion_number_once"),
            models.CheckConstraint(condition=~Q(title=""), name="criterion_has_title"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class ExcellenceRequirement(models.Model):
    """What the category « excellence » asks besides the criteria."""

    specification = models.ForeignKey(
        Specification, verbose_name="cahier des charges", on_delete=models.CASCADE, related_name="requirements"
    )
    number = models.PositiveSmallIntegerField("numéro")
    title = models.CharField("intitulé", max_length=300)
    guidance = models.TextField("ce qui est attendu", blank=True)

    class Meta:
        verbose_name = "exigence d’excellence"
        verbose_name_plural = "exigences d’excellence"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["specification", "number"], name="requirement_number_once"),
            models.CheckConstraint(condition=~Q(title=""), name="requirement_has_title"),
        ]

    def __str__(self) -> str:
        return f"E{self.number}. {self.title}"


class GridLevel(models.Model):
    """One level of the experts’ grid, from the least to the most."""

    specification = models.ForeignKey(
        Specification, verbose_name="cahier des charges", on_delete=models.CASCADE, related_name="levels"
    )
    rank = models.PositiveSmallIntegerField("rang")
    title = models.CharField("intitulé", max_length=80)
    meaning = models.CharField("sens", max_length=300, blank=True)

    class Meta:
        verbose_name = "niveau de la grille"
        verbose_name_plural = "niveaux de la grille"
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["specification", "rank"], name="grid_level_once")]

    def __str__(self) -> str:
        return f"{self.rank} – {self.title}"


class ExpectedDocument(models.Model):
    """A document that a file joins; asked of all files or only of those that follow an earlier label."""

    specification = models.ForeignKey(
        Specification, verbose_name="cahier des charges", on_delete=models.CASCADE, related_name="documents"
    )
    position = models.PositiveSmallIntegerField("rang")
    title = models.CharField("intitulé", max_length=200)
    is_required = models.BooleanField("obligatoire", default=True)
    for_label_holders_only = models.BooleanField("seulement après un premier label", default=False)

    class Meta:
        verbose_name = "pièce attendue"
        verbose_name_plural = "pièces attendues"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["specification", "position"], name="expected_document_once")]

    def __str__(self) -> str:
        return self.title


class Side(models.TextChoices):
    """The sides between which parity is counted (D.335-35: economic world / State and local authorities)."""

    ECONOMIC = "economique", "Monde économique"
    STATE = "etat", "État"
    LOCAL = "collectivites", "Collectivités"


class Parity(models.TextChoices):
    """How seats are balanced."""

    NONE = "", "Aucune règle"
    HALVES = "moitie", "Autant du monde économique que de l’État et des collectivités"


class College(models.Model):
    """One version of those who decide jointly: authorities, their seats, quorum and casting rule."""

    title = models.CharField("intitulé", max_length=200)
    version = models.CharField("version", max_length=40, unique=True)
    parity = models.CharField("parité", max_length=8, choices=Parity.choices, blank=True)
    quorum_percent = models.PositiveSmallIntegerField("quorum, en % des sièges pourvus", default=50)
    has_casting_vote = models.BooleanField("voix prépondérante du président", default=True)
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField("ce qui reste incertain", blank=True)
    frozen_at = models.DateTimeField("figé le", null=True, blank=True)

    class Meta:
        verbose_name = "collège des autorités"
        verbose_name_plural = "collèges des autorités"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quorum_percent__gte=1, quorum_percent__lte=100), name="college_quorum_is_a_percentage"
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(version=""), name="college_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class Authority(models.Model):
    """A body that sits in the college: it holds one seat or several and signs once."""

    college = models.ForeignKey(College, verbose_name="collège", on_delete=models.CASCADE, related_name="authorities")
    position = models.PositiveSmallIntegerField("rang")
    name = models.CharField("nom", max_length=250)
    side = models.CharField("côté", max_length=16, choices=Side.choices)
    organisation = models.ForeignKey(
        Organisation, verbose_name="organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # A signatory of the joint decision; an authority may sit without signing.
    signs = models.BooleanField("signe la décision conjointe", default=True)

    class Meta:
        verbose_name = "autorité"
        verbose_name_plural = "autorités"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["college", "name"], name="authority_once"),
            models.CheckConstraint(condition=~Q(name=""), name="authority_has_name"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="authority_side_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """One seat of an authority in the college."""

    authority = models.ForeignKey(Authority, verbose_name="autorité", on_delete=models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField("numéro")
    presides = models.BooleanField("préside le collège", default=False)

    class Meta:
        verbose_name = "siège"
        verbose_name_plural = "sièges"
        ordering = ["authority__position", "number"]
        constraints = [models.UniqueConstraint(fields=["authority", "number"], name="seat_once")]

    def __str__(self) -> str:
        return f"{self.authority} – siège {self.number}"


class SeatHolderQuerySet(models.QuerySet["SeatHolder"]):
    """Who sits."""

    def active(self, on: dt.date) -> "SeatHolderQuerySet":
        """Named by then and not replaced, for people who can log in."""
        begun = self.filter(starts_on__lte=on, person__is_active=True)
        return begun.filter(Q(ends_on=None) | Q(ends_on__gt=on))


class SeatHolder(models.Model):
    """A person holds a seat, as its holder or as deputy, from a day to a day."""

    seat = models.ForeignKey(Seat, verbose_name="siège", on_delete=models.CASCADE, related_name="holders")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="personne", on_delete=models.PROTECT, related_name="seats"
    )
    is_deputy = models.BooleanField("suppléant", default=False)
    starts_on = models.DateField("depuis le")
    ends_on = models.DateField("remplacé le", null=True, blank=True)

    objects = SeatHolderQuerySet.as_manager()

    class Meta:
        verbose_name = "titulaire ou suppléant"
        verbose_name_plural = "titulaires et suppléants"
        ordering = ["seat", "is_deputy", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["seat", "is_deputy"], condition=Q(ends_on=None), name="seat_holder_one"),
            models.UniqueConstraint(fields=["seat", "person"], condition=Q(ends_on=None), name="seat_person_once"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="seat_holder_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({'suppléant' if self.is_deputy else 'titulaire'}, {self.seat})"


class Phase(models.TextChoices):
    """Where a campaign stands on a day."""

    ANNOUNCED = "annonce", "Annoncée"
    SUBMISSION = "depot", "Dépôt des dossiers"
    ADMISSIBILITY = "recevabilite", "Recevabilité"
    OPINIONS = "avis", "Avis (CAEN, CREFOP)"
    EXPERTISE = "expertise", "Expertise"
    DELIBERATION = "deliberation", "Délibération"
    SIGNATURE = "signature", "Signature"
    PUBLICATION = "publication", "Publication"
    OVER = "terminee", "Terminée"


# The column that holds the last instant of each phase, in order.
PHASE_ENDS: dict[Phase, str] = {
    Phase.ANNOUNCED: "opens_at",
    Phase.SUBMISSION: "submission_until",
    Phase.ADMISSIBILITY: "admissibility_until",
    Phase.OPINIONS: "opinions_until",
    Phase.EXPERTISE: "expertise_until",
    Phase.DELIBERATION: "deliberation_until",
    Phase.SIGNATURE: "signature_until",
    Phase.PUBLICATION: "publication_until",
}
_ENDS = list(PHASE_ENDS.values())


class CampaignState(models.TextChoices):
    """What has been done with a campaign."""

    PREPARED = "preparee", "En préparation"
    OPEN = "ouverte", "Ouverte"
    CLOSED = "close", "Close"


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns."""

    def receiving(self, at: dt.datetime) -> "CampaignQuerySet":
        """Open, with the submission phase begun and not over (or without end)."""
        return self.filter(state=CampaignState.OPEN, opens_at__lte=at).filter(
            Q(is_rolling=True) | Q(submission_until__gte=at)
        )


class Campaign(models.Model):
    """A call for the label: its phases follow each other without overlap; a rolling one has no end.

    Once open, the specification, its grid and the college are those it was opened with.
    """

    title = models.CharField("intitulé", max_length=200)
    slug = models.SlugField("adresse", max_length=100, unique=True)
    specification = models.ForeignKey(
        Specification, verbose_name="cahier des charges", on_delete=models.PROTECT, related_name="campaigns"
    )
    college = models.ForeignKey(College, verbose_name="collège", on_delete=models.PROTECT, related_name="campaigns")
    state = models.CharField("état", max_length=10, choices=CampaignState.choices, default=CampaignState.PREPARED)
    is_rolling = models.BooleanField("dépôt permanent", default=False)
    # Signed decisions wait for one common publication; otherwise each is published with its last signature.
    publishes_together = models.BooleanField("publication commune des décisions", default=True)
    opens_at = models.DateTimeField("ouverture du dépôt")
    submission_until = models.DateTimeField("fin du dépôt", null=True, blank=True)
    admissibility_until = models.DateTimeField("fin de la recevabilité", null=True, blank=True)
    opinions_until = models.DateTimeField("fin des avis", null=True, blank=True)
    expertise_until = models.DateTimeField("fin de l’expertise", null=True, blank=True)
    deliberation_until = models.DateTimeField("fin de la délibération", null=True, blank=True)
    signature_until = models.DateTimeField("fin de la signature", null=True, blank=True)
    publication_until = models.DateTimeField("fin de la publication", null=True, blank=True)
    is_demo = models.BooleanField("démonstration", default=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "campagne"
        verbose_name_plural = "campagnes"
        ordering = ["-opens_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(title=""), name="campaign_has_title"),
            models.CheckConstraint(
                condition=Q(is_rolling=True, **dict.fromkeys(_ENDS[1:]))
                | Q(is_rolling=False, **{f"{end}__isnull": False for end in _ENDS[1:]}),
                name="campaign_has_all_phases_or_rolls",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(is_rolling=True) | Q(**{f"{later}__gt": F(earlier)}),
                    name=f"campaign_{later}_in_order",
                )
                for earlier, later in pairwise(_ENDS)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def phase(self, at: dt.datetime) -> Phase:
        """The phase of an instant, whose last instant is still in it. A rolling campaign takes files until closed."""
        if self.state == CampaignState.CLOSED:
            return Phase.OVER
        if at < self.opens_at:
            return Phase.ANNOUNCED
        if self.is_rolling:
            return Phase.SUBMISSION
        for phase, end in list(PHASE_ENDS.items())[1:]:
            if at <= getattr(self, end):
                return phase
        return Phase.OVER

    def until(self, phase: Phase) -> dt.datetime | None:
        """The last instant of a phase; None for a rolling campaign."""
        end: dt.datetime | None = getattr(self, PHASE_ENDS[phase]) if phase in PHASE_ENDS else None
        return end
