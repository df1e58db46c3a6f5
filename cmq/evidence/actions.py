"""What happens to evidence: indicators shipped, values stated, corrected and shared, reports written and published."""

import datetime as dt
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core import uploads
from cmq.core.amounts import number as written
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.models import Source
from cmq.core.text import one_line
from cmq.evidence import report, rules
from cmq.evidence.models import AnnualReport, Indicator, IndicatorValue, ValueShare
from cmq.evidence.secrecy import HIDDEN

SHIPPED = Path(__file__).resolve().parent / "data" / "indicators.toml"
STALE = "Une autre personne a modifié cette page entre-temps : rechargez-la, rien n’a été enregistré."


@dataclass(frozen=True)
class Statement:
    """What a campus says of an indicator, and how it shows it. `number` is None when it does not know, and says why."""

    number: Decimal | None
    note: str = ""
    proof_url: str = ""
    proof_name: str = ""
    proof: "File[bytes] | None" = None
    proof_size: int = 0


@action
def load_indicators() -> int:
    """Enter the shipped indicators, and bring those that are there to what is shipped; how many changed."""
    changed = 0
    for position, shipped in enumerate(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["indicator"], 1):
        title, url = shipped.pop("source_title", ""), shipped.pop("source_url", "")
        source = Source.objects.get_or_create(title=title, url=url)[0] if title else None
        fields: dict[str, Any] = {"maximum": None, **shipped, "source": source, "position": position}
        known = Indicator.objects.filter(code=fields["code"]).first()
        if known and all(getattr(known, name) == value for name, value in fields.items()):
            continue
        indicator, _ = Indicator.objects.update_or_create(code=fields["code"], defaults=fields)
        record(indicator, "evidence.load_indicator", f"Indicateur défini : {indicator}.")
        changed += 1
    return changed


@action
def state_value(
    campus: Campus,
    indicator: Indicator,
    *,
    year: int,
    said: Statement,
    shared_with: Iterable[Campus] = (),
    by: User | None,
    at: dt.datetime | None = None,
) -> IndicatorValue:
    """Say what an indicator was in a year; `shared_with` makes it a joint value that the others have to confirm.

    Raises `NotAllowed`, and `Refusal` when the campus has said it already: then it is corrected.
    """
    require_right(by is None or rules.can_edit(by, campus))
    at, others = at or timezone.now(), list(shared_with)
    rules.check_year(year, on=timezone.localdate(at))
    # The campus is the lock: of two people who say a value at once, the second sees the first.
    Campus.objects.select_for_update(of=("self",)).get(pk=campus.pk)
    same = IndicatorValue.objects.current().filter(campus=campus, indicator=indicator, year=year, is_joint=bool(others))
    require(not same.exists(), f"« {indicator} » est déjà donné pour {year} : corrigez la valeur.")
    value = IndicatorValue(
        campus=campus, indicator=indicator, year=year, is_joint=bool(others), stated_at=at, stated_by=by
    )
    _say(value, said)
    for other in others:
        _share(value, other)
    shown = f"{_told(value)} {indicator.unit}" if value.number is not None else "inconnu"
    record(value, "evidence.state_value", f"{campus} – {indicator}, {year} : {shown}.")
    return value


@action
def correct_value(
    value: IndicatorValue,
    *,
    said: Statement,
    reason: str,
    by: User,
    at: dt.datetime | None = None,
) -> IndicatorValue:
    """Put another value in the place of one that was wrong; the former one stays in the history, with why.

    A proof that is not given again is kept. The campuses that share the value have to confirm the new one.
    Raises `NotAllowed`, and `Refusal` when somebody corrected it in the meantime.
    """
    former = _locked(value, by=by)
    reason = one_line(reason)
    require(reason, "Dites pourquoi la valeur est corrigée.")
    require(len(reason) <= 300, "Le motif dépasse 300 signes.")
    at = at or timezone.now()
    former.ended_at = at
    former.save(update_fields=["ended_at"])
    new = IndicatorValue(
        campus=former.campus,
        indicator=former.indicator,
        year=former.year,
        is_joint=former.is_joint,
        stated_at=at,
        stated_by=by,
        replaces=former,
        reason=reason,
        proof=former.proof.name,
        proof_name=former.proof_name,
        proof_size=former.proof_size,
    )
    _say(new, said)
    ValueShare.objects.bulk_create(ValueShare(value=new, campus=share.campus) for share in former.shares.all())
    summary = f"{new.campus} – {new.indicator}, {new.year} : {_told(former)} → {_told(new)} ({reason})."
    diff = {"number": [HIDDEN if each.is_hidden else _plain(each.number) for each in (former, new)]}
    record(new, "evidence.correct_value", summary, diff=diff)
    return new


@action
def withdraw_value(value: IndicatorValue, *, by: User, at: dt.datetime | None = None) -> None:
    """Take a value back: the indicator is unknown again for that year. Raises `NotAllowed`, `Refusal`."""
    value = _locked(value, by=by)
    value.ended_at = at or timezone.now()
    value.save(update_fields=["ended_at"])
    record(value, "evidence.withdraw_value", f"{value.campus} – {value.indicator}, {value.year} : valeur retirée.")


