"""The documented template: sheets and columns. The parser, the empty files and the guide all come from here."""

from dataclasses import dataclass, field
from enum import Enum

from cmq.campuses.models import CampusField, Category, LinkKind, NameKind, PartnerRole
from cmq.core.models import Reliability
from cmq.core.text import fold
from cmq.imports import cells
from cmq.imports.cells import Parser
from cmq.labels.models import DateNature, DecisionKind, Verification
from cmq.organisations.models import Family, Kind

FORMAT_DATE = "année, mois ou jour : 2017, 02/2017, 13/02/2017"
FORMAT_LIST = "plusieurs valeurs : « | » entre elles"


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    Attributes:
        name: header, French, unique in its sheet.
        help: what to write, for the guide and the empty workbook.
        parse: cell text (never blank) → value; raises `cells.CellError`.
        example: a cell that is right.
    """

    name: str
    help: str
    parse: Parser = field(compare=False)
    is_required: bool = False
    example: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet, or one CSV file.

    Attributes:
        key: the columns that together tell one row from another.
    """

    name: str
    purpose: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, header: str) -> Column | None:
        """The column of that header; case, accents and hyphens forgiven."""
        return next((column for column in self.columns if fold(column.name) == fold(header)), None)


def _choice(name: str, words: str, choices: type[Enum], *, is_required: bool = False, example: str = "") -> Column:
    values = cells.described([str(each.value) for each in choices if each.value])
    return Column(name, f"{words} : {values}", cells.choice(choices), is_required, example)


def _date(name: str, words: str, *, is_required: bool = False, example: str = "") -> Column:
    return Column(name, f"{words} ({FORMAT_DATE})", cells.partial_date, is_required, example)


_LE_MEDIA = "Le Média social emploi 21/06/2024 <https://lemediasocial-emploi.fr/article/…>"
_SOURCES = Column(
    "sources", f"d’où vient la ligne : « titre <adresse> » ; {FORMAT_LIST}", cells.many(cells.source), False, _LE_MEDIA
)
_OBSERVED = _date("constate_le", "jour où la source le montrait", example="21/06/2024")
_NOTE = Column("note", "ce qu’il faut savoir pour bien lire la ligne", cells.text(2000, lines=True))
_DEDUCED = Column("deduit", "« oui » quand c’est le registre qui le déduit, sans source qui le dise", cells.yes_no)
_RELIABILITY = _choice("fiabilite", "confiance dans la ligne", Reliability, example="haute")
_ORIGIN = (_SOURCES, _OBSERVED, _NOTE)


def _campus(name: str = "campus", words: str = "nom officiel du campus", *, is_required: bool = True) -> Column:
    return Column(name, words, cells.text(250), is_required, "Autonomie, Longévité, Santé")


def _region(*, is_required: bool, words: str = "région, par son nom ou son code INSEE") -> Column:
    return Column("region", words, cells.text(60), is_required, "Hauts-de-France")


_OPTIONAL_REGION = _region(is_required=False, words="région du campus, obligatoire quand deux campus ont le même nom")
_PLACE = "« Nom (département) », par exemple « La Madeleine (59) »"

CAMPUS = Sheet(
    "campus",
    "Un campus par ligne. Le nom et la région font reconnaître un campus déjà inscrit.",
    (
        _campus("nom"),
        _region(is_required=True),
        Column("sigle", "sigle", cells.text(40), False, "CMQE ALS"),
        Column("filiere", "l’une des douze filières", cells.text(120), False, "Services à la personne, bien-être"),
        Column("filiere_deduite", "« oui » quand aucune source ne dit la filière", cells.yes_no, False, "non"),
        Column("academies", f"académies du campus ; {FORMAT_LIST}", cells.many(cells.text(60)), False, "Lille"),
        _choice("categorie", "catégorie du label", Category, example="excellence"),
        Column("forme_juridique", "association, convention…", cells.text(200), False, "association"),
        Column("site_web", "adresse du site", cells.web_address, False, "https://www.exemple.fr"),
        Column("siege", f"commune du siège : {_PLACE}", cells.text(120), False, "La Madeleine (59)"),
        Column("lieux", f"communes où il agit ; {FORMAT_LIST}", cells.many(cells.text(120)), False, "Berck (62)"),
        Column(
            "territoire",
            f"départements couverts, par leur code ou leur nom ; {FORMAT_LIST}",
            cells.many(cells.text(60)),
            False,
            "59 | Pas-de-Calais",
        ),
        Column(
            "autres_noms",
            "autres noms, précédés de leur nature (« ancien : », « usuel : », « variante : ») ; " + FORMAT_LIST,
            cells.many(cells.name_with_kind(NameKind, NameKind.SPELLING)),
            False,
            "usuel : Campus ALS",
        ),
        Column("objet", "à quoi sert le campus, en clair", cells.text(5000, lines=True)),
        _choice("fiabilite", "confiance dans l’existence et le nom du campus", Reliability, example="haute"),
        *_ORIGIN,
    ),
    key=("nom", "region"),
)

