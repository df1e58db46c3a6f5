"""The doors of funding and evidence, and what stands on the stage behind them; read by `doors`."""

from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.rights import Role
from cmq.evidence.actions import load_indicators
from cmq.evidence.models import AnnualReport, Indicator, IndicatorValue, ValueShare
from cmq.funding.models import AgreementShare, FundingAgreement
from tests.cast import Stage

NOBODY: frozenset[Role] = frozenset()
ON_CAMPUS = frozenset({Role.CONTRIBUTOR, Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN})
DIRECTOR = frozenset({Role.DIRECTOR})

READ = ("espace_funding", "espace_funding_csv", "espace_agreement", "espace_agreement_document")
READ += ("espace_indicators", "espace_indicators_csv", "espace_indicator", "espace_value_proof")
READ += ("espace_reports", "espace_report_pdf", "espace_report_picture")
WRITE = ("espace_agreement_new", "espace_agreement_change", "espace_agreement_years", "espace_agreement_share")
WRITE += ("espace_spending", "espace_indicator_state", "espace_value_correct", "espace_report")
ASK = ("espace_agreement_withdraw", "espace_value_withdraw")
ONLY_POST = ("espace_funding_share_confirm", "espace_funding_share_end")
ONLY_POST += ("espace_value_share_confirm", "espace_value_share_end")
ACTS_ON_EMPTY_POST = (*ASK, *ONLY_POST)
# Who reads, who posts, how strangers are turned away, who is refused aloud.
DOORS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(READ, (ON_CAMPUS, NOBODY)),
    **dict.fromkeys((*WRITE, *ASK), (ON_CAMPUS, ON_CAMPUS)),
    **dict.fromkeys(ONLY_POST, (NOBODY, ON_CAMPUS)),
    **dict.fromkeys(("espace_report_publish", "espace_report_reopen"), (DIRECTOR, DIRECTOR, 404, ON_CAMPUS)),
}


def address(stage: Stage, name: str) -> str:
    """The address of a page, about an agreement, a value and a report of the stage's campus."""
    load_indicators()
    campus, year = stage.campus, timezone.localdate().year
    other = Campus.objects.exclude(pk=campus.pk).order_by("pk")[0]
    more: tuple[object, ...] = ()
    if name.startswith("espace_agreement") and name != "espace_agreement_new":
        more = (_agreement(campus).pk,)
    elif name.startswith("espace_funding_share"):
        more = (AgreementShare.objects.get_or_create(agreement=_agreement(other), campus=campus)[0].pk,)
    elif name.startswith("espace_value_share"):
        more = (ValueShare.objects.get_or_create(value=_value(other), campus=campus)[0].pk,)
    elif name.startswith("espace_value"):
        more = (_value(campus).pk,)
    elif name in ("espace_indicator", "espace_indicator_state"):
        more = ("eleves", year) if name == "espace_indicator_state" else ("eleves",)
    elif name == "espace_report_picture":
        more = (_pictured(campus, year - 1), 0)
    elif name == "espace_spending" or name.startswith("espace_report_") or name == "espace_report":
        AnnualReport.objects.get_or_create(campus=campus, year=year)
        more = (year,)
    return reverse(name, args=[campus.slug, *more])


def _agreement(campus: Campus) -> FundingAgreement:
    found = FundingAgreement.objects.filter(campus=campus).first()
    if found is None:
        found = FundingAgreement(campus=campus, kind="region", purpose="Un poste.", document_name="c.pdf")
        found.document.save("c.pdf", ContentFile(b"%PDF-1.7\n%%EOF\n"))
    return found


def _value(campus: Campus) -> IndicatorValue:
    found = IndicatorValue.objects.filter(campus=campus).first()
    if found is None:
        indicator, at = Indicator.objects.get(code="places"), timezone.now()
        said: dict[str, Any] = {"number": Decimal(1), "stated_at": at, "proof_name": "p.pdf"}
        found = IndicatorValue(campus=campus, indicator=indicator, year=2025, **said)
        found.proof.save("p.pdf", ContentFile(b"%PDF-1.7\n%%EOF\n"))
    return found


def _pictured(campus: Campus, year: int) -> int:
    """A published report with one picture; its year."""
    if not default_storage.exists("rapports/essai.png"):
        default_storage.save("rapports/essai.png", ContentFile(b"png"))
    picture = {"file": "rapports/essai.png", "alternative": "Un essai", "credit": ""}
    snapshot = {"sections": [{"pictures": [picture]}]}
    AnnualReport.objects.get_or_create(
        campus=campus, year=year, defaults={"snapshot": snapshot, "published_at": timezone.now()}
    )
    return year
