"""Projects of one or several campuses, what they reach, and the practices that others take up."""

from django.db import models
from django.db.models import Count, F, Q

from cmq.campuses.models import Campus
from cmq.core.partial_dates import PartialDateField
from cmq.organisations.models import Organisation
from cmq.reference.audiences import Audience


class ProjectState(models.TextChoices):
    """Where a project stands; `rules.MOVES` says what may follow."""

    IDEA = "idee", "Idée"
    RUNNING = "en_cours", "En cours"
    DONE = "termine", "Terminé"
    ABANDONED = "abandonne", "Abandonné"


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects."""

    def of(self, campus: Campus) -> "ProjectQuerySet":
        """Those that a campus owns, alone or with others; what it has not accepted is not among them."""
        return self.filter(pk__in=ProjectOwner.objects.accepted().filter(campus=campus).values("project"))

    def public(self) -> "ProjectQuerySet":
        """Those that everyone may read."""
        return self.filter(is_public=True)

    def practices(self) -> "ProjectQuerySet":
        """Those that their campus offers to the others as a practice."""
        return self.filter(practice_since__isnull=False)

    def counted(self) -> "ProjectQuerySet":
        """What a national figure counts: each project once, however many campuses own it; no demonstration."""
        return self.filter(campus__is_demo=False)

    def joint(self) -> "ProjectQuerySet":
        """Those that several campuses own."""
        owners = ProjectOwner.objects.accepted().order_by().values("project").annotate(number=Count("pk"))
        return self.filter(pk__in=owners.filter(number__gt=1).values("project"))

    def with_people(self) -> "ProjectQuerySet":
        """With what a list shows."""
        owners = ProjectOwner.objects.accepted().select_related("campus__region", "campus__filiere")
        return self.select_related("campus").prefetch_related(
            models.Prefetch("owners", owners, to_attr="accepted_owners"), "audiences", "pictures"
        )


class Project(models.Model):
    """Something that one or several campuses do. `campus` entered it; all its owners are in `ProjectOwner`."""

    slug = models.SlugField("adresse", max_length=100, unique=True)
    campus = models.ForeignKey(
        Campus, verbose_name="campus qui l’a inscrit", on_delete=models.CASCADE, related_name="entered_projects"
    )
    title = models.CharField("titre", max_length=200)
    objective = models.TextField("objectif", max_length=5000)
    audience_note = models.CharField("précision sur le public", max_length=300, blank=True)
    starts_on = PartialDateField("début")
    ends_on = PartialDateField("fin")
    budget = models.DecimalField("budget", max_digits=12, decimal_places=2, null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=ProjectState.choices, default=ProjectState.IDEA)
    reusable = models.TextField("ce que d’autres peuvent réutiliser", max_length=5000, blank=True)
    is_public = models.BooleanField("montré à tous", default=False)
    practice_since = models.DateTimeField("proposé comme pratique le", null=True, blank=True)
    inspired_by = models.ForeignKey(
        "self",
        verbose_name="inspiré de",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="inspired",
    )
    version = models.PositiveIntegerField("version", default=1)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = "projet"
        verbose_name_plural = "projets"
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="project_has_title"),
            models.CheckConstraint(condition=~Q(objective=""), name="project_has_objective"),
            models.CheckConstraint(condition=Q(state__in=ProjectState.values), name="project_state_known"),
            models.CheckConstraint(condition=Q(budget=None) | Q(budget__gte=0), name="project_budget_from_zero"),
            models.CheckConstraint(
                condition=Q(practice_since=None) | ~Q(reusable=""), name="project_practice_says_what_to_reuse"
            ),
            models.CheckConstraint(
                condition=Q(inspired_by=None) | ~Q(inspired_by=F("pk")), name="project_inspired_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The public page."""
        return f"/projets/{self.slug}/"


