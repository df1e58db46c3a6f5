"""The file that asks for a label, and all that is written, joined, signed and answered around it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from cmq.campaigns.models import Campaign, Criterion, ExcellenceRequirement, ExpectedDocument
from cmq.campuses.models import Campus, Category
from cmq.core.models import AppendOnlyError
from cmq.reference.models import Filiere


class ApplicationKind(models.TextChoices):
    """What a file asks for."""

    FIRST = "premiere", "Première labellisation"
    RENEWAL = "renouvellement", "Renouvellement"
    RAISE = "excellence", "Passage à l’excellence"
    CHANGE = "changement", "Changement de nom ou de périmètre"
    MERGER = "fusion", "Fusion"
    END = "fin", "Fin du label"

    @property
    def needs_label(self) -> bool:
        """Whether only a campus that has held the label can ask for it."""
        return self is not ApplicationKind.FIRST

    @property
    def gives_label(self) -> bool:
        """Whether its award opens a period under label, with a category, a duration and a start."""
        return self not in (ApplicationKind.CHANGE, ApplicationKind.END)


class ApplicationState(models.TextChoices):
    """Where a file stands."""

    DRAFT = "brouillon", "En rédaction"
    SIGNING = "signature", "En signature conjointe"
    SUBMITTED = "depose", "Déposé"
    CORRECTION = "correction", "En correction"
    ADMISSIBLE = "recevable", "Recevable"
    EXPERTISE = "expertise", "En expertise"
    COLLEGE = "college", "Devant le collège"
    DECIDED = "decide", "Décision en signature"
    AWARDED = "accorde", "Accordé"
    DEFERRED = "ajourne", "Ajourné"
    REFUSED = "refuse", "Refusé"
    INADMISSIBLE = "irrecevable", "Irrecevable"
    WITHDRAWN = "retire", "Retiré"

    @property
    def is_final(self) -> bool:
        """Whether nothing happens to the file any more."""
        return self in (
            ApplicationState.AWARDED,
            ApplicationState.REFUSED,
            ApplicationState.INADMISSIBLE,
            ApplicationState.WITHDRAWN,
        )

    @property
    def is_submitted(self) -> bool:
        """Whether the authorities have the file."""
        return self not in (ApplicationState.DRAFT, ApplicationState.SIGNING)


FINAL_STATES = [state for state in ApplicationState if state.is_final]


class LabelApplicationQuerySet(models.QuerySet["LabelApplication"]):
    """Files."""

    def running(self) -> "LabelApplicationQuerySet":
        """Those to which something can still happen."""
        return self.exclude(state__in=FINAL_STATES)

    def submitted(self) -> "LabelApplicationQuerySet":
        """Those that the authorities have."""
        return self.filter(state__in=[state for state in ApplicationState if state.is_submitted])

    def for_lists(self) -> "LabelApplicationQuerySet":
        """With what a line of a list shows."""
        return self.select_related("campus__region", "campus__filiere", "campaign", "filiere")


class LabelApplication(models.Model):
    """A file: what a campus, its rectorat and its region ask of the authorities together (D.335-34)."""

    reference = models.CharField("référence", max_length=24, unique=True)
    campaign = models.ForeignKey(
        Campaign, verbose_name="campagne", on_delete=models.PROTECT, related_name="applications"
    )
    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.PROTECT, related_name="applications")
    kind = models.CharField("demande", max_length=16, choices=ApplicationKind.choices)
    state = models.CharField("état", max_length=12, choices=ApplicationState.choices, default=ApplicationState.DRAFT)
    # Counts the moves: a page that shows an older step is stale.
    step = models.PositiveIntegerField("étape", default=0)
    # What is asked for.
    name = models.CharField("nom demandé", max_length=250, blank=True)
    category = models.CharField("catégorie demandée", max_length=12, choices=Category.choices, blank=True)
    filiere = models.ForeignKey(
        Filiere, verbose_name="filière", null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    territory = models.TextField("territoire", blank=True)
    duration_years = models.PositiveSmallIntegerField("durée demandée, en années", null=True, blank=True)
    # Locks what is asked for, as `Section.version` locks a text.
    version = models.PositiveIntegerField("version de la demande", default=1)
    absorbed = models.ManyToManyField(
        Campus, verbose_name="campus réunis", blank=True, related_name="absorbing_applications"
    )
    previous = models.ForeignKey(
        "self", verbose_name="dossier précédent", null=True, blank=True, on_delete=models.PROTECT, related_name="next"
    )
    created_at = models.DateTimeField("ouvert le")
    submitted_at = models.DateTimeField("déposé le", null=True, blank=True)
    digest = models.CharField("empreinte du dossier déposé", max_length=64, blank=True)

    objects = LabelApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier de labellisation"
        verbose_name_plural = "dossiers de labellisation"
        ordering = ["-created_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["campaign", "state"], name="application_board")]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=ApplicationState.values), name="application_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ApplicationKind.values), name="application_kind_known"),
            models.CheckConstraint(condition=Q(category__in=["", *Category.values]), name="application_category_known"),
            # D.335-34: five years at most.
            models.CheckConstraint(
                condition=Q(duration_years=None) | Q(duration_years__gte=1, duration_years__lte=5),
                name="application_asks_one_to_five_years",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state for state in ApplicationState if not state.is_submitted])
                | Q(state=ApplicationState.WITHDRAWN)
                | (Q(submitted_at__isnull=False) & ~Q(digest="")),
                name="application_submitted_is_sealed",
            ),
            # One file at a time for one campus and one request.
            models.UniqueConstraint(
                fields=["campus", "kind"], condition=~Q(state__in=FINAL_STATES), name="application_one_running_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} – {self.campus}"

    def get_absolute_url(self) -> str:
        """Its page in the workspace."""
        return f"/espace/dossiers/{self.reference}/"

    @property
    def is_over(self) -> bool:
        """Whether nothing happens to the file any more."""
        return ApplicationState(self.state).is_final


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Lines that can be read and added, never rewritten."""

    def update(self, **kwargs: Any) -> int:
        """Refused."""
        raise AppendOnlyError("these lines are append-only")


