"""Inserting into a file what is drawn from the life of its campus; the source stays linked."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions import writing
from cmq.applications.models import Section
from cmq.campaigns.models import Criterion
from cmq.campuses import rules as campuses
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.renewals import rules
from cmq.renewals.models import CriterionFact, FactKind, SectionSource
from cmq.renewals.prefill import folded_title, paragraphs


@action
def insert_paragraph(
    section: Section, *, key: str, version: int, by: User, at: dt.datetime | None = None
) -> SectionSource:
    """Add a proposed paragraph at the end of a section, to be edited, and keep where it came from.

    `version` is the one of the text that the person saw. Only those of the campus draw from its workspace, part of
    which is internal. Raises `NotAllowed`, `Refusal`, `writing.Overtaken`.
    """
    require_right(campuses.can_edit(by, section.application.campus))
    at = at or timezone.now()
    found = next((each for each in paragraphs(section, on=timezone.localdate(at)) if each.key == key), None)
    require(found, "Ce paragraphe n’est plus proposé : rechargez la page.")
    assert found is not None
    section.refresh_from_db()
    require(version == section.version, "Cette partie a changé entre-temps : relisez-la, rien n’a été inséré.")
    drawn = f"{found.text} {found.change}." if found.change else found.text
    text = f"{section.text}\n\n{drawn}".strip()
    writing.save_section(section, text=text, version=version, by=by, at=at)
    source, _ = SectionSource.objects.update_or_create(
        section=section,
        key=key,
        defaults={
            "label": found.source[:300],
            "address": found.address[:300],
            "inserted_at": at,
            "inserted_by": by,
        },
    )
    return source


@action
def set_facts(criterion: Criterion, *, kinds: Iterable[FactKind], by: User | None) -> None:
    """Say which facts feed a criterion, in every version of the specification that has its title.

    None at all gives back what the product carries. Raises `NotAllowed`.
    """
    require_right(by is None or rules.can_pair(by))
    title = folded_title(criterion)
    CriterionFact.objects.filter(folded_title=title).delete()
    rows = [CriterionFact(folded_title=title, kind=kind) for kind in dict.fromkeys(kinds)]
    CriterionFact.objects.bulk_create(rows)
    said = ", ".join(str(row.get_kind_display()).lower() for row in rows) or "ceux du logiciel"
    record(criterion, "renewals.set_facts", f"Faits du critère « {criterion.title} » : {said}.", is_private=True)
