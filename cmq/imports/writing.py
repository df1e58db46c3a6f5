"""Typed rows written into the register by the same actions that people use, one row at a time."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model

from cmq.campuses import actions as campuses
from cmq.campuses import rules as campus_rules
from cmq.campuses.models import (
    AreaKind,
    Campus,
    CampusFact,
    CampusField,
    CampusLink,
    NameKind,
    PartnerRole,
    Partnership,
)
from cmq.core import feed
from cmq.core.errors import Refusal
from cmq.core.models import Reliability
from cmq.core.provenance import Origin
from cmq.core.text import fold
from cmq.imports.lookup import CellRefusal, Directory
from cmq.imports.parsing import Row
from cmq.imports.report import Outcome, RowError, RowLine
from cmq.imports.template import SHEETS
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DateNature, LabelDecision, LabelDecisionQuerySet, Verification
from cmq.organisations.actions import register_organisation
from cmq.organisations.models import Kind, Organisation
from cmq.reference.models import Region

_STATEMENT = ("campus_id", "field", "value")
_WITHDRAWN = "retiré par un gardien, laissé"
_CORRECTED = "corrigé depuis au registre, laissé"


class Left(Exception):
    """A row that the register has answered already: a keeper's later word outlives a file that is loaded again."""


class Writer:
    """Writes rows, inside the change set of its caller, and says what became of each."""

    def __init__(self) -> None:
        self.names = Directory()
        self.errors: list[RowError] = []
        self.lines: list[RowLine] = []
        # Withdrawn and not stated again since.
        facts = CampusFact.objects.filter(withdrawn_at__isnull=False)
        standing = CampusFact.objects.standing()
        self.withdrawn = {*facts.values_list(*_STATEMENT)} - {*standing.values_list(*_STATEMENT)}
        self._recorded = len(feed.recorded())
        self._refused_campuses: set[str] = set()

    def write(self, rows: Sequence[Row], *, progress: Callable[[str], None] = lambda line: None) -> None:
        """Write every row; those that are refused are kept in `errors` and leave nothing."""
        for sheet in SHEETS:
            of_sheet = [row for row in rows if row.sheet is sheet]
            # The line that another one names as the same event comes first.
            for row in sorted(of_sheet, key=lambda row: row["meme_evenement_que"] is not None):
                self._write(row)
            if of_sheet:
                progress(f"{sheet.name} : {len(of_sheet)} lignes")
        order = [sheet.name for sheet in SHEETS]
        self.lines.sort(key=lambda line: (order.index(line.sheet), line.row))

    def _write(self, row: Row) -> None:
        if fold(row["campus"] or "") in self._refused_campuses:
            # Its campus has its own error; one is enough.
            return
        label = _label(row)
        subject: Model | None = None
        try:
            with feed.change_set():
                subject = _HANDLERS[row.sheet.name](self, row)
        except Left as left:
            self.names.forget_sources()
            label = f"{label} ({left})"
        except Refusal as refusal:
            self.names.forget_sources()
            self._refused_campuses |= {fold(row["nom"])} if row["nom"] else set()
            self.errors.append(row.error(getattr(refusal, "column", ""), str(refusal)))
            return
        if isinstance(subject, Campus):
            self.names.remember(subject)
        self.lines.append(RowLine(row.sheet.name, row.number, self._outcome(subject), label))

    def _outcome(self, subject: Model | None) -> Outcome:
        """The feed itself tells whether a row was new, said something new, or nothing."""
        changes = feed.recorded(since=self._recorded)
        self._recorded += len(changes)
        if not changes or subject is None:
            return Outcome.UNCHANGED
        created = any(
            change.model == subject._meta.label_lower and change.key == str(subject.pk) and _makes(change.act)
            for change in changes
        )
        is_correction = isinstance(subject, LabelDecision) and subject.corrects_id is not None
        return Outcome.CREATED if created and not is_correction else Outcome.CHANGED

    def origin(self, row: Row, *, reliability: Reliability | None = None, is_deduced: bool | None = None) -> Origin:
        """Where a row says that it comes from."""
        return Origin(
            sources=self.names.sources(row["sources"]),
            observed_on=row["constate_le"],
            reliability=reliability or row["fiabilite"] or Reliability.UNKNOWN,
            is_deduced=bool(row["deduit"]) if is_deduced is None else is_deduced,
            note=row["note"] or "",
        )

    def campus_of(self, row: Row, column: str = "campus", region_column: str = "region") -> Campus:
        """The campus that a row names."""
        region = self.names.region(row[region_column], column=region_column) if row[region_column] else None
        return self.names.campus(row[column], region, column=column)