@action
def confirm_share(share: ValueShare, *, by: User | None, at: dt.datetime | None = None) -> None:
    """The other campus confirms that a joint value is also its own. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, share.campus))
    rows = ValueShare.objects.select_for_update(of=("self",)).select_related(
        "value__indicator", "value__campus", "campus"
    )
    share = rows.get(pk=share.pk)
    require(share.value.ended_at is None, "Cette valeur a été corrigée entre-temps : rechargez la page.")
    require(share.confirmed_at is None, "Cette valeur est déjà confirmée.")
    share.confirmed_at, share.confirmed_by = at or timezone.now(), by
    share.save(update_fields=["confirmed_at", "confirmed_by"])
    record(share.value, "evidence.confirm_share", f"{share.value} : confirmé par {share.campus}.")


@action
def end_share(share: ValueShare, *, by: User) -> None:
    """Either campus says that a joint value is not that of the other one. Raises `NotAllowed`."""
    value, campus = share.value, share.campus
    require_right(rules.can_edit(by, campus) or rules.can_edit(by, value.campus))
    share.delete()
    record(value, "evidence.end_share", f"{value} : n’est plus partagé avec {campus}.")


@action
def write_report(
    campus: Campus, *, year: int, introduction: str, conclusion: str, version: int, by: User | None, on: dt.date
) -> AnnualReport:
    """Write what the director adds to the report of a year; the first time opens it.

    `version` is the one that the person saw, 0 for a report that did not exist. Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.can_edit(by, campus))
    rules.check_year(year, on=on)
    introduction, conclusion = introduction.strip(), conclusion.strip()
    for text, what in ((introduction, "L’introduction"), (conclusion, "La conclusion")):
        require(len(text) <= 5000, f"{what} dépasse 5 000 signes.")
    Campus.objects.select_for_update(of=("self",)).get(pk=campus.pk)
    found = AnnualReport.objects.filter(campus=campus, year=year).first()
    written_report = found or AnnualReport(campus=campus, year=year, version=0)
    require(not written_report.is_published, "Ce rapport est publié : reprenez-le d’abord.")
    require(version == written_report.version, STALE)
    written_report.introduction, written_report.conclusion = introduction, conclusion
    written_report.version += 1
    written_report.save()
    record(written_report, "evidence.write_report", f"{written_report} : brouillon écrit.", is_private=True)
    return written_report


@action
def publish_report(annual: AnnualReport, *, version: int, by: User, at: dt.datetime | None = None) -> AnnualReport:
    """Freeze the report as it stands and show it to everyone. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_publish(by, annual.campus), "Le directeur du campus publie son rapport.")
    annual = _locked_report(annual)
    require(not annual.is_published, "Ce rapport est déjà publié.")
    require(version == annual.version, STALE)
    require(annual.introduction, "Écrivez l’introduction avant de publier.")
    at = at or timezone.now()
    said = report.snapshot(annual, on=timezone.localdate(at))
    report.keep_pictures(said, folder=f"rapports/{annual.year}")
    annual.snapshot = said
    annual.published_at, annual.published_by = at, by
    annual.version += 1
    annual.save()
    record(annual, "evidence.publish_report", f"{annual} : publié.")
    return annual


@action
def reopen_report(annual: AnnualReport, *, reason: str, by: User) -> AnnualReport:
    """Take a published report back to a draft, saying why; the history keeps both. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_publish(by, annual.campus), "Le directeur du campus reprend son rapport.")
    annual, reason = _locked_report(annual), one_line(reason)
    require(annual.is_published, "Ce rapport n’est pas publié.")
    require(reason, "Dites pourquoi le rapport est repris.")
    for picture in report.pictures(annual.snapshot):
        transaction.on_commit(partial(default_storage.delete, picture["file"]))
    annual.snapshot = annual.published_at = annual.published_by = None
    annual.version += 1
    annual.save()
    record(annual, "evidence.reopen_report", f"{annual} : repris pour correction ({reason}).")
    return annual


def _locked(value: IndicatorValue, *, by: User) -> IndicatorValue:
    require_right(rules.can_edit(by, value.campus))
    rows = IndicatorValue.objects.select_for_update(of=("self",)).select_related("campus", "indicator")
    value = rows.get(pk=value.pk)
    require(value.ended_at is None, "Cette valeur a été corrigée ou retirée entre-temps : rechargez la page.")
    return value


def _locked_report(annual: AnnualReport) -> AnnualReport:
    rows = AnnualReport.objects.select_for_update(of=("self",)).select_related("campus__region", "campus__filiere")
    return rows.get(pk=annual.pk)


def _say(value: IndicatorValue, said: Statement) -> None:
    rules.check_number(value.indicator, said.number)
    note = one_line(said.note)
    require(len(note) <= 500, "La précision dépasse 500 signes.")
    require(said.number is not None or note, "Donnez la valeur ; si elle est inconnue, dites pourquoi en précision.")
    url = said.proof_url.strip()
    require(not url or urlsplit(url).scheme in ("http", "https"), "L’adresse de la preuve commence par https://.")
    require(len(url) <= 600, "L’adresse de la preuve dépasse 600 signes.")
    value.number, value.note, value.proof_url = said.number, note, url
    if said.proof:
        upload = uploads.checked(said.proof_name, said.proof, size=said.proof_size)
        value.proof_name, value.proof_size = upload.name, upload.size
        value.proof.save(upload.stored_name, said.proof, save=False)
    value.save()


def _share(value: IndicatorValue, campus: Campus) -> None:
    require(campus.pk != value.campus_id, "Une valeur commune se partage avec un autre campus.")
    require(campus.is_demo == value.campus.is_demo, "Ce campus n’est pas au registre.")
    ValueShare.objects.create(value=value, campus=campus)


def _told(value: IndicatorValue) -> str:
    """As the journal says it, which is handed out whole."""
    return HIDDEN if value.is_hidden else written(value.number)


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