DECISIONS = Sheet(
    "decisions",
    "Une décision ou un fait daté de la vie du label par ligne.",
    (
        _campus(is_required=False, words="nom officiel du campus ; vide quand la source ne le nomme pas"),
        _region(is_required=True),
        Column("nom_selon_la_source", "ce que la source dit, quand elle ne nomme pas le campus", cells.text(250)),
        Column("filiere", "filière, quand elle diffère de celle du campus ou sans campus", cells.text(120)),
        _choice("evenement", "ce qui s’est passé", DecisionKind, is_required=True, example="obtenu"),
        _date("date", "date", is_required=True, example="13/02/2017"),
        _choice("nature_date", "ce que la date est", DateNature, example="evenement"),
        _choice("categorie", "catégorie donnée par la décision", Category),
        Column("duree_ans", "durée en années, de 1 à 5", cells.whole(1, 5), False, "3"),
        Column("acte", "acte, par exemple « arrêté du 15/04/2022 »", cells.text(200)),
        Column("nor", "numéro NOR de l’acte", cells.nor, False, "MENE1925423A"),
        _date("signature", "date de signature"),
        _date("publication", "date de publication au Journal officiel"),
        _date("notification", "date de notification"),
        _date("debut", "prise d’effet, si elle est écrite"),
        _date("fin", "fin, si elle est écrite"),
        _choice("verification", "comment la source a été lue", Verification, example="lu"),
        _date("meme_evenement_que", "date de l’autre ligne, quand deux sources datent autrement le même événement"),
        *_ORIGIN,
    ),
    key=("campus", "nom_selon_la_source", "region", "evenement", "date"),
)

MEMBERS = Sheet(
    "membres",
    "Une organisation membre d’un campus par ligne. L’UAI, puis le SIRET, puis le nom la font reconnaître.",
    (
        _campus(),
        _OPTIONAL_REGION,
        Column("organisation", "nom de l’organisation", cells.text(250), True, "Lycée Valentine Labbé"),
        _choice("nature", "ce qu’elle est", Kind, example="lycee"),
        _choice("famille", "famille de membres ; sans elle, celle de sa nature", Family),
        _choice("role", "rôle ; sans lui, « associe »", PartnerRole, example="support"),
        Column("uai", "UAI, avec ses zéros", cells.uai, False, "0590122M"),
        Column("siret", "SIRET, 14 chiffres", cells.siret),
        Column("commune", f"commune : {_PLACE}", cells.text(120), False, "La Madeleine (59)"),
        _date("depuis", "début du rôle"),
        _date("jusqua", "fin du rôle"),
        *_ORIGIN,
    ),
    key=("campus", "region", "organisation", "uai", "siret", "role", "jusqua"),
)

FACTS = Sheet(
    "faits",
    "Un fait par ligne. Deux faits qui se contredisent font deux lignes : le registre garde les deux.",
    (
        _campus(),
        _OPTIONAL_REGION,
        _choice("champ", "de quoi parle le fait", CampusField, is_required=True, example="formation"),
        Column("valeur", "le fait", cells.text(5000, lines=True), True, "bases de la domotique"),
        _DEDUCED,
        _RELIABILITY,
        *_ORIGIN,
    ),
    key=("campus", "region", "champ", "valeur"),
)

LINKS = Sheet(
    "liens",
    "Un lien entre deux campus par ligne, lu du premier au second.",
    (
        _campus(),
        _OPTIONAL_REGION,
        _choice("lien", "nature du lien", LinkKind, is_required=True, example="fusionne_dans"),
        _campus("autre_campus", "nom officiel de l’autre campus"),
        Column("autre_region", "région de l’autre campus, s’il a un homonyme", cells.text(60)),
        _DEDUCED,
        *_ORIGIN,
    ),
    key=("campus", "region", "autre_campus", "autre_region"),
)

COUNTS = Sheet(
    "constats",
    "Combien de campus une source compte dans une filière, en France ou dans une région, et lequel c’est.",
    (
        Column("filiere", "l’une des douze filières", cells.text(120), True, "Services à la personne, bien-être"),
        _region(is_required=False, words="région ; vide pour toute la France"),
        Column("nombre", "nombre de campus que compte la source", cells.whole(1, 200), True, "1"),
        _campus(is_required=False, words="le campus compté ; vide quand il n’est pas identifié"),
        _DEDUCED,
        Column(_SOURCES.name, _SOURCES.help, _SOURCES.parse, True, _SOURCES.example),
        _OBSERVED,
        _NOTE,
    ),
    key=("filiere", "region", "nombre", "campus"),
)

# In the order in which they are loaded: what a row names stands in a sheet before it, or in the register.
SHEETS = (CAMPUS, DECISIONS, MEMBERS, FACTS, LINKS, COUNTS)


def sheet_named(name: str) -> Sheet | None:
    """The sheet of that name; case and accents forgiven."""
    return next((sheet for sheet in SHEETS if sheet.name == fold(name)), None)
