"""The projects that campuses show to everyone."""

import datetime as dt

from django.conf import settings
from django.db.models import QuerySet

from cmq.opendata.columns import Column, Kind, Row, campus_columns, codes_of
from cmq.opendata.dataset import Dataset
from cmq.projects.models import Project, ProjectOwner, ProjectPartner, ProjectState


class Projects(Dataset):
    """Public projects, each once however many campuses own it."""

    slug = "projets"
    title = "Projets des campus"
    description = (
        "Les projets que les campus montrent à tous : objectif, publics, partenaires, état. Un projet de plusieurs "
        "campus est une seule ligne."
    )
    row_is = "projet"
    key = ("identifiant",)
    key_field = "slug"
    models = (Project, ProjectOwner, ProjectPartner)
    keywords = ("projet", "innovation pédagogique", "bonnes pratiques")
    limits = "Les projets internes et les budgets n’y sont pas : les campus ne les montrent pas."
    columns = (
        Column("identifiant", "Identifiant", Kind.TEXT, "Son nom d’adresse.", "maison-temoin", is_required=True),
        *campus_columns(),
        Column("porteurs", "Campus porteurs", Kind.LIST, "Tous les campus qui le portent.", "numerique-bretagne"),
        Column("titre", "Titre", Kind.TEXT, "Son titre.", "Maison témoin", is_required=True),
        Column("objectif", "Objectif", Kind.TEXT, "Ce qu’il vise.", "Montrer l’habitat adapté", is_required=True),
        Column("etat", "État", Kind.TEXT, "Où il en est.", "en_cours", codes=codes_of(ProjectState.values)),
        Column("publics", "Publics", Kind.LIST, "Pour qui il est fait.", "eleves"),
        Column("precision_publics", "Précision", Kind.TEXT, "Sur le public.", "Classes de seconde"),
        Column("partenaires", "Partenaires", Kind.LIST, "Les organisations qui y prennent part.", "Ville d’Arras"),
        Column("debut", "Début", Kind.PARTIAL_DAY, "Son début.", "2025-09"),
        Column("fin", "Fin", Kind.PARTIAL_DAY, "Sa fin.", "2027"),
        Column("reutilisable", "À réutiliser", Kind.TEXT, "Ce que d’autres peuvent reprendre.", "Le plan de la maison"),
        Column("page", "Page", Kind.ADDRESS, "La page du registre.", "https://exemple.fr/", is_required=True),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[Project]":
        """Public projects of real campuses."""
        return Project.objects.public().counted().with_people().prefetch_related("partners__organisation")

    def values(self, thing: Project, *, on: dt.date) -> Row:
        """One project."""
        owners = [owner.campus for owner in thing.accepted_owners]  # type: ignore[attr-defined]
        partners = [row.organisation for row in thing.partners.all()]
        return (
            *(thing.slug, thing.campus.slug, thing.campus.name),
            sorted(campus.slug for campus in owners if not campus.is_demo),
            *(thing.title, thing.objective, thing.state, [row.audience for row in thing.audiences.all()]),
            *(thing.audience_note, [each.name for each in partners if not each.is_demo]),
            *(thing.starts_on, thing.ends_on, thing.reusable, f"{settings.SITE_URL}{thing.get_absolute_url()}"),
        )
