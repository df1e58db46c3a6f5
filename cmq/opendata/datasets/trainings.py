"""The trainings on offer in the networks of the campuses."""

import datetime as dt

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from cmq.campuses.models import Partnership
from cmq.opendata.columns import (
    Column,
    Kind,
    Row,
    campus_columns,
    codes_of,
    origin_columns,
    origin_of,
    place_columns,
    place_of,
)
from cmq.opendata.dataset import Dataset
from cmq.trainings.models import Stage, Training, TrainingKind, TrainingShare


class Trainings(Dataset):
    """What campuses offer today."""

    slug = "formations"
    title = "Formations offertes dans les campus"
    description = (
        "Les formations que les campus offrent dans leur réseau au jour du téléchargement : diplôme, niveau, voies, "
        "lieu, places. Une formation que plusieurs campus offrent est une seule ligne."
    )
    row_is = "formation"
    key = ("numero",)
    # A training is on offer as long as who gives it is a member.
    models = (Training, TrainingShare, Partnership)
    keywords = ("formation", "diplôme", "apprentissage", "RNCP", "ROME")
    limits = "Les places sont des capacités, non des personnes."
    columns = (
        Column("numero", "Numéro", Kind.INTEGER, "Le numéro de la formation.", "12", is_required=True),
        *campus_columns(),
        Column("autres_campus", "Autres campus", Kind.LIST, "Les campus qui l’offrent aussi.", "numerique-bretagne"),
        Column("intitule", "Intitulé", Kind.TEXT, "Son nom.", "BTS Domotique", is_required=True),
        Column("organisation", "Donnée par", Kind.TEXT, "Qui la donne.", "Lycée Valentine Labbé", is_required=True),
        Column("uai", "UAI", Kind.TEXT, "Le code de qui la donne.", "0590122M"),
        Column("diplome", "Diplôme", Kind.TEXT, "Ce qu’elle prépare.", "Brevet de technicien supérieur"),
        Column("niveau", "Niveau", Kind.INTEGER, "De 3 à 8 (décret n° 2019-14).", "5"),
        Column("rncp", "Fiche RNCP", Kind.TEXT, "Le code de la certification.", "RNCP38363"),
        Column("voie", "Voie", Kind.TEXT, "Sa voie.", "professionnelle", codes=codes_of(TrainingKind.values)),
        Column("enseignement", "Enseignement", Kind.TEXT, "Son degré.", "superieur", codes=codes_of(Stage.values)),
        Column("modalites", "Modalités", Kind.LIST, "Comment on la suit.", "apprentissage"),
        Column("publics", "Publics", Kind.LIST, "Qui peut la suivre.", "etudiants"),
        Column("rome", "Codes ROME", Kind.LIST, "Les métiers visés.", "K1302"),
        *place_columns("de la formation"),
        Column("adresse", "Adresse", Kind.TEXT, "L’adresse du lieu.", "41 rue Paul Doumer"),
        Column("places", "Places", Kind.INTEGER, "Les places offertes.", "24", unit="places"),
        Column("prochaine_rentree", "Prochaine rentrée", Kind.DAY, "Le premier jour.", "2027-09-01"),
        Column("inscription", "Inscription", Kind.ADDRESS, "Où s’inscrire.", "https://exemple.fr/inscription"),
        Column("confirmee_le", "Confirmée le", Kind.DAY, "Le jour où le campus l’a confirmée.", "2026-10-02"),
        Column("page", "Page", Kind.ADDRESS, "La page du registre.", "https://exemple.fr/", is_required=True),
        *origin_columns(),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[Training]":
        """Trainings on offer that day, of real campuses and organisations."""
        shares = TrainingShare.objects.accepted().filter(campus__is_demo=False).select_related("campus")
        rows = Training.objects.on_offer(on).filter(campus__is_demo=False, organisation__is_demo=False)
        return rows.for_list().prefetch_related("romes", "sources", Prefetch("shares", shares, to_attr="accepted"))

    def values(self, thing: Training, *, on: dt.date) -> Row:
        """One training."""
        others = sorted(share.campus.slug for share in thing.accepted)  # type: ignore[attr-defined]
        return (
            *(thing.pk, thing.campus.slug, thing.campus.name, others, thing.title),
            *(thing.organisation.name, thing.organisation.uai, thing.diploma, thing.level, thing.rncp_code),
            *(thing.kind, thing.stage, [row.way for row in thing.ways.all()]),
            *([row.audience for row in thing.audiences.all()], [row.code for row in thing.romes.all()]),
            *(*place_of(thing.commune), thing.address, thing.capacity, thing.next_start, thing.apply_url),
            *(thing.confirmed_on, f"{settings.SITE_URL}{thing.get_absolute_url()}", *origin_of(thing)),
        )
