"""What happens to the funding of a campus: agreements entered, counted by year, shared, taken back; budgets kept."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import partial

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core import uploads
from cmq.core.amounts import euros
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.funding import rules
from cmq.funding.models import (
    AgreementShare,
    FunderKind,
    FundingAgreement,
    FundingLine,
    SpendingLine,
    SpendingYear,
)
from cmq.funding.rules import HeadingAmounts, YearAmounts
from cmq.organisations.models import Organisation

STALE = "Une autre personne a modifié cette page entre-temps : rechargez-la, rien n’a été enregistré."


@dataclass(frozen=True)
class AgreementTerms:
    """What an agreement says, but for its amounts."""

    kind: FunderKind
    purpose: str
    funder_name: str = ""
    funder: Organisation | None = None
    scheme: str = ""
    reference: str = ""
    signed_on: dt.date | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    is_public: bool = False


@dataclass(frozen=True)
class Sent:
    """A file that somebody sends."""

    name: str
    content: "File[bytes]"
    size: int


@action
def enter_agreement(
    campus: Campus, *, terms: AgreementTerms, document: Sent | None = None, by: User | None
) -> FundingAgreement:
    """Enter an agreement, internal unless its terms say otherwise. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, campus))
    agreement = FundingAgreement(campus=campus)
    _write(agreement, terms, document)
    _record(agreement, "funding.enter_agreement", f"Convention de financement inscrite : {agreement}.")
    return agreement


@action
def change_agreement(
    agreement: FundingAgreement,
    *,
    terms: AgreementTerms,
    version: int,
    document: Sent | None = None,
    by: User,
) -> FundingAgreement:
    """Change what an agreement says, or whether it is shown; a new document takes the place of the former one.

    `version` is the one that the person saw. Raises `NotAllowed`, `Refusal`.
    """
    agreement = _locked(agreement, by=by)
    require(version == agreement.version, STALE)
    was_public = agreement.is_public
    agreement.version += 1
    _write(agreement, terms, document)
    said = f"Convention de financement modifiée : {agreement}."
    if was_public != agreement.is_public:
        said += " Elle est maintenant montrée à tous." if agreement.is_public else " Elle redevient interne."
    _record(agreement, "funding.change_agreement", said, was_public=was_public)
    return agreement


@action
def set_years(
    agreement: FundingAgreement,
    *,
    lines: Sequence[YearAmounts],
    granted_total: Decimal | None,
    version: int,
    by: User | None,
) -> FundingAgreement:
    """Give the amounts of an agreement, all its years at once: they must make the declared total.

    `version` is the one that the person saw. Raises `NotAllowed`, `Refusal`.
    """
    agreement = _locked(agreement, by=by)
    require(version == agreement.version, STALE)
    lines = [YearAmounts(**{**asdict(line), "reason": one_line(line.reason)[:300]}) for line in lines]
    rules.check_lines(lines, granted_total=granted_total)
    before = [str(agreement.granted_total), *map(str, agreement.lines.values_list("year", "granted", "paid"))]
    agreement.lines.all().delete()
    FundingLine.objects.bulk_create(FundingLine(agreement=agreement, **asdict(line)) for line in lines)
    agreement.granted_total = granted_total
    agreement.version += 1
    agreement.save(update_fields=["granted_total", "version"])
    after = [str(granted_total), *map(str, agreement.lines.values_list("year", "granted", "paid"))]
    said = f"Montants de la convention {agreement} : {euros(rules.granted_of(agreement))} accordés."
    _record(agreement, "funding.set_years", said, diff={"amounts": [before, after]})
    return agreement


@action
def share_agreement(agreement: FundingAgreement, *, campus: Campus, by: User | None) -> AgreementShare:
    """Say that an agreement also pays for another campus, which has to confirm it. Raises `NotAllowed`, `Refusal`."""
    agreement = _locked(agreement, by=by)
    require(campus.pk != agreement.campus_id, "Cette convention est déjà celle de votre campus.")
    require(campus.is_demo == agreement.campus.is_demo, "Ce campus n’est pas au registre.")
    share, is_new = AgreementShare.objects.get_or_create(agreement=agreement, campus=campus)
    require(is_new, f"La convention est déjà partagée avec {campus}.")
    record(agreement, "funding.share", f"Convention {agreement} : proposée aussi à {campus}.", is_private=True)
    return share


