"""Agreements and budgets: what the actions refuse, what the database forbids, what amounts add up to."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core import feed
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change
from cmq.funding import actions, rules
from cmq.funding.actions import AgreementTerms, Sent
from cmq.funding.models import (
    AgreementShare,
    FunderKind,
    FundingAgreement,
    FundingLine,
    Heading,
    SpendingLine,
    SpendingYear,
)
from cmq.funding.rules import HeadingAmounts, YearAmounts
from tests.factories import a_campus, a_contributor, a_director, a_person, an_organisation

pytestmark = pytest.mark.django_db
D = Decimal
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def campus() -> Campus:
    return a_campus()


def terms(**fields: Any) -> AgreementTerms:
    return AgreementTerms(**{"kind": FunderKind.REGION, "purpose": "Un poste d’animation.", **fields})


def an_agreement(campus: Campus, *lines: YearAmounts, granted_total: str = "", **fields: Any) -> FundingAgreement:
    agreement = actions.enter_agreement(campus, terms=terms(**fields), by=None)
    if not lines:
        return agreement
    given = D(granted_total) if granted_total else None
    return actions.set_years(agreement, lines=lines, granted_total=given, version=1, by=None)


def test_an_agreement_is_internal_until_the_campus_shows_it(campus: Campus) -> None:
    director, before = a_director(campus), feed.public_position()
    agreement = actions.enter_agreement(campus, terms=terms(funder_name="  Conseil   régional "), by=director)
    assert agreement.payer == "Conseil régional" and not agreement.is_public
    assert feed.public_position() == before
    changed = actions.change_agreement(agreement, terms=terms(is_public=True), version=1, by=director)
    assert changed.version == 2 and changed.payer == "Région"
    assert feed.public_position() > before
    assert list(FundingAgreement.objects.public()) == [changed]
    actions.change_agreement(changed, terms=terms(), version=2, by=director)
    assert not Change.objects.about(agreement)[0].is_private
    assert "redevient interne" in Change.objects.about(agreement)[0].summary


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"purpose": "  "}, "Dites ce que cette convention paie"),
        ({"purpose": "x" * 2001}, "2000 signes au plus"),
        ({"scheme": "x" * 201}, "Le dispositif : 200 signes"),
        ({"kind": FunderKind.OTHER}, "Donnez le nom"),
        ({"starts_on": dt.date(2025, 2, 1), "ends_on": dt.date(2025, 1, 1)}, "finit avant de commencer"),
    ],
)
def test_what_an_agreement_cannot_say(campus: Campus, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        actions.enter_agreement(campus, terms=terms(**fields), by=None)
    assert not FundingAgreement.objects.exists()


def test_a_funder_of_the_demonstration_pays_no_real_campus(campus: Campus) -> None:
    with pytest.raises(Refusal, match="pas au registre"):
        actions.enter_agreement(campus, terms=terms(funder=an_organisation(is_demo=True)), by=None)
    funder = an_organisation("Région d’essai")
    assert actions.enter_agreement(campus, terms=terms(funder=funder), by=None).payer == "Région d’essai"


def test_strangers_change_nothing(campus: Campus) -> None:
    agreement = an_agreement(campus)
    share = actions.share_agreement(agreement, campus=a_campus(), by=None)
    for stranger in (a_person(), a_contributor(a_campus())):
        acts: list[Callable[[], object]] = [
            lambda by=stranger: actions.enter_agreement(campus, terms=terms(), by=by),
            lambda by=stranger: actions.change_agreement(agreement, terms=terms(), version=1, by=by),
            lambda by=stranger: actions.set_years(agreement, lines=[], granted_total=None, version=1, by=by),
            lambda by=stranger: actions.share_agreement(agreement, campus=a_campus(), by=by),
            lambda by=stranger: actions.confirm_share(share, by=by),
            lambda by=stranger: actions.end_share(share, by=by),
            lambda by=stranger: actions.withdraw_agreement(agreement, by=by),
            lambda by=stranger: actions.set_spending(campus, year=2025, lines=[], planned_total=D(1), by=by),
        ]
        for act in acts:
            with pytest.raises(NotAllowed):
                act()


@pytest.mark.parametrize(
    ("lines", "total", "sentence"),
    [
        ([YearAmounts(2025, granted=D(60)), YearAmounts(2026, granted=D(30))], "100", "il manque 10"),
        ([YearAmounts(2025, granted=D(60)), YearAmounts(2026, granted=D("40.01"))], "100", "0,01\u00a0€ de trop"),
        ([YearAmounts(2025, granted=D(110)), YearAmounts(2026, requested=D(40))], "100", "10\u00a0€ de trop"),
        ([YearAmounts(2025, granted=D(1)), YearAmounts(2025, granted=D(2))], "", "deux fois"),
        ([YearAmounts(2025)], "", "au moins un montant pour 2025"),
        ([YearAmounts(2025, granted=D(-1))], "", "jamais négatif"),
        ([YearAmounts(2025, granted=D("1.005"))], "", "deux chiffres"),
        ([YearAmounts(2025, granted=D("1e11"))], "", "trop grand"),
        ([YearAmounts(1999, granted=D(1))], "", "L’année va de"),
        ([YearAmounts(2025, D(10), D(12))], "", "l’accordé dépasse le demandé de 2"),
        ([YearAmounts(2025, D(10), D(8), D(9))], "", "le versé dépasse l’accordé de 1"),
    ],
)
def test_amounts_that_do_not_add_up_are_refused(
    campus: Campus, lines: list[YearAmounts], total: str, sentence: str
) -> None:
    agreement = an_agreement(campus, YearAmounts(2024, granted=D(5)))
    with pytest.raises(Refusal, match=sentence):
        actions.set_years(agreement, lines=lines, granted_total=D(total) if total else None, version=2, by=None)
    assert [line.year for line in agreement.lines.all()] == [2024]


def test_an_explained_excess_is_kept_and_an_unknown_year_may_leave_a_gap(campus: Campus) -> None:
    agreement = an_agreement(
        campus,
        YearAmounts(2025, D(10), D(12), D(13), reason=" Avenant  n° 2 "),
        YearAmounts(2026, requested=D(40)),
        granted_total="50",
    )
    assert agreement.lines.get(year=2025).reason == "Avenant n° 2"
    assert agreement.lines.get(year=2026).granted is None
    assert rules.granted_of(agreement) == 50


def test_two_contributors_do_not_write_over_each_other(campus: Campus) -> None:
    one, two = a_director(campus), a_contributor(campus)
    agreement = an_agreement(campus)
    actions.set_years(agreement, lines=[YearAmounts(2025, granted=D(5))], granted_total=None, version=1, by=one)
    with pytest.raises(Refusal, match="entre-temps"):
        actions.set_years(agreement, lines=[], granted_total=None, version=1, by=two)
    with pytest.raises(Refusal, match="entre-temps"):
        actions.change_agreement(agreement, terms=terms(), version=1, by=two)
    actions.set_spending(campus, year=2025, lines=[], planned_total=D(5), by=one)
    with pytest.raises(Refusal, match="entre-temps"):
        actions.set_spending(campus, year=2025, lines=[], planned_total=D(6), by=two)


def test_a_joint_agreement_shows_at_the_other_campus_once_confirmed_and_counts_once(campus: Campus) -> None:
    other = a_campus()
    agreement = an_agreement(campus, YearAmounts(2025, granted=D(100)), granted_total="100")
    share = actions.share_agreement(agreement, campus=other, by=a_director(campus))
    assert not FundingAgreement.objects.of(other).exists()
    with pytest.raises(NotAllowed):
        actions.confirm_share(share, by=a_director(campus))
    actions.confirm_share(share, by=a_director(other))
    assert list(FundingAgreement.objects.of(other)) == [agreement]
    assert [each.granted for each in (rules.overview(c.agreements.all(), []) for c in (campus, other))] == [100, None]
    with pytest.raises(Refusal, match="déjà confirmée"):
        actions.confirm_share(share, by=None)
    with pytest.raises(Refusal, match="déjà partagée"):
        actions.share_agreement(agreement, campus=other, by=None)
    with pytest.raises(Refusal, match="déjà celle"):
        actions.share_agreement(agreement, campus=campus, by=None)
    with pytest.raises(Refusal, match="pas au registre"):
        actions.share_agreement(agreement, campus=a_campus(is_demo=True), by=None)
    actions.end_share(share, by=a_director(other))
    assert not AgreementShare.objects.exists()


def test_a_withdrawn_agreement_counts_nowhere_and_changes_no_more(campus: Campus) -> None:
    agreement = an_agreement(campus)
    share = actions.share_agreement(agreement, campus=a_campus(), by=None)
    actions.withdraw_agreement(agreement, by=a_director(campus))
    assert not FundingAgreement.objects.standing().exists()
    with pytest.raises(Refusal, match="retirée"):
        actions.change_agreement(agreement, terms=terms(), version=1, by=a_director(campus))
    with pytest.raises(Refusal, match="retirée"):
        actions.confirm_share(share, by=None)


def test_a_new_document_takes_the_place_of_the_former_one(
    campus: Campus, django_capture_on_commit_callbacks: Any
) -> None:
    files = [ContentFile(PDF + bytes([number])) for number in (48, 49)]
    agreement = actions.enter_agreement(campus, terms=terms(), document=Sent("a.pdf", files[0], 16), by=None)
    former, document = agreement.document.name, Sent("b.pdf", files[1], 16)
    with django_capture_on_commit_callbacks(execute=True):
        actions.change_agreement(agreement, terms=terms(), version=1, document=document, by=a_director(campus))
    agreement.refresh_from_db()
    assert agreement.document_name == "b.pdf" and default_storage.exists(agreement.document.name)
    assert not default_storage.exists(former)


def test_the_document_is_what_its_name_says(campus: Campus) -> None:
    with pytest.raises(Refusal, match="n’est pas un PDF"):
        actions.enter_agreement(campus, terms=terms(), document=Sent("c.pdf", ContentFile(b"texte"), 5), by=None)
    good = ContentFile(b"%PDF-1.7\n%%EOF\n")
    agreement = actions.enter_agreement(campus, terms=terms(), document=Sent("c.pdf", good, good.size), by=None)
    assert agreement.document_name == "c.pdf" and agreement.document.name.startswith("financements/")
    kept = actions.change_agreement(agreement, terms=terms(), version=1, by=a_director(campus))
    assert kept.document_name == "c.pdf"


@pytest.mark.parametrize(
    ("lines", "planned", "sentence"),
    [
        ([], None, "au moins un montant"),
        ([HeadingAmounts(Heading.STAFF, D(60))], D(100), "prévus par poste font 60.*il manque 40"),
        ([HeadingAmounts(Heading.STAFF, D(160))], D(100), "60\u00a0€ de trop"),
        ([HeadingAmounts(Heading.STAFF, D(-1))], None, "jamais négatif"),
    ],
)
def test_a_budget_that_does_not_add_up(
    campus: Campus, lines: list[HeadingAmounts], planned: Decimal | None, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        actions.set_spending(campus, year=2025, lines=lines, planned_total=planned, by=None)


def test_the_overview_sets_plan_against_actual_and_funders_side_by_side(campus: Campus) -> None:
    an_agreement(campus, YearAmounts(2025, D(100), D(80), D(50)), YearAmounts(2026, D(100), D(20)), granted_total="100")
    an_agreement(campus, YearAmounts(2025, D(50), D(50)), kind=FunderKind.CNSA)
    an_agreement(campus, YearAmounts(2025, D(999)), kind=FunderKind.STATE)
    lines = [HeadingAmounts(Heading.STAFF, D(120), D(110)), HeadingAmounts(Heading.TRAVEL, D(30), D(45))]
    actions.set_spending(campus, year=2025, lines=lines, planned_total=D(150), by=None)
    seen = rules.overview(campus.agreements.standing(), campus.spending_years.all())
    first = seen.years[0]
    assert (first.requested, first.granted, first.paid) == (1149, 130, 50)
    assert (first.planned, first.actual, first.to_find, first.gap) == (150, 155, 20, 5)
    assert seen.years[1].planned is None and seen.years[1].to_find is None
    assert [(each.kind, each.share) for each in seen.funders] == [
        (FunderKind.REGION, D("66.7")),
        (FunderKind.CNSA, D("33.3")),
    ]
    assert (seen.granted, seen.paid) == (150, 50)
    assert [line.gap for line in SpendingLine.objects.order_by("pk")] == [-10, 15]


@pytest.mark.parametrize(
    "fields",
    [
        {"granted": D(-1)},
        {},
        {"requested": D(1), "granted": D(2)},
        {"granted": D(1), "paid": D(2)},
        {"granted": D(1), "year": 1999},
    ],
)
def test_the_database_forbids_the_same(campus: Campus, fields: dict[str, Any]) -> None:
    agreement = an_agreement(campus)
    with pytest.raises(IntegrityError), transaction.atomic():
        FundingLine.objects.create(**{"agreement": agreement, "year": 2025, **fields})


def test_the_database_forbids_doubles_and_mute_rows(campus: Campus) -> None:
    agreement = an_agreement(campus, YearAmounts(2025, granted=D(1)))
    budget = SpendingYear.objects.create(campus=campus, year=2025)
    share = AgreementShare.objects.create(agreement=agreement, campus=a_campus())
    attempts: list[Callable[[], object]] = [
        lambda: FundingLine.objects.create(agreement=agreement, year=2025, granted=D(2)),
        lambda: SpendingYear.objects.create(campus=campus, year=2025),
        lambda: SpendingYear.objects.create(campus=campus, year=2026, planned_total=D(-1)),
        lambda: SpendingLine.objects.create(budget=budget, heading=Heading.STAFF),
        lambda: SpendingLine.objects.create(budget=budget, heading=Heading.STAFF, planned=D(-1)),
        lambda: AgreementShare.objects.create(agreement=agreement, campus=share.campus),
        lambda: FundingAgreement.objects.create(campus=campus, kind="region", purpose=""),
        lambda: FundingAgreement.objects.create(
            campus=campus, kind="region", purpose="x", starts_on=timezone.localdate(), ends_on=dt.date(2000, 1, 1)
        ),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
