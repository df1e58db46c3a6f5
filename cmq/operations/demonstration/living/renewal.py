"""The renewal of the main fictional campus, begun with paragraphs drawn from its own life, their sources linked."""

import datetime as dt

from django.utils import timezone

from cmq.applications.actions import writing
from cmq.applications.models import ApplicationKind
from cmq.campaigns.models import Campaign
from cmq.campuses.models import Campus, Category
from cmq.operations.demonstration.living.upkeep import MAIN
from cmq.operations.demonstration.people import Cast
from cmq.renewals.drawing import insert_paragraph
from cmq.renewals.prefill import paragraphs

# Of each part, so many paragraphs: enough to be read, and the rest is left to propose.
INSERTED = 2
PARTS = 6


def build(cast: Cast, *, on: dt.date) -> None:
    """Open the draft, and insert what the campus’s rooms propose to the first parts."""
    director, main = cast["directrice"], Campus.objects.get(name=MAIN)
    at = timezone.make_aware(dt.datetime.combine(on, dt.time.min))
    campaign = Campaign.objects.get(is_demo=True, is_rolling=True)
    application = writing.open_application(main, campaign=campaign, kind=ApplicationKind.RENEWAL, by=director, at=at)
    writing.ask(
        application,
        version=application.version,
        category=Category.CMQ,
        filiere=main.filiere,
        territory="Le littoral fictif.",
        duration_years=5,
        absorbed=[],
        by=director,
    )
    parts = application.sections.select_related("criterion", "application__campus").order_by("position")
    for section in parts[:PARTS]:
        for paragraph in paragraphs(section, on=on)[:INSERTED]:
            section.refresh_from_db()
            insert_paragraph(section, key=paragraph.key, version=section.version, by=director, at=at)