@action
def confirm_share(share: AgreementShare, *, by: User | None, at: dt.datetime | None = None) -> None:
    """The other campus confirms that an agreement also pays for it. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, share.campus))
    rows = AgreementShare.objects.select_for_update(of=("self",)).select_related("agreement__campus", "campus")
    share = rows.get(pk=share.pk)
    require(share.agreement.withdrawn_at is None, "Cette convention est retirée.")
    require(share.confirmed_at is None, "Cette convention est déjà confirmée.")
    share.confirmed_at, share.confirmed_by = at or timezone.now(), by
    share.save(update_fields=["confirmed_at", "confirmed_by"])
    _record(share.agreement, "funding.confirm_share", f"Convention {share.agreement} : confirmée par {share.campus}.")


@action
def end_share(share: AgreementShare, *, by: User) -> None:
    """Either campus says that an agreement does not pay for the other one. Raises `NotAllowed`."""
    agreement = share.agreement
    require_right(rules.can_edit(by, share.campus) or rules.can_edit(by, agreement.campus))
    campus = share.campus
    share.delete()
    _record(agreement, "funding.end_share", f"Convention {agreement} : n’est plus partagée avec {campus}.")


@action
def withdraw_agreement(agreement: FundingAgreement, *, by: User, at: dt.datetime | None = None) -> None:
    """Take an agreement back: it counts and shows nowhere; the history keeps it. Raises `NotAllowed`, `Refusal`."""
    agreement = _locked(agreement, by=by)
    agreement.withdrawn_at = at or timezone.now()
    agreement.save(update_fields=["withdrawn_at"])
    _record(agreement, "funding.withdraw", f"Convention de financement retirée : {agreement}.")


@action
def set_spending(
    campus: Campus,
    *,
    year: int,
    lines: Iterable[HeadingAmounts],
    planned_total: Decimal | None = None,
    actual_total: Decimal | None = None,
    note: str = "",
    version: int = 0,
    by: User | None,
) -> SpendingYear:
    """Give the plan and the spending of a year, all its headings at once: they must make the declared totals.

    `version` is the one that the person saw; 0 for a year that was not entered yet. Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.can_edit(by, campus))
    rules.check_year(year)
    given = [line for line in lines if line.planned is not None or line.actual is not None]
    rules.check_headings(given, planned_total=planned_total, actual_total=actual_total)
    require(given or planned_total is not None or actual_total is not None, "Donnez au moins un montant.")
    note = note.strip()
    require(len(note) <= 1000, "La remarque dépasse 1 000 signes.")
    # The campus is the lock: of two people who open a year at once, the second sees the first.
    Campus.objects.select_for_update(of=("self",)).get(pk=campus.pk)
    budget = SpendingYear.objects.filter(campus=campus, year=year).first() or SpendingYear(
        campus=campus, year=year, version=0
    )
    require(version == budget.version, STALE)
    budget.planned_total, budget.actual_total, budget.note = planned_total, actual_total, note
    budget.version += 1
    budget.save()
    budget.lines.all().delete()
    SpendingLine.objects.bulk_create(
        SpendingLine(budget=budget, heading=line.heading, planned=line.planned, actual=line.actual) for line in given
    )
    record(budget, "funding.set_spending", f"{campus} – budget {year} tenu à jour.", is_private=True)
    return budget


def _locked(agreement: FundingAgreement, *, by: User | None) -> FundingAgreement:
    require_right(by is None or rules.can_edit(by, agreement.campus))
    rows = FundingAgreement.objects.select_for_update(of=("self",)).select_related("campus")
    agreement = rows.get(pk=agreement.pk)
    require(agreement.withdrawn_at is None, "Cette convention est retirée.")
    return agreement


def _write(agreement: FundingAgreement, terms: AgreementTerms, document: Sent | None) -> None:
    _check_terms(agreement.campus, terms)
    for name in ("kind", "funder", "signed_on", "starts_on", "ends_on", "is_public"):
        setattr(agreement, name, getattr(terms, name))
    for name in ("funder_name", "scheme", "reference"):
        setattr(agreement, name, one_line(getattr(terms, name)))
    if terms.funder and not agreement.funder_name:
        agreement.funder_name = terms.funder.name[:200]
    agreement.purpose = terms.purpose.strip()
    if document:
        upload = uploads.checked(document.name, document.content, size=document.size)
        if agreement.document:
            # The new one takes its place; what is not committed keeps the former one.
            transaction.on_commit(partial(agreement.document.storage.delete, str(agreement.document.name)))
        agreement.document_name, agreement.document_size = upload.name, upload.size
        agreement.document.save(upload.stored_name, document.content, save=False)
    agreement.save()


def _check_terms(campus: Campus, terms: AgreementTerms) -> None:
    require(terms.purpose.strip(), "Dites ce que cette convention paie.")
    for name, limit, what in (
        ("purpose", 2000, "Ce que cela paie"),
        ("funder_name", 200, "Le nom du financeur"),
        ("scheme", 200, "Le dispositif"),
        ("reference", 100, "La référence"),
    ):
        require(len(getattr(terms, name).strip()) <= limit, f"{what} : {limit} signes au plus.")
    is_named = one_line(terms.funder_name) or terms.funder or terms.kind != FunderKind.OTHER
    require(is_named, "Donnez le nom de cet autre financeur.")
    require(terms.funder is None or terms.funder.is_demo == campus.is_demo, "Cette organisation n’est pas au registre.")
    in_order = terms.starts_on is None or terms.ends_on is None or terms.starts_on <= terms.ends_on
    require(in_order, "La convention finit avant de commencer.")


def _record(
    agreement: FundingAgreement,
    act: str,
    summary: str,
    *,
    was_public: bool = False,
    diff: dict[str, object] | None = None,
) -> None:
    """Internal agreements change no public page."""
    hidden = not (agreement.is_public or was_public)
    record(agreement, act, f"{agreement.campus} – {summary}", diff=diff, is_private=hidden)
