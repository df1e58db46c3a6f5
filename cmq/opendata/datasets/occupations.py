"""The job sheets: the ROME, and what our editors add."""

import datetime as dt
from dataclasses import replace

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from cmq.careers.domains import DOMAINS
from cmq.careers.models import JobTitle, Occupation, OccupationNote
from cmq.opendata.columns import Column, Kind, Row
from cmq.opendata.dataset import Dataset

_ROME = "ROME, France Travail"


def _of_rome(*columns: Column) -> tuple[Column, ...]:
    return tuple(replace(column, source=_ROME) for column in columns)


class Occupations(Dataset):
    """Jobs of the last edition loaded."""

    slug = "metiers"
    title = "Fiches métiers"
    description = (
        "Les métiers du répertoire opérationnel des métiers et des emplois (ROME) dans la dernière édition chargée, et "
        "à part ce que la rédaction y ajoute."
    )
    row_is = "métier"
    key = ("code",)
    key_field = "code"
    campus_path = ""
    models = (Occupation, JobTitle, OccupationNote)
    sources = ("ROME, France Travail, Licence Ouverte", "Rédaction du registre, pour la colonne « texte_redaction »")
    keywords = ("métier", "ROME", "orientation")
    columns = (
        *_of_rome(
            Column("code", "Code ROME", Kind.TEXT, "Le code du métier.", "K1302", is_required=True),
            Column("intitule", "Intitulé", Kind.TEXT, "Son intitulé.", "Assistance auprès d’adultes", is_required=True),
            Column("domaine", "Grand domaine", Kind.TEXT, "Le domaine du ROME.", "Services à la personne"),
            Column("rattachement", "Métier de rattachement", Kind.TEXT, "Le code de celui dont il relève.", "K1302"),
            Column("definition", "Définition", Kind.TEXT, "La définition officielle.", "Accompagne des personnes…"),
            Column("acces", "Accès", Kind.TEXT, "Comment on accède au métier.", "Ce métier est accessible avec…"),
            Column("appellations", "Appellations", Kind.LIST, "Ses noms, le principal d’abord.", "Aide à domicile"),
            Column("reglemente", "Réglementé", Kind.BOOLEAN, "Vrai si son exercice est réglementé.", "false"),
            Column("cadre", "Cadre", Kind.BOOLEAN, "Vrai pour un emploi de cadre.", "false"),
            Column("transition_ecologique", "Transition écologique", Kind.TEXT, "Son rôle.", "Emploi vert"),
            Column("transition_numerique", "Transition numérique", Kind.BOOLEAN, "Concerné ou non.", "true"),
            Column("transition_demographique", "Transition démographique", Kind.BOOLEAN, "Concerné ou non.", "true"),
        ),
        Column("texte_redaction", "Texte de la rédaction", Kind.TEXT, "Ce que le registre ajoute.", "Dans les campus…"),
        *_of_rome(
            Column("edition", "Édition", Kind.TEXT, "Le fichier dont viennent les valeurs.", "ROME version 460"),
            Column("chargee_le", "Chargée le", Kind.DAY, "Le jour du chargement.", "2026-11-02"),
        ),
        Column("page", "Page", Kind.ADDRESS, "La fiche.", "https://exemple.fr/metiers/x/", is_required=True),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[Occupation]":
        """The jobs of the last edition."""
        titles = JobTitle.objects.order_by("-is_main", "folded_name", "ogr_code")
        rows = Occupation.objects.current().select_related("own_text", "source")
        return rows.prefetch_related(Prefetch("titles", titles))

    def values(self, thing: Occupation, *, on: dt.date) -> Row:
        """One job."""
        own = getattr(thing, "own_text", None)
        return (
            *(thing.code, thing.title, DOMAINS.get(thing.domain), thing.parent_id, thing.definition, thing.access),
            [title.long_name for title in thing.titles.all()],
            *(thing.is_regulated, thing.is_executive, thing.green_transition),
            *(thing.digital_transition, thing.ageing_transition, own.text if own else None),
            *(thing.source.title if thing.source else None, thing.loaded_on),
            f"{settings.SITE_URL}{thing.get_absolute_url()}",
        )
