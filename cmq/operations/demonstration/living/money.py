"""The money and the evidence of the fictional campuses: agreements, budgets, indicators, annual reports."""

import datetime as dt
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.evidence import actions as evidence
from cmq.evidence.actions import Statement
from cmq.evidence.models import Indicator, IndicatorValue
from cmq.funding import actions as funding
from cmq.funding.actions import AgreementTerms, Sent
from cmq.funding.models import FunderKind, FundingAgreement, Heading
from cmq.funding.rules import HeadingAmounts, YearAmounts
from cmq.operations.demonstration.documents import a_document
from cmq.operations.demonstration.people import Cast

MAIN = "Campus fictif des Métiers du Bien-vieillir"
# Values of the main campus, the oldest year first; None is a year that it does not know.
FIGURES: dict[str, tuple[int | None, ...]] = {
    "eleves": (412, 436, 451),
    "etudiants": (180, 195, 188),
    "apprentis": (96, 118, 143),
    "salaries-formes": (60, 74, 121),
    "entreprises": (18, 22, 27),
    "personnes-touchees": (None, 640, 1310),
    "mobilites": (0, 6, 11),
    "places": (520, 540, 560),
    "insertion-6-mois": (71, 74, 76),
}
ELSEWHERE: dict[str, dict[str, int]] = {
    "Campus fictif du Bois et des Charpentes": {"eleves": 310, "apprentis": 204, "insertion-6-mois": 82},
    "Campus fictif des Tables de l’Ouest": {"eleves": 530, "apprentis": 318, "mobilites": 24},
    "Campus fictif de la Vigne et du Chai": {"etudiants": 140, "entreprises": 41},
}
INTRODUCTION = (
    "Cette année, le campus fictif a ouvert son module de domotique et doublé les personnes touchées par ses "
    "rencontres.\n\nTout ce que dit ce rapport est inventé : il montre ce que le site écrit de ce que le "
    "campus y tient."
)
CONCLUSION = "L’an prochain, le campus fictif veut faire connaître ses métiers dans les communes rurales."


def build(cast: Cast, *, on: dt.date) -> None:
    """The money, then the figures, around the day `on`."""
    campuses = {campus.name: campus for campus in Campus.objects.filter(is_demo=True)}
    main, director = campuses[MAIN], cast["directrice"]
    _agreements(main, campuses, on.year, director)
    _budgets(main, on.year, director)
    evidence.load_indicators()
    at = timezone.make_aware(dt.datetime.combine(on, dt.time(9)))
    _figures(main, campuses, at, director)


def reports(cast: Cast, *, on: dt.date) -> None:
    """A published report and a draft of the main campus; built last, for they gather all the rooms."""
    main, director = Campus.objects.get(name=MAIN, is_demo=True), cast["directrice"]
    at = timezone.make_aware(dt.datetime.combine(on, dt.time(10)))
    for year, conclusion in ((on.year - 1, CONCLUSION), (on.year, "")):
        annual = evidence.write_report(
            main, year=year, introduction=INTRODUCTION, conclusion=conclusion, version=0, by=director, on=on
        )
        if conclusion:
            evidence.publish_report(annual, version=annual.version, by=director, at=at)


def _agreements(main: Campus, campuses: dict[str, Campus], year: int, director: User) -> None:
    given = (
        (_region(year), _lines(year, (60000, 55000, 55000), (60000, 55000, 55000), (62000, 60000, 30000)), 170000),
        (_state(), _lines(year, (40000, 32500, 32500), (0, 0, 0), (18000, 12500, None)), 45000),
        (_cnsa(), _lines(year, (30000, 24000, 24000), (30000, 26000, 13000)), 50000),
        (_own(), _lines(year, (4200, 4200, 4200), (4800, 4800, 3650)), None),
    )
    made = []
    for terms, amounts, total in given:
        document = _document("Convention fictive") if total else None
        agreement = funding.enter_agreement(main, terms=terms, document=document, by=director)
        made.append(funding.set_years(agreement, lines=amounts, granted_total=_known(total), version=1, by=director))
    share = funding.share_agreement(made[2], campus=campuses["Campus fictif des Tables de l’Ouest"], by=director)
    funding.confirm_share(share, by=None)
    _joint_elsewhere(campuses["Campus fictif de la Vigne et du Chai"], main, year)


def _document(title: str) -> Sent:
    content = a_document(title)
    return Sent("document-fictif.pdf", ContentFile(content), len(content))


def _lines(last: int, *amounts: tuple[int, int, int | None]) -> list[YearAmounts]:
    """Asked, granted, paid: a year each, up to the last one."""
    first = last + 1 - len(amounts)
    return [
        YearAmounts(first + place, Decimal(asked), Decimal(granted), _known(paid))
        for place, (asked, granted, paid) in enumerate(amounts)
    ]