def _label(row: Row) -> str:
    """The row in a few words, for the report."""
    shown = [row[column] for column in ("nom", "campus", "nom_selon_la_source", "filiere", "region")]
    what = [row[column] for column in ("evenement", "date", "organisation", "champ", "valeur", "lien", "autre_campus")]
    head = [str(value) for value in shown if value][:2]
    tail = [str(getattr(value, "label", value)) for value in what if value]
    return " – ".join([" – ".join(head), *tail])[:160]


def _makes(act: str) -> bool:
    return act == "labels.record_decision" or act.partition(".")[2].startswith(("enter", "add_"))


def _campus(writer: Writer, row: Row) -> Campus:
    region = writer.names.region(row["region"])
    campus = writer.names.known_campus(row["nom"], region)
    reliability = row["fiabilite"] or Reliability.UNKNOWN
    origin = writer.origin(row)
    if campus is None:
        campus = campuses.enter_campus(name=row["nom"], region=region, origin=origin, reliability=reliability)
    else:
        _confirm_name(campus, row["nom"], origin)
    _describe(writer, row, campus)
    _place(writer, row, campus)
    bare = Origin(origin.sources, origin.observed_on)
    for name, kind in row["autres_noms"] or ():
        campuses.add_name(campus, name=name, kind=NameKind(kind), origin=bare)
    return campus


def _confirm_name(campus: Campus, name: str, origin: Origin) -> None:
    """The name as the register writes it takes the new sources; another spelling of it is no new name."""
    for fact in campus.facts.standing().filter(field=CampusField.NAME):
        if fold(fact.value) == fold(name):
            campuses.state_fact(campus, field=CampusField.NAME, value=fact.value, origin=origin)
            return


def _describe(writer: Writer, row: Row, campus: Campus) -> None:
    # The reliability of the row is about existence and name; its note too.
    bare = Origin(writer.names.sources(row["sources"]), row["constate_le"])
    deduced = Origin(bare.sources, bare.observed_on, is_deduced=bool(row["filiere_deduite"]))
    if row["filiere"]:
        filiere = writer.names.filiere(row["filiere"])
        _state(writer, campus, CampusField.FILIERE, filiere.slug, deduced)
    for column, field in (
        ("sigle", CampusField.ACRONYM),
        ("categorie", CampusField.CATEGORY),
        ("forme_juridique", CampusField.LEGAL_FORM),
        ("site_web", CampusField.WEBSITE),
        ("objet", CampusField.PURPOSE),
    ):
        if row[column]:
            _state(writer, campus, field, str(row[column]), bare)


def _place(writer: Writer, row: Row, campus: Campus) -> None:
    origin = Origin(writer.names.sources(row["sources"]), row["constate_le"])
    for text in row["academies"] or ():
        place = writer.names.academie(text, region=campus.region)
        campuses.add_area(campus, kind=AreaKind.ACADEMIE, place=place, origin=origin)
    if row["siege"]:
        seat = writer.names.commune(row["siege"], column="siege")
        if seat.departement.region_id != campus.region_id:
            raise CellRefusal("siege", f"« {seat} » n’est pas dans la région {campus.region.name}.")
        campuses.add_area(campus, kind=AreaKind.SEAT, place=seat, origin=origin)
    for text in row["lieux"] or ():
        campuses.add_area(campus, kind=AreaKind.PLACE, place=writer.names.commune(text, column="lieux"), origin=origin)
    for text in row["territoire"] or ():
        campuses.add_area(campus, kind=AreaKind.TERRITORY, place=writer.names.departement(text), origin=origin)


def _state(writer: Writer, campus: Campus, field: CampusField, value: str, origin: Origin) -> CampusFact | None:
    """State a fact, unless a keeper has withdrawn that very statement; then None."""
    cleaned = campus_rules.clean_fact(field, value)
    if (campus.pk, field.value, cleaned) in writer.withdrawn:
        return None
    return campuses.state_fact(campus, field=field, value=cleaned, origin=origin)


def _fact(writer: Writer, row: Row) -> CampusFact:
    try:
        fact = _state(writer, writer.campus_of(row), row["champ"], row["valeur"], writer.origin(row))
    except CellRefusal:
        raise
    except Refusal as refusal:
        raise CellRefusal("valeur", str(refusal)) from refusal
    if fact is None:
        raise Left(_WITHDRAWN)
    return fact


