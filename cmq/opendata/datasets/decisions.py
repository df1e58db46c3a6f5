"""Every line of the register of label decisions, the corrected ones with those that correct them."""

import datetime as dt

from django.db.models import Q, QuerySet

from cmq.campuses.models import Category
from cmq.labels.models import DateNature, DecisionKind, LabelDecision, Verification
from cmq.opendata.columns import Column, Kind, Row, campus_columns, codes_of, origin_columns, origin_of
from cmq.opendata.dataset import Dataset


class Decisions(Dataset):
    """The whole history: nothing of it is ever rewritten."""

    slug = "decisions"
    title = "Décisions de labellisation des campus"
    description = (
        "L’histoire entière du label, ligne par ligne : obtention, renouvellement, suspension, retrait… Une ligne "
        "n’est jamais récrite : une correction est une ligne de plus, qui nomme celle qu’elle corrige."
    )
    row_is = "décision"
    key = ("numero",)
    models = (LabelDecision,)
    keywords = ("label", "décision", "campus d’excellence", "Journal officiel")
    columns = (
        Column("numero", "Numéro", Kind.INTEGER, "Le numéro de la ligne.", "12", is_required=True),
        *campus_columns(),
        Column(
            "nom_dans_la_source",
            "Nom donné par la source",
            Kind.TEXT,
            "Pour une décision dont la source ne permet pas de reconnaître le campus.",
            "Campus du bien vieillir",
        ),
        Column("region", "Code de la région", Kind.TEXT, "Le code INSEE de la région.", "32", is_required=True),
        Column("filiere", "Filière", Kind.TEXT, "L’identifiant de la filière, si la source la dit.", "infrastructures"),
        Column(
            "decision",
            "Décision",
            Kind.TEXT,
            "Ce qui est décidé ou constaté.",
            "obtenu",
            is_required=True,
            codes=codes_of(DecisionKind.values),
        ),
        Column("date", "Date", Kind.PARTIAL_DAY, "La date de la décision.", "2021-02-04", is_required=True),
        Column(
            "nature_de_la_date",
            "Nature de la date",
            Kind.TEXT,
            "Seul « evenement » est la date de l’acte lui-même.",
            "evenement",
            codes=codes_of(DateNature.values),
        ),
        Column(
            "categorie",
            "Catégorie",
            Kind.TEXT,
            "La catégorie que la décision donne.",
            "excellence",
            codes=codes_of(Category.values),
        ),
        Column("duree", "Durée", Kind.INTEGER, "La durée que la décision donne.", "5", unit="années"),
        Column("acte", "Acte", Kind.TEXT, "Le titre de l’acte.", "Arrêté du 4 février 2021"),
        Column("nor", "NOR", Kind.TEXT, "Le numéro NOR de l’acte.", "MENE1925423A"),
        Column("signe_le", "Signé le", Kind.PARTIAL_DAY, "La date de signature.", "2021-02-04"),
        Column("publie_le", "Publié le", Kind.PARTIAL_DAY, "La date de publication.", "2021-03-18"),
        Column("notifie_le", "Notifié le", Kind.PARTIAL_DAY, "La date de notification.", "2021-03"),
        Column("prend_effet_le", "Prend effet le", Kind.PARTIAL_DAY, "Le début dit par l’acte.", "2021-09-01"),
        Column("prend_fin_le", "Prend fin le", Kind.PARTIAL_DAY, "La fin dite par l’acte.", "2026-08-31"),
        Column(
            "verification",
            "Vérification",
            Kind.TEXT,
            "Si la source a été lue, ou reprise d’un relevé.",
            "lu",
            codes=codes_of(Verification.values),
        ),
        Column("corrige", "Corrige", Kind.INTEGER, "Le numéro de la ligne que celle-ci remplace.", "7"),
        Column("corrigee_par", "Corrigée par", Kind.INTEGER, "Le numéro de la ligne qui remplace celle-ci.", "15"),
        Column("annule", "Annule", Kind.BOOLEAN, "Vrai si la ligne annule celle qu’elle corrige.", "false"),
        Column("motif", "Motif de l’annulation", Kind.TEXT, "Pourquoi elle l’annule.", "Saisie en double"),
        Column(
            "meme_evenement_que",
            "Même événement que",
            Kind.INTEGER,
            "Le numéro d’une ligne d’une autre source sur le même événement.",
            "3",
        ),
        *origin_columns(),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[LabelDecision]":
        """Every line but those of fictional campuses, in the order of entry."""
        lines = LabelDecision.objects.filter(Q(campus=None) | Q(campus__is_demo=False))
        return lines.select_related("campus", "filiere", "corrected_by").prefetch_related("sources")

    def values(self, thing: LabelDecision, *, on: dt.date) -> Row:
        """One line."""
        later = getattr(thing, "corrected_by", None)
        return (
            *(thing.pk, thing.campus.slug if thing.campus else None, thing.campus.name if thing.campus else None),
            *(thing.claimed_name, thing.region_id, thing.filiere.slug if thing.filiere else None),
            *(thing.kind, thing.decided_on, thing.date_nature, thing.category, thing.duration_years),
            *(thing.act, thing.nor, thing.signed_on, thing.published_on, thing.notified_on),
            *(thing.starts_on, thing.ends_on, thing.verification, thing.corrects_id),
            *(later.pk if later else None, thing.is_void, thing.void_reason, thing.same_event_as_id),
            *origin_of(thing),
        )
