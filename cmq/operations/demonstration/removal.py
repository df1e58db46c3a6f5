"""Taking the demonstration away, from what was decided last down to the people; the change feed keeps the memory."""

from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.fields.files import FieldFile

from cmq.accounts.models import User
from cmq.alerts.actions import stop as stop_alert
from cmq.alerts.actions import token_of
from cmq.alerts.models import SavedSearch
from cmq.applications.models import Attachment, LabelApplication
from cmq.awards.models import JointDecision, MinisterialOrder, RegisterEntry
from cmq.campaigns.models import Campaign, College, Specification
from cmq.campuses.models import Campus
from cmq.careers.models import OccupationNote
from cmq.core.feed import change_set, record
from cmq.core.models import Source
from cmq.deliberation.models import LabelMeasure, Meeting
from cmq.editorial.models import Article, Illustration, StandingPage, Tag, WatchedLink
from cmq.evidence import report
from cmq.evidence.models import AnnualReport, IndicatorValue
from cmq.expertise.models import Expert
from cmq.funding.models import FundingAgreement
from cmq.labels.models import LabelDecision
from cmq.network.actions import DEMO_AGREEMENT
from cmq.network.models import Convention
from cmq.offers.actions.letters import forget as forget_employer
from cmq.offers.models import Employer
from cmq.operations.demonstration.building import SOURCE_TITLE, is_present
from cmq.operations.demonstration.living import letter, searches, service, territory
from cmq.organisations.models import Organisation
from cmq.projects.models import ProjectPicture
from cmq.tours.actions.letters import forget
from cmq.tours.models import Registration


def remove() -> bool:
    """Take the whole demonstration away. False when there was none."""
    if not is_present():
        return False
    with change_set():
        for campus in Campus.objects.filter(is_demo=True):
            record(campus, "operations.remove_demo", f"Démonstration retirée : {campus}.")
        _remove_procedure()
        for registration in Registration.objects.filter(stop__tour__campus__is_demo=True):
            forget(registration)
        _forget_hiring()
        letter.remove()
        _forget_money()
        LabelDecision.objects.delete_demonstration()
        for picture in ProjectPicture.objects.filter(project__campus__is_demo=True):
            _forget_file(picture.file)
        _remove_articles()
        Campus.objects.filter(is_demo=True).delete()
        Organisation.objects.filter(is_demo=True).delete()
        OccupationNote.objects.filter(written_by__is_demo=True).delete()
        searches.remove()
        territory.remove()
        service.remove()
        User.objects.filter(is_demo=True).delete()
        Source.objects.filter(title__in=[SOURCE_TITLE, DEMO_AGREEMENT], url="").delete()
        Source.objects.filter(title__startswith="Décision conjointe n° DEMO-").delete()
    return True


def _remove_articles() -> None:
    """What the newsroom of the demonstration wrote and drew; rubrics stay, they are the site's own."""
    Article.objects.filter(is_demo=True).delete()
    StandingPage.objects.filter(saved_by__is_demo=True).delete()
    for picture in Illustration.objects.filter(added_by__is_demo=True).prefetch_related("renditions"):
        for file in (picture.file, *(each.file for each in picture.renditions.all())):
            _forget_file(file)
        picture.delete()
    Tag.objects.filter(articles=None).delete()
    WatchedLink.objects.filter(articles=None).delete()


def _remove_procedure() -> None:
    campaigns = Campaign.objects.filter(is_demo=True)
    colleges = list(campaigns.values_list("college", flat=True))
    specifications = list(campaigns.values_list("specification", flat=True))
    decisions = JointDecision.objects.filter(item__meeting__campaign__in=campaigns)
    MinisterialOrder.objects.filter(decisions__in=decisions).delete()
    RegisterEntry.objects.filter(decision__in=decisions).delete()
    decisions.delete()
    Meeting.objects.filter(campaign__in=campaigns).delete()
    LabelMeasure.objects.filter(campaign__in=campaigns).delete()
    files = LabelApplication.objects.filter(campaign__in=campaigns)
    for attachment in Attachment.objects.filter(application__in=files):
        _forget_file(attachment.file)
    files.update(previous=None)
    files.delete()
    Expert.objects.filter(person__is_demo=True).delete()
    campaigns.delete()
    College.objects.filter(pk__in=colleges).delete()
    Specification.objects.filter(pk__in=specifications).delete()


def _forget_hiring() -> None:
    """Offers go with their employers, letters with the addresses that they bear."""
    for employer in Employer.objects.filter(is_demo=True):
        forget_employer(employer)
        employer.delete()
    for saved in SavedSearch.objects.filter(is_demo=True):
        stop_alert(token_of(saved))


def _forget_money() -> None:
    """The documents of conventions and values, the pictures that reports keep; the rows go with their campuses."""
    for convention in Convention.objects.filter(partnership__campus__is_demo=True):
        _forget_file(convention.document)
    for agreement in FundingAgreement.objects.filter(campus__is_demo=True):
        _forget_file(agreement.document)
    for value in IndicatorValue.objects.filter(campus__is_demo=True):
        _forget_file(value.proof)
    for annual in AnnualReport.objects.filter(campus__is_demo=True).exclude(published_at=None):
        for picture in report.pictures(annual.snapshot):
            transaction.on_commit(partial(default_storage.delete, picture["file"]))


def _forget_file(file: FieldFile) -> None:
    storage, name = file.storage, file.name
    transaction.on_commit(lambda: storage.delete(name) if name else None)