def _decision(writer: Writer, row: Row) -> LabelDecision:
    region = writer.names.region(row["region"])
    campus = writer.names.campus(row["campus"], region) if row["campus"] else None
    if campus is None and not row["nom_selon_la_source"]:
        raise CellRefusal("campus", "donnez le campus, ou dans « nom_selon_la_source » ce que la source en dit.")
    terms = _terms(row)
    told = _told_decisions(row, campus, region)
    # The register holds this very line, and a later one has corrected it or given it its campus.
    if told.filter(corrected_by__isnull=False, **terms.columns()).exists():
        raise Left(_CORRECTED)
    standing = told.standing().first()
    kept = standing.filiere if standing else None
    return record_decision(
        kind=row["evenement"],
        decided_on=row["date"],
        campus=campus,
        claimed_name=row["nom_selon_la_source"] or "",
        region=region,
        # Silent on the filière, the row leaves the one that the register has.
        filiere=writer.names.filiere(row["filiere"]) if row["filiere"] else kept,
        terms=terms,
        origin=writer.origin(row),
        same_event_as=_same_event(row, campus),
    )


def _told_decisions(row: Row, campus: Campus | None, region: Region) -> LabelDecisionQuerySet:
    """What the register holds, or held, of the decision that a row tells."""
    return LabelDecision.objects.filter(
        campus=campus,
        claimed_name="" if campus else row["nom_selon_la_source"],
        region=region,
        kind=row["evenement"],
        decided_on=row["date"],
    )


def _terms(row: Row) -> Terms:
    return Terms(
        category=row["categorie"] or "",
        duration_years=row["duree_ans"],
        act=row["acte"] or "",
        nor=row["nor"] or "",
        signed_on=row["signature"],
        published_on=row["publication"],
        notified_on=row["notification"],
        starts_on=row["debut"],
        ends_on=row["fin"],
        date_nature=row["nature_date"] or DateNature.EVENT,
        verification=row["verification"] or Verification.READ,
    )


def _same_event(row: Row, campus: Campus | None) -> LabelDecision | None:
    other_date = row["meme_evenement_que"]
    if other_date is None:
        return None
    if campus is None:
        raise CellRefusal("meme_evenement_que", "seule une décision dont le campus est nommé peut en dater une autre.")
    found = campus.decisions.standing().filter(kind=row["evenement"], decided_on=other_date).first()
    if found is None:
        kind = row["evenement"].label.lower()
        raise CellRefusal("meme_evenement_que", f"ce campus n’a pas de décision « {kind} » du {other_date}.")
    if found.same_event_as_id:
        raise CellRefusal("meme_evenement_que", "l’autre ligne renvoie déjà à une troisième : renvoyez à celle-là.")
    return found


def _member(writer: Writer, row: Row) -> Partnership:
    campus = writer.campus_of(row)
    organisation = _organisation(writer, row)
    role = row["role"] or PartnerRole.ASSOCIATED
    if row["jusqua"] is None:
        ended = campus.partnerships.filter(organisation=organisation, role=role).exclude(ends_on=None)
        if any(row["depuis"] is None or row["depuis"].first <= each.ends_on.last for each in ended):
            raise Left("rôle terminé depuis au registre, laissé")
    return campuses.add_partner(
        campus,
        organisation,
        role=role,
        family=row["famille"],
        starts_on=row["depuis"],
        ends_on=row["jusqua"],
        origin=writer.origin(row),
    )


def _organisation(writer: Writer, row: Row) -> Organisation:
    commune = writer.names.commune(row["commune"]) if row["commune"] else None
    uai, siret = row["uai"] or "", row["siret"] or ""
    if commune and not (uai or siret):
        known = Organisation.objects.real().known_as(name=row["organisation"]).first()
        if known and known.commune_id and known.commune_id != commune.pk:
            raise CellRefusal("organisation", f"une organisation de ce nom est à {known.commune} : donnez l’UAI.")
    return register_organisation(
        name=row["organisation"], kind=row["nature"] or Kind.OTHER, uai=uai, siret=siret, commune=commune
    )


def _link(writer: Writer, row: Row) -> CampusLink:
    one, other = writer.campus_of(row), writer.campus_of(row, "autre_campus", "autre_region")
    standing = one.links_from.filter(to_campus=other).first()
    if standing is not None and standing.kind != row["lien"]:
        raise CellRefusal("lien", f"ces deux campus sont déjà reliés au registre : « {standing.get_kind_display()} ».")
    return campuses.link_campuses(one, other, kind=row["lien"], origin=writer.origin(row))


def _count(writer: Writer, row: Row) -> Any:
    region = writer.names.region(row["region"]) if row["region"] else None
    return campuses.count_filiere(
        writer.names.filiere(row["filiere"]),
        region=region,
        number=row["nombre"],
        campus=writer.names.campus(row["campus"], region) if row["campus"] else None,
        origin=writer.origin(row),
    )


_HANDLERS: dict[str, Callable[[Writer, Row], Model]] = {
    "campus": _campus,
    "decisions": _decision,
    "membres": _member,
    "faits": _fact,
    "liens": _link,
    "constats": _count,
}