class Move(models.Model):
    """One change of state of a file: the only way a state changes."""

    application = models.ForeignKey(
        LabelApplication, verbose_name="dossier", on_delete=models.CASCADE, related_name="moves"
    )
    step = models.PositiveIntegerField("étape")
    from_state = models.CharField("de", max_length=12, choices=ApplicationState.choices)
    to_state = models.CharField("à", max_length=12, choices=ApplicationState.choices)
    at = models.DateTimeField("fait le")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField("motif", blank=True)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = "changement d’état"
        verbose_name_plural = "changements d’état"
        ordering = ["step"]
        constraints = [
            models.UniqueConstraint(fields=["application", "step"], name="move_once_per_step"),
            models.CheckConstraint(condition=~Q(from_state=F("to_state")), name="move_changes_the_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"


class SectionQuerySet(models.QuerySet["Section"]):
    """Parts of files."""

    def with_open_comments(self) -> "SectionQuerySet":
        """Each with how many comments await an answer."""
        waiting = Comment.objects.filter(section=OuterRef("pk"), resolved_at=None).order_by().values("section")
        counted = Subquery(waiting.annotate(number=Count("pk")).values("number"))
        return self.annotate(open_comments=Coalesce(counted, 0))  # type: ignore[no-redef]


class Section(models.Model):
    """One part of a file, written by several hands; `version` is its optimistic lock."""

    # Of `with_open_comments` only.
    open_comments: int

    application = models.ForeignKey(
        LabelApplication, verbose_name="dossier", on_delete=models.CASCADE, related_name="sections"
    )
    position = models.PositiveSmallIntegerField("rang")
    title = models.CharField("intitulé", max_length=300)
    criterion = models.ForeignKey(
        Criterion, verbose_name="critère", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requirement = models.ForeignKey(
        ExcellenceRequirement,
        verbose_name="exigence",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    text = models.TextField("texte", blank=True)
    version = models.PositiveIntegerField("version", default=0)
    # During a correction only the named parts are open.
    is_reopened = models.BooleanField("rouverte pour correction", default=False)
    # What the file before said, to show what has changed since.
    earlier_text = models.TextField("texte du dossier précédent", blank=True)
    updated_at = models.DateTimeField("modifié le", null=True, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="modifié par", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = "partie de dossier"
        verbose_name_plural = "parties de dossier"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["application", "position"], name="section_position_once"),
            models.CheckConstraint(
                condition=Q(criterion=None) | Q(requirement=None), name="section_answers_one_question"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SectionRevision(models.Model):
    """A saved text of a section: nothing that was saved is lost."""

    section = models.ForeignKey(Section, verbose_name="partie", on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField("version")
    text = models.TextField("texte", blank=True)
    at = models.DateTimeField("enregistré le")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = "version d’une partie"
        verbose_name_plural = "versions d’une partie"
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["section", "version"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.section} v{self.version}"


class Presence(models.Model):
    """Somebody is writing in a section; forgotten a minute after the last sign."""

    section = models.ForeignKey(Section, verbose_name="partie", on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="personne", on_delete=models.CASCADE, related_name="+"
    )
    seen_at = models.DateTimeField("vue à")

    class Meta:
        verbose_name = "présence"
        verbose_name_plural = "présences"
        constraints = [models.UniqueConstraint(fields=["section", "person"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.person} – {self.section}"


class Comment(models.Model):
    """A remark on a section, among those who write the file."""

    section = models.ForeignKey(Section, verbose_name="partie", on_delete=models.CASCADE, related_name="comments")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="auteur", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField("commentaire")
    at = models.DateTimeField("écrit le")
    resolved_at = models.DateTimeField("réglé le", null=True, blank=True)

    class Meta:
        verbose_name = "commentaire"
        verbose_name_plural = "commentaires"
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_has_text")]

    def __str__(self) -> str:
        return self.text[:60]


class ScanResult(models.TextChoices):
    """What the antivirus said of a file."""

    NONE = "", "non examinée"
    CLEAN = "saine", "examinée, saine"


class Attachment(models.Model):
    """A document joined to a file; kept outside the public files, served as a download only."""

    application = models.ForeignKey(
        LabelApplication, verbose_name="dossier", on_delete=models.CASCADE, related_name="attachments"
    )
    document = models.ForeignKey(
        ExpectedDocument,
        verbose_name="pièce attendue",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    name = models.CharField("nom du fichier", max_length=150)
    file = models.FileField("fichier", upload_to="dossiers/%Y/%m/", max_length=200)
    media_type = models.CharField("type", max_length=100)
    size = models.PositiveBigIntegerField("taille en octets")
    sha256 = models.CharField("empreinte", max_length=64)
    scan = models.CharField("antivirus", max_length=8, choices=ScanResult.choices, blank=True)
    added_at = models.DateTimeField("jointe le")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="jointe par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Taken off the file, kept for its history.
    removed_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.name


class RequestSide(models.TextChoices):
    """The two who ask jointly (D.335-34)."""

    RECTEUR = "recteur", "Recteur de région académique"
    REGION = "region", "Président de région"


class SubmissionSignature(models.Model):
    """One of the two signatures of the joint request; void when the file went back to its authors before the other."""

    application = models.ForeignKey(
        LabelApplication, verbose_name="dossier", on_delete=models.CASCADE, related_name="signatures"
    )
    side = models.CharField("signataire", max_length=8, choices=RequestSide.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="signé par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    signer = models.CharField("nom et qualité", max_length=300)
    # Since when the signer is delegate; empty for the recteur and the president themselves.
    delegated_since = models.DateField("délégation depuis le", null=True, blank=True)
    signed_at = models.DateTimeField("signé le")
    digest = models.CharField("empreinte du dossier signé", max_length=64)
    voided_at = models.DateTimeField("annulée le", null=True, blank=True)

    class Meta:
        verbose_name = "signature du dépôt"
        verbose_name_plural = "signatures du dépôt"
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "side"], condition=Q(voided_at=None), name="submission_signed_once_per_side"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} – {self.signer}"
