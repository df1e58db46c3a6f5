"""The secretariat's campaigns and their board: prepared, opened, moved, closed; read by columns, reminded, acted on."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.actions import prepare_campaign
from cmq.campaigns.models import Campaign, CampaignState, Side, Specification
from cmq.core.errors import Refusal
from cmq.core.models import OutgoingMail
from cmq.expertise.actions.experts import Profile, name_expert
from cmq.expertise.models import Assignment
from cmq.instruction.models import CorrectionRequest, OpinionRequest
from cmq.organisations.models import OrganisationRole
from cmq.web.espace.campaigns.board import PER_COLUMN
from tests.factories import a_campus, an_organisation
from tests.procedure.world import World, a_draft, a_world, in_body

pytestmark = pytest.mark.django_db
S = ApplicationState


@pytest.fixture
def world() -> World:
    return a_world(start=timezone.now() - dt.timedelta(days=1))


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def board_of(world: World, query: str = "") -> str:
    return reverse("campaign_board", args=[world.campaign.slug]) + query


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def a_file_in(world: World, state: ApplicationState, *, region: str = "32", number: int = 0) -> LabelApplication:
    """A file put in a state, past what leads there."""
    count = LabelApplication.objects.count() + number
    return LabelApplication.objects.create(
        reference=f"ESSAI-{count:05}",
        campaign=world.campaign,
        campus=a_campus(region=region),
        kind="premiere",
        state=state,
        created_at=world.at,
        submitted_at=world.at,
        digest="0" * 64,
    )


def calendar(start: dt.datetime) -> dict[str, str]:
    columns = ("opens_at", "submission_until", "admissibility_until", "opinions_until", "expertise_until")
    columns += ("deliberation_until", "signature_until", "publication_until")
    local = timezone.localtime(start)
    return {name: f"{local + dt.timedelta(days=30 * each):%Y-%m-%dT%H:%M}" for each, name in enumerate(columns)}


def test_a_campaign_is_prepared_opened_and_closed(world: World) -> None:
    client = as_(world.secretary)
    form = client.get(reverse("campaign_new")).context["form"]
    assert form["publication_until"].initial > form["opens_at"].initial
    sent = {
        "title": "Campagne d’automne",
        "specification": world.campaign.specification_id,
        "college": world.campaign.college_id,
        "publishes_together": "on",
        **calendar(timezone.now()),
    }
    backwards = {**sent, "expertise_until": sent["opens_at"]}
    refused = client.post(reverse("campaign_new"), backwards)
    assert refused.status_code == 422
    assert "doit finir après" in refused.content.decode()
    assert "Campagne d’automne" in refused.content.decode()
    answer = client.post(reverse("campaign_new"), sent)
    campaign = Campaign.objects.get(slug="campagne-d-automne")
    assert answer["Location"] == reverse("campaign", args=[campaign.slug])
    shown = text(client, answer["Location"])
    assert "En préparation" in shown and "<svg" in shown and "Phases" in shown
    assert client.post(reverse("campaign_open", args=[campaign.slug]), {"sure": "on"}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.OPEN
    assert client.post(reverse("campaign_open", args=[campaign.slug]), {"sure": "on"}).status_code == 422
    assert client.post(reverse("campaign_close", args=[campaign.slug]), {"sure": "on"}).status_code == 302
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.CLOSED


def test_a_rolling_campaign_has_an_opening_only(world: World) -> None:
    client = as_(world.secretary)
    sent = {
        "title": "Au fil de l’eau",
        "specification": world.campaign.specification_id,
        "college": world.campaign.college_id,
        "is_rolling": "on",
        **calendar(timezone.now()),
    }
    assert client.post(reverse("campaign_new"), sent).status_code == 302
    campaign = Campaign.objects.get(is_rolling=True)
    assert campaign.submission_until is None
    shown = text(client, reverse("campaign", args=[campaign.slug]))
    assert "sans fin" in shown and "Frise" not in shown
    assert "submission_until" not in text(client, reverse("campaign_move", args=[campaign.slug]))


def test_moving_the_calendar_first_shows_whom_it_touches_then_tells_them(world: World) -> None:
    a_draft(world)
    client, url = as_(world.secretary), reverse("campaign_move", args=[world.campaign.slug])
    before = world.campaign.expertise_until
    later = timezone.localtime(before + dt.timedelta(days=3))
    form = client.get(url).context["form"]
    sent = {
        name: f"{timezone.localtime(form[name].initial):%Y-%m-%dT%H:%M}" for name in form.fields if name != "reason"
    }
    nothing = client.post(url, {**sent, "reason": "Essai."})
    assert "Aucune date ne change" in nothing.content.decode()
    sent = {**sent, "expertise_until": f"{later:%Y-%m-%dT%H:%M}", "reason": "Les experts sont peu."}
    shown = client.post(url, sent)
    told = shown.content.decode()
    assert shown.status_code == 200
    assert "Rien n’est encore changé" in told and str(world.director) in told and "Expertise" in told
    world.campaign.refresh_from_db()
    assert world.campaign.expertise_until == before
    assert not OutgoingMail.objects.filter(key__startswith="campaign-moved").exists()
    assert client.post(url, {**sent, "confirmer": "1"}).status_code == 302
    world.campaign.refresh_from_db()
    assert world.campaign.expertise_until != before
    letters = OutgoingMail.objects.filter(key__startswith="campaign-moved").values_list("to", flat=True)
    assert world.director.email in letters and world.recteur.email in letters
    assert world.observer.email not in letters
    assert client.post(url, {**sent, "reason": "", "confirmer": "1"}).status_code == 422


def test_the_board_counts_and_says_what_is_late(world: World) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    corrected, asked, free = (a_file_in(world, state) for state in (S.CORRECTION, S.ADMISSIBLE, S.SUBMITTED))
    CorrectionRequest.objects.create(
        application=corrected, comment="x", due_on=yesterday, asked_at=world.at, from_state=S.SUBMITTED
    )
    OpinionRequest.objects.create(
        application=asked, kind="caen", body=an_organisation("CAEN"), asked_at=world.at, due_on=yesterday
    )
    examined = a_file_in(world, S.EXPERTISE, region="53")
    expert = name_expert(in_body(world.secretariat, OrganisationRole.EXPERT), Profile(Side.ECONOMIC), by=None)
    Assignment.objects.create(application=examined, expert=expert, due_on=yesterday, assigned_at=world.at)
    client = as_(world.secretary)
    shown = text(client, board_of(world))
    for word in ("correction en retard", "avis en retard", "expertise en retard"):
        assert shown.count(f">{word}<") == 1
    late = text(client, board_of(world, "?vue=liste&retard=1"))
    assert free.reference not in late and examined.reference in late
    assert examined.reference not in text(client, board_of(world, "?vue=liste&region=32"))
    assert "phase terminée" not in shown
    Campaign.objects.update(**{"submission_until": world.at, "admissibility_until": timezone.now()})
    assert "phase terminée" in text(client, board_of(world, "?etat=depose"))
    csv = client.get(reverse("campaign_board_csv", args=[world.campaign.slug]) + "?etat=expertise").content.decode()
    assert len(csv.splitlines()) == 2
    assert "expertise en retard" in csv
    read = text(as_(world.observer), board_of(world, "?vue=liste"))
    assert examined.reference in read and "Relancer" not in read and "Cocher" not in read


@pytest.mark.parametrize("query", ["?etat=zut", "?page=-1", "?page=abc", "?region=%00", "?demande=x&retard=2"])
def test_a_board_asked_for_nonsense_still_answers(world: World, query: str) -> None:
    a_draft(world)
    assert as_(world.secretary).get(board_of(world, query)).status_code in (200, 400)


def test_reminders_leave_once_a_day_and_are_counted(world: World) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    body = an_organisation("CREFOP d’essai")
    for _ in range(2):
        in_body(body, OrganisationRole.OPINION)
    file = a_file_in(world, S.ADMISSIBLE)
    OpinionRequest.objects.create(application=file, kind="crefop", body=body, asked_at=world.at, due_on=yesterday)
    client, url = as_(world.secretary), reverse("campaign_remind", args=[world.campaign.slug])
    assert "<strong>2</strong> lettres" in client.post(url, {"what": "avis"}).content.decode()
    again = client.post(url, {"what": "avis"}).content.decode()
    assert "<strong>0</strong> lettre " in again and "déjà parti aujourd’hui" in again
    assert OutgoingMail.objects.filter(key__startswith="opinion-nudge").count() == 2
    expert = name_expert(in_body(world.secretariat, OrganisationRole.EXPERT), Profile(Side.ECONOMIC), by=None)
    examined = a_file_in(world, S.EXPERTISE)
    Assignment.objects.create(application=examined, expert=expert, due_on=yesterday, assigned_at=world.at)
    shown = client.post(url, {"what": "expertises"}).content.decode()
    assert "<strong>1</strong> lettre " in shown
    assert str(expert) not in shown


def test_acts_on_many_files_report_one_by_one(world: World) -> None:
    good, old, drafted = a_file_in(world, S.SUBMITTED), a_file_in(world, S.SUBMITTED), a_file_in(world, S.DRAFT)
    client, url = as_(world.secretary), reverse("campaign_bulk", args=[world.campaign.slug])
    boxes = [f"{good.reference}@0", f"{old.reference}@7", f"{drafted.reference}@0", "RIEN@0", "sans-étape"]
    answer = client.post(url, {"act": "recevable", "dossier": boxes})
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "<strong>1</strong> fait, sur 3" in shown and "vieilli" in shown and "ne peut pas devenir" in shown
    for file, state in ((good, S.ADMISSIBLE), (old, S.SUBMITTED), (drafted, S.DRAFT)):
        file.refresh_from_db()
        assert file.state == state
    assert client.post(url, {"act": "recevable"}).status_code == 422
    assert client.post(url, {"act": "avis", "dossier": boxes}).status_code == 422
    body = an_organisation("CAEN d’essai")
    in_body(body, OrganisationRole.OPINION)
    due = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    ask = {"act": "avis", "kind": "caen", "body": body.pk, "due_on": due, "dossier": boxes[:2]}
    assert "<strong>2</strong> faits, sur 2" in client.post(url, ask).content.decode()
    assert good.opinions.count() == old.opinions.count() == 1
    sent = client.post(url, {"act": "college", "dossier": [f"{good.reference}@1"]}).content.decode()
    assert "pas en expertise" in sent


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("query", ["", "?vue=liste"])
def test_the_board_costs_the_same_with_one_and_with_three(world: World, query: str) -> None:
    client, url = as_(world.secretary), board_of(world, query)
    a_file_in(world, S.SUBMITTED)
    one = queries(client, url)
    for region in ("53", "11"):
        a_file_in(world, S.SUBMITTED, region=region)
    assert queries(client, url) == one <= 12
    assert queries(client, reverse("campaigns")) <= 8


def test_a_thousand_files_stay_readable(world: World) -> None:
    campus, states = a_campus(), [S.AWARDED, S.REFUSED, S.WITHDRAWN, S.INADMISSIBLE]
    LabelApplication.objects.bulk_create(
        LabelApplication(
            reference=f"MILLE-{number:04}",
            campaign=world.campaign,
            campus=campus,
            kind="premiere",
            state=states[number % 4],
            created_at=world.at,
            submitted_at=world.at,
            digest="0" * 64,
        )
        for number in range(1000)
    )
    client = as_(world.secretary)
    shown = text(client, board_of(world))
    assert shown.count("MILLE-") == 2 * 4 * PER_COLUMN
    assert "Voir les 250" in shown
    listed = text(client, board_of(world, "?vue=liste&page=20"))
    assert "Page 20 sur 20" in listed


def test_a_specification_is_chosen_among_all(world: World) -> None:
    form = as_(world.secretary).get(reverse("campaign_new")).context["form"]
    assert list(form.fields["specification"].queryset) == list(Specification.objects.order_by("-pk"))


def test_the_demonstration_and_real_campaigns_share_no_text(world: World) -> None:
    """What a demonstration campaign uses is removed with it: a real one must not depend on it, nor lend its own."""
    sent = {"title": "Une autre", "college": world.campaign.college_id, **calendar(timezone.now())}
    sent["specification"] = world.campaign.specification_id
    pretended = in_body(world.secretariat, OrganisationRole.SECRETARY, is_demo=True)
    assert as_(pretended).post(reverse("campaign_new"), sent).status_code == 422
    Campaign.objects.update(is_demo=True)
    assert as_(world.secretary).post(reverse("campaign_new"), sent).status_code == 422
    assert as_(pretended).post(reverse("campaign_new"), sent).status_code == 302
    assert Campaign.objects.filter(is_demo=True).count() == 2
    with pytest.raises(Refusal, match="en commun"):
        prepare_campaign(
            title="Vraie",
            specification=world.campaign.specification,
            college=world.campaign.college,
            ends={"opens_at": timezone.now()},
            is_rolling=True,
            by=world.secretary,
        )