class ProjectOwnerQuerySet(models.QuerySet["ProjectOwner"]):
    """Owners."""

    def accepted(self) -> "ProjectOwnerQuerySet":
        """Those that said yes."""
        return self.filter(accepted_at__isnull=False)

    def waiting(self) -> "ProjectOwnerQuerySet":
        """Those that were asked and have not answered."""
        return self.filter(accepted_at=None)


class ProjectOwner(models.Model):
    """A campus owns a project, or is asked to."""

    project = models.ForeignKey(Project, verbose_name="projet", on_delete=models.CASCADE, related_name="owners")
    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="project_owners")
    asked_at = models.DateTimeField("proposé le")
    accepted_at = models.DateTimeField("accepté le", null=True, blank=True)

    objects = ProjectOwnerQuerySet.as_manager()

    class Meta:
        verbose_name = "campus porteur"
        verbose_name_plural = "campus porteurs"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["project", "campus"], name="project_owner_once")]

    def __str__(self) -> str:
        return f"{self.project} – {self.campus}"


class ProjectPartner(models.Model):
    """An organisation takes part in a project."""

    project = models.ForeignKey(Project, verbose_name="projet", on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(
        Organisation, verbose_name="organisation", on_delete=models.PROTECT, related_name="projects"
    )

    class Meta:
        verbose_name = "partenaire d’un projet"
        verbose_name_plural = "partenaires de projets"
        ordering = ["organisation__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["project", "organisation"], name="project_partner_once")]

    def __str__(self) -> str:
        return str(self.organisation)


class ProjectAudience(models.Model):
    """A project is for some public."""

    project = models.ForeignKey(Project, verbose_name="projet", on_delete=models.CASCADE, related_name="audiences")
    audience = models.CharField("public", max_length=20, choices=Audience.choices)

    class Meta:
        verbose_name = "public d’un projet"
        verbose_name_plural = "publics de projets"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "audience"], name="project_audience_once"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="project_audience_known"),
        ]

    def __str__(self) -> str:
        return self.get_audience_display()


class ProjectResult(models.Model):
    """What a project aims at and reaches, by one indicator of its own."""

    project = models.ForeignKey(Project, verbose_name="projet", on_delete=models.CASCADE, related_name="results")
    indicator = models.CharField("indicateur", max_length=150)
    unit = models.CharField("unité", max_length=40)
    target = models.DecimalField("visé", max_digits=14, decimal_places=2, null=True, blank=True)
    reached = models.DecimalField("atteint", max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "résultat d’un projet"
        verbose_name_plural = "résultats de projets"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "indicator"], name="project_result_once"),
            models.CheckConstraint(condition=~Q(indicator="") & ~Q(unit=""), name="project_result_is_named"),
            models.CheckConstraint(
                condition=Q(target__isnull=False) | Q(reached__isnull=False), name="project_result_says_something"
            ),
            models.CheckConstraint(
                condition=(Q(target=None) | Q(target__gte=0)) & (Q(reached=None) | Q(reached__gte=0)),
                name="project_result_from_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} ({self.unit})"


class ProjectPicture(models.Model):
    """A picture of a project, with whom to thank and what it shows to those who do not see."""

    project = models.ForeignKey(Project, verbose_name="projet", on_delete=models.CASCADE, related_name="pictures")
    file = models.FileField("fichier", upload_to="projets/%Y/%m/", max_length=200)
    media_type = models.CharField("type", max_length=20)
    width = models.PositiveIntegerField("largeur")
    height = models.PositiveIntegerField("hauteur")
    credit = models.CharField("crédit", max_length=150)
    alternative = models.CharField("texte de remplacement", max_length=300)

    class Meta:
        verbose_name = "image d’un projet"
        verbose_name_plural = "images de projets"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(credit=""), name="project_picture_has_credit"),
            models.CheckConstraint(condition=~Q(alternative=""), name="project_picture_has_alternative"),
            models.CheckConstraint(condition=~Q(file=""), name="project_picture_has_file"),
        ]

    def __str__(self) -> str:
        return self.alternative