def _region(year: int) -> AgreementTerms:
    return AgreementTerms(
        FunderKind.REGION,
        "L’animation du réseau : un poste et demi, et les rencontres avec les lycées (fictif).",
        "Région fictive",
        scheme="Soutien fictif aux campus",
        reference="FICTIF-R-01",
        starts_on=dt.date(year - 2, 1, 1),
        ends_on=dt.date(year, 12, 31),
        is_public=True,
    )


def _state() -> AgreementTerms:
    return AgreementTerms(
        FunderKind.STATE,
        "L’équipement du plateau technique de domotique (fictif).",
        "Académie fictive",
        scheme="Appel à projets fictif",
        reference="FICTIF-E-07",
        is_public=True,
    )


def _cnsa() -> AgreementTerms:
    return AgreementTerms(
        FunderKind.CNSA,
        "La formation d’aides à domicile à la domotique (fictif).",
        scheme="Convention fictive de modernisation",
        is_public=True,
    )


def _own() -> AgreementTerms:
    return AgreementTerms(FunderKind.OWN, "Cotisations des membres (fictif).")


def _joint_elsewhere(holder: Campus, main: Campus, year: int) -> FundingAgreement:
    """An agreement of another campus that waits for the main one to confirm it."""
    terms = AgreementTerms(
        FunderKind.EUROPE, "Des échanges d’apprentis entre deux campus fictifs.", "Fonds européen fictif"
    )
    agreement = funding.enter_agreement(holder, terms=terms, by=None)
    lines = [YearAmounts(year, Decimal(20000), Decimal(16000))]
    funding.set_years(agreement, lines=lines, granted_total=Decimal(16000), version=1, by=None)
    funding.share_agreement(agreement, campus=main, by=None)
    return agreement


def _budgets(main: Campus, year: int, director: User) -> None:
    spent: tuple[tuple[int, int, int, int | None, int | None], ...] = (
        (year - 1, 78000, 30000, 76420, 33150),
        (year, 84000, 28000, 51200, None),
    )
    for each, staff, equipment, staff_spent, equipment_spent in spent:
        lines = [
            HeadingAmounts(Heading.STAFF, Decimal(staff), _known(staff_spent)),
            HeadingAmounts(Heading.EQUIPMENT, Decimal(equipment), _known(equipment_spent)),
            HeadingAmounts(Heading.TRAVEL, Decimal(4500), Decimal("4118.60")),
        ]
        total = Decimal(staff + equipment + 4500)
        funding.set_spending(main, year=each, lines=lines, planned_total=total, note="Montants fictifs.", by=director)


def _known(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


def _figures(main: Campus, campuses: dict[str, Campus], at: dt.datetime, director: User) -> None:
    indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
    this_year = timezone.localdate(at).year

    def say(campus: Campus, code: str, year: int, number: int | None, *shared: Campus) -> IndicatorValue:
        note = "Valeur fictive." if number is not None else "Aucun comptage fictif cette année-là."
        said = Statement(_known(number), note)
        by = director if campus == main else None
        return evidence.state_value(campus, indicators[code], year=year, said=said, shared_with=shared, by=by, at=at)

    for code, numbers in FIGURES.items():
        for back, number in enumerate(reversed(numbers), 1):
            say(main, code, this_year - back, number)
    for name, figures in ELSEWHERE.items():
        for code, number in figures.items():
            say(campuses[name], code, this_year - 1, number)
    joint = say(main, "demandeurs-emploi-formes", this_year - 1, 38, campuses["Campus fictif des Tables de l’Ouest"])
    evidence.confirm_share(joint.shares.get(), by=None, at=at)
    say(campuses["Campus fictif de la Vigne et du Chai"], "personnes-touchees", this_year - 1, 900, main)
    _correct(main, indicators, this_year, at, director)


def _correct(main: Campus, indicators: dict[str, Indicator], this_year: int, at: dt.datetime, director: User) -> None:
    """A value with a document for proof, and one that was wrong."""
    proof = _document("Releve fictif des effectifs")
    pupils = Statement(
        Decimal(448), "Valeur fictive.", proof=proof.content, proof_name=proof.name, proof_size=proof.size
    )
    value = IndicatorValue.objects.get(campus=main, indicator=indicators["eleves"], year=this_year - 1)
    reason = "Trois élèves fictifs avaient quitté leur formation."
    evidence.correct_value(value, said=pupils, reason=reason, by=director, at=at)
    wrong = IndicatorValue.objects.get(campus=main, indicator=indicators["entreprises"], year=this_year - 1)
    evidence.correct_value(
        wrong,
        said=Statement(Decimal(26), "Valeur fictive.", "https://campus.example.org/bilan-fictif"),
        reason="Une entreprise fictive était comptée deux fois.",
        by=director,
        at=at,
    )
