"""What each source says of trainings at places, read from its tables."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from cmq.catalogue.merging import ADDRESSES, CAMPUS, INSERJEUNES, ONISEP, PARCOURSUP, SCHOOLS, Statement
from cmq.catalogue.models import Establishment, GeocodedAddress, InsertionRate, ParcoursupProgramme
from cmq.catalogue.naming import short_form
from cmq.certifications.models import CertificationOccupation, Diploma
from cmq.core.text import fold
from cmq.onisep.models import OnisepCourse, OnisepStructure, OnisepTraining
from cmq.trainings.models import Training, Way

# Fewer than what a database takes in one question.
_SOME = 5000
Placed = tuple[str, str, Statement]  # where, what, and what is said of it


@dataclass
class Codes:
    """The bridge between the names and the codes of a training."""

    by_cfd: dict[str, str]
    by_form: dict[str, str]
    jobs: dict[str, list[str]]

    def what(self, *, rncp: str = "", cfd: str = "", title: str) -> str:
        """What tells the training from the others of its place: its RNCP sheet where it can be known, else its form."""
        return rncp or self.by_cfd.get(cfd, "") or self.by_form.get(short_form(title), "") or short_form(title)


def load_codes() -> Codes:
    """The codes of Certif-Info and the RNCP; a name that two sheets bear leads to none. Two queries."""
    by_cfd, forms = {}, defaultdict(set)
    jobs: dict[str, list[str]] = defaultdict(list)
    diplomas = Diploma.objects.exclude(rncp_code="").values_list("title", "rncp_code", "cfd_code", "rome_codes")
    for title, rncp, cfd, romes in diplomas:
        forms[short_form(title)].add(rncp)
        if cfd:
            by_cfd[cfd] = rncp
        jobs[rncp] = sorted({*jobs[rncp], *romes})
    links = CertificationOccupation.objects.values_list("certification", "occupation").order_by("pk")
    for rncp, rome in links:
        jobs[rncp] = sorted({*jobs[rncp], rome})
    return Codes(by_cfd, {form: codes.pop() for form, codes in forms.items() if len(codes) == 1}, dict(jobs))


def of_places(wheres: Sequence[str]) -> dict[str, Statement]:
    """What the annuaire says of some places, by UAI."""
    schools = Establishment.objects.filter(is_open=True).select_related("source")
    found = {}
    for row in (row for some in range(0, len(wheres), _SOME) for row in _at(schools, wheres[some : some + _SOME])):
        fields = {
            "place_name": row.name,
            "commune_id": row.commune_id,
            "latitude": row.latitude,
            "longitude": row.longitude,
            "siret": row.siret,
        }
        found[row.uai] = Statement(SCHOOLS, _title(row), _iso(row.modified_on), _known(fields))
    return found


def of_campuses(codes: Codes, wheres: Iterable[str] | None) -> Iterator[Placed]:
    """What campuses say of the trainings that they have on offer today."""
    rows = Training.objects.on_offer(timezone.localdate()).for_page().order_by("pk")
    spots = _spots()
    wanted = None if wheres is None else set(wheres)
    for row in rows:
        where = row.organisation.uai or f"o{row.organisation_id}"
        if wanted is not None and where not in wanted:
            continue
        ways = {each.way for each in row.ways.all()}
        fields = {
            "title": row.title,
            "diploma": row.diploma,
            "level": row.level,
            "rncp_code": row.rncp_code,
            "rome_codes": [each.code for each in row.romes.all()],
            "uai": row.organisation.uai,
            "siret": row.organisation.siret,
            "place_name": row.organisation.name,
            "commune_id": row.commune_id or row.organisation.commune_id,
            "by_school": Way.SCHOOL in ways,
            "by_apprenticeship": Way.APPRENTICESHIP in ways,
            "by_continuing": Way.CONTINUING in ways,
            "places": row.capacity,
            "next_start": row.next_start,
            "open_days": [{"day": day.day.isoformat(), "note": day.note} for day in row.open_days.all()],
            "apply_url": row.apply_url,
            "training_id": row.pk,
            "is_demo": row.campus.is_demo,
        }
        what = codes.what(rncp=row.rncp_code, title=f"{row.diploma} {row.title}")
        yield where, what, Statement(CAMPUS, row.campus.name, _iso(row.confirmed_on), _known(fields))
        if spot := spots.get((address_key(row.address), row.commune_id or "")):
            yield where, what, spot


def address_key(address: str) -> str:
    """An address in the form that `GeocodedAddress.text` has."""
    return fold(address)[:250]


def _spots() -> dict[tuple[str, str], Statement]:
    found = {}
    for row in GeocodedAddress.objects.exclude(latitude=None):
        fields = {"latitude": row.latitude, "longitude": row.longitude}
        found[row.text, row.commune_id] = Statement(ADDRESSES, "Base adresse nationale", _iso(row.asked_on), fields)
    return found


def of_onisep(codes: Codes, wheres: Iterable[str] | None) -> Iterator[Placed]:
    """What the Onisep says."""
    trainings = OnisepTraining.objects.in_bulk()
    structures = {row.uai: row for row in _at(OnisepStructure.objects.exclude(uai=""), wheres)}
    for row in _at(OnisepCourse.objects.exclude(uai="").select_related("source"), wheres).iterator(2000):
        training, structure = trainings.get(row.training_id), structures.get(row.uai)
        fields: dict[str, Any] = {"title": row.title, "uai": row.uai, "info_url": row.url}
        if training is not None:
            fields |= {"rncp_code": training.rncp_code, "cfd_code": training.cfd_code, "level": training.level}
            fields["info_url"] = row.url or training.url
        if structure is not None:
            fields |= {
                "place_name": structure.name,
                "commune_id": structure.commune_id,
                "latitude": structure.latitude,
                "longitude": structure.longitude,
                "siret": structure.siret,
                "open_days": structure.open_days,
            }
        rncp, cfd = (training.rncp_code, training.cfd_code) if training else ("", "")
        said = Statement(ONISEP, _title(row), _iso(row.modified_on), _known(fields))
        yield row.uai, codes.what(rncp=rncp, cfd=cfd, title=row.title), said


def of_parcoursup(codes: Codes, wheres: Iterable[str] | None) -> Iterator[Placed]:
    """What Parcoursup says of its last session."""
    rows = ParcoursupProgramme.objects.exclude(uai="").select_related("source")
    for row in _at(rows, wheres).iterator(2000):
        fields = {
            "title": row.title,
            "uai": row.uai,
            "place_name": row.establishment_name,
            "latitude": row.latitude,
            "longitude": row.longitude,
            "by_school": not row.is_apprenticeship,
            "by_apprenticeship": row.is_apprenticeship,
            "places": row.places,
            "access_rate": row.access_rate,
            "apply_url": row.url,
            "info_url": row.url,
        }
        said = Statement(PARCOURSUP, _title(row), str(row.session), _known(fields))
        yield row.uai, codes.what(title=row.title), said


def of_rates(codes: Codes, wheres: Iterable[str] | None) -> Iterator[Placed]:
    """What InserJeunes says of the last period that it counted, in each of its lists; no figure at all is a secret."""
    lists = InsertionRate.objects.order_by().values("code_kind", "way").annotate(last=Max("period"))
    last = reduce(or_, (Q(code_kind=e["code_kind"], way=e["way"], period=e["last"]) for e in lists), Q(pk=None))
    rows = InsertionRate.objects.filter(last).select_related("source").order_by("-way", "-code_kind", "uai", "code")
    counted: set[tuple[str, str]] = set()
    for row in _at(rows, wheres).iterator(2000):
        title = f"{row.diploma_kind} {row.title}".strip()
        cfd = row.code if row.code_kind == "CFD" else ""
        fields: dict[str, Any] = {
            "title": title,
            "diploma": row.diploma_kind,
            "uai": row.uai,
            "by_school": row.way == Way.SCHOOL or None,
            "by_apprenticeship": row.way == Way.APPRENTICESHIP or None,
        }
        what = codes.what(cfd=cfd, title=title)
        # Rates are of one way: where both lead to the same diploma, those of the way at school are shown.
        if (row.uai, what) not in counted:
            counted.add((row.uai, what))
            fields |= _rates(row)
        yield row.uai, what, Statement(INSERJEUNES, _title(row), row.period, _known(fields))


def _rates(row: InsertionRate) -> dict[str, Any]:
    return {
        "employed_6_months": row.employed_6_months,
        "further_study": row.further_study,
        "rates_period": row.period,
        "rates_are_secret": row.employed_6_months is None and row.further_study is None,
    }


def _at(rows: "QuerySet[Any]", wheres: Iterable[str] | None) -> "QuerySet[Any]":
    return rows if wheres is None else rows.filter(uai__in=list(wheres))


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _title(row: Any) -> str:
    return row.source.title if row.source else ""


def _iso(day: Any) -> str:
    return day.isoformat() if day else ""
