"""The pages of joint decisions and orders: terms, signatures, publication, with bad input too."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.awards import rules
from cmq.awards.actions.publishing import publish
from cmq.awards.models import DecisionState, JointDecision, MinisterialOrder, Signature
from cmq.core.partial_dates import PartialDate
from cmq.core.rights import Role
from cmq.deliberation.models import AgendaItem
from cmq.expertise.models import Advice
from cmq.labels.models import Label
from cmq.labels.rules import standing_of
from tests.cast import a_stage
from tests.conftest import committed
from tests.factories import a_campus
from tests.procedure.world import (
    World,
    a_submitted,
    a_world,
    before_the_college,
    decided,
    director_of,
    signed,
    signers_of,
    voted,
)

pytestmark = pytest.mark.django_db
FILIERE = "Services à la personne, bien-être"


@pytest.fixture(scope="module")
def committed_world(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    """Set once for all tests of this module, each of which acts on it in a transaction of its own."""
    with committed(django_db_blocker):
        yield a_world()


@pytest.fixture(autouse=True)
def world(committed_world: World) -> World:
    return deepcopy(committed_world)


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def words(answer: object) -> str:
    """What a tagged PDF says."""
    reader = PdfReader(io.BytesIO(answer.content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def a_voted_item(world: World, advice: Advice = Advice.AWARD, years: int | None = None) -> AgendaItem:
    return voted(world, before_the_college(a_submitted(world), world), advice, years)


def decide_url(item: AgendaItem) -> str:
    return reverse("item_decide", args=[item.meeting_id, item.pk])


def terms_of(item: AgendaItem, **fields: object) -> dict[str, object]:
    file = item.application
    asked = {"name": file.campus.name, "category": "cmq", "filiere": file.filiere_id, "territory": "Le territoire"}
    return {**asked, "duration_years": 5, "starts_on": "2026-02-01", "reasons": "Projet solide.", **fields}


def test_the_terms_keep_to_what_was_voted(world: World) -> None:
    item = a_voted_item(world, Advice.SHORTER, 3)
    secretary = as_(world.secretary)
    assert decide_url(item) in text(secretary, item.get_absolute_url())
    shown = text(secretary, decide_url(item))
    assert '<option value="3" selected>3 ans' in shown and "5 ans</option>" not in shown
    answer = secretary.post(decide_url(item), terms_of(item, duration_years=5, territory="", starts_on="hier"))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Projet solide." in shown and 'value="hier"' in shown
    assert not JointDecision.objects.exists()
    answer = secretary.post(decide_url(item), terms_of(item, duration_years=3))
    decision = JointDecision.objects.get()
    assert answer["Location"] == decision.get_absolute_url()
    assert (decision.duration_years, decision.ends_on) == (3, dt.date(2029, 1, 31))
    again = secretary.post(decide_url(item), terms_of(item, duration_years=3))
    assert again.status_code == 422
    assert JointDecision.objects.count() == 1


@pytest.mark.parametrize("advice", [Advice.REFUSE, Advice.DEFER])
def test_a_refusal_and_a_deferral_give_reasons_and_remedies(world: World, advice: Advice) -> None:
    item = a_voted_item(world, advice)
    secretary = as_(world.secretary)
    assert "Catégorie" not in text(secretary, decide_url(item)).partition("<main")[2]
    answer = secretary.post(decide_url(item), {"reasons": "Trop peu de partenaires.", "remedies": ""})
    assert answer.status_code == 422
    assert "Trop peu de partenaires." in answer.content.decode()
    told = {"reasons": "Trop peu de partenaires.", "remedies": "Deux mois devant le tribunal."}
    assert secretary.post(decide_url(item), told).status_code == 302
    assert JointDecision.objects.get().remedies == "Deux mois devant le tribunal."


def test_a_vote_that_is_open_is_not_decided(world: World) -> None:
    stage = a_stage()
    JointDecision.objects.all().delete()
    answer = as_(stage.person(Role.SECRETARY)).post(decide_url(stage.item), {"reasons": "Motifs."})
    assert answer.status_code == 422
    assert "n’est pas clos" in answer.content.decode()


def sign(client: Client, decision: JointDecision, signature: Signature, digest: str = "") -> object:
    told = {"signature": signature.pk, "digest": digest or decision.digest}
    return client.post(reverse("decision_sign", args=[decision.number]), told)


def test_an_authority_signs_the_terms_it_read_and_once(world: World) -> None:
    decision = decided(world, a_submitted(world))
    (signature, person), (other, _) = signers_of(decision)[:2]
    client = as_(person)
    assert "1</strong> décision" in text(client, "/espace/")
    assert decision.number in text(client, reverse("decisions")).partition("À signer")[2]
    shown = text(client, decision.get_absolute_url())
    assert decision.digest in shown and f"Signer pour {signature.authority}" in shown
    assert f"Signer pour {other.authority}" not in shown
    stale = sign(client, decision, signature, "0" * 64)
    assert stale.status_code == 422
    assert "rechargez la page avant de signer" in stale.content.decode()
    assert sign(client, decision, other).status_code == 403
    assert sign(client, decision, signature).status_code == 302
    again = sign(client, decision, signature)
    assert again.status_code == 422
    assert "a déjà signé" in again.content.decode()
    assert decision.signatures.filter(signed_at=None).count() == decision.signatures.count() - 1
    assert sign(as_(world.secretary), decision, other).status_code == 403
    assert sign(as_(world.director), decision, other).status_code == 404


def test_terms_altered_behind_the_page_are_not_signed(world: World) -> None:
    decision = decided(world, a_submitted(world))
    signature, person = signers_of(decision)[0]
    JointDecision.objects.filter(pk=decision.pk).update(duration_years=4)
    answer = sign(as_(person), decision, signature)
    assert answer.status_code == 422
    assert "Les termes de la décision ne sont pas ceux" in answer.content.decode()


def test_a_signature_of_another_decision_is_not_found(world: World) -> None:
    decision = decided(world, a_submitted(world))
    _, person = signers_of(decision)[0]
    told = {"signature": 99999, "digest": decision.digest}
    assert as_(person).post(reverse("decision_sign", args=[decision.number]), told).status_code == 404


def test_signed_decisions_are_published_together_and_reported_one_by_one(world: World) -> None:
    first, second = a_submitted(world), a_submitted(world, campus=a_campus(filiere=FILIERE))
    decisions = [signed(decided_in_turn(world, file), world) for file in (first, second)]
    secretary = as_(world.secretary)
    assert "2</strong> décision" in text(secretary, "/espace/")
    director = as_(world.director)
    assert director.get(decisions[0].get_absolute_url()).status_code == 404
    assert "Décision conjointe n°" not in text(director, first.get_absolute_url())
    publication = reverse("decisions_publish")
    assert secretary.post(publication, {"decisions": "x"}).status_code == 422
    answer = secretary.post(publication, {"decisions": [each.pk for each in decisions]}, follow=True)
    assert "Décisions publiées : 2." in answer.content.decode()
    assert Label.objects.count() == 2
    shown = text(director, first.get_absolute_url())
    assert decisions[0].number in shown and "Motifs." in shown and "Recours." in shown
    assert text(director, decisions[0].get_absolute_url())
    assert director.get(decisions[1].get_absolute_url()).status_code == 404
    late = secretary.post(publication, {"decisions": [decisions[0].pk]})
    assert late.status_code == 422


def decided_in_turn(world: World, file: LabelApplication) -> JointDecision:
    """Decided at a meeting that is then closed, for a college holds one at a time."""
    decision = decided(world, file)
    meeting = decision.item.meeting
    meeting.state, meeting.closed_at = "close", timezone.now()
    meeting.save()
    return decision


def test_an_order_is_drafted_downloaded_and_completed_date_by_date(world: World) -> None:
    decision = signed(decided(world, a_submitted(world)), world)
    publish(decision, by=world.secretary)
    secretary = as_(world.secretary)
    assert secretary.post(reverse("order_new"), {"title": "Arrêté d’essai"}).status_code == 422
    secretary.post(reverse("order_new"), {"title": "Arrêté d’essai", "decisions": [decision.pk]})
    order = MinisterialOrder.objects.get()
    assert decision.name in text(secretary, order.get_absolute_url())
    answer = secretary.get(reverse("order_text", args=[order.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    drafted = answer.content.decode()
    assert "Projet d’arrêté" in drafted and decision.number in drafted and "Durée : 5 ans" in drafted
    printed = words(secretary.get(reverse("order_pdf", args=[order.pk])))
    assert "Article 1er" in printed and decision.number in printed and "Durée : 5 ans" in printed
    complete = reverse("order_complete", args=[order.pk])
    answer = secretary.post(complete, {"published_on": "2026-03-10"})
    assert answer.status_code == 422
    assert "Donnez d’abord la date de signature" in answer.content.decode()
    assert secretary.post(complete, {"nor": "NOR12"}).status_code == 422
    assert secretary.post(complete, {"nor": "MENE2600001A", "signed_on": "2026-03-01"}).status_code == 302
    assert secretary.post(complete, {"published_on": "2026-03-10"}).status_code == 302
    line = standing_of(decision.entries.get().label_decision)
    assert (line.nor, line.published_on) == ("MENE2600001A", PartialDate(2026, 3, 10))
    assert 'name="nor"' not in text(secretary, complete)
    assert "MENE2600001A" in text(secretary, reverse("orders"))


def test_minutes_tell_who_sat_what_was_said_and_decided(world: World) -> None:
    decision = decided(world, a_submitted(world))
    meeting = decision.item.meeting
    client = as_(next(iter(world.authorities.values())))
    told = text(client, reverse("meeting_minutes_text", args=[meeting.pk]))
    drawn = text(client, reverse("meeting_minutes", args=[meeting.pk]))
    printed = words(client.get(reverse("meeting_minutes_pdf", args=[meeting.pk])))
    for shown in (told, drawn, printed):
        assert decision.number in shown and "accordé" in shown.lower()
        assert all(str(person) in shown for person in world.authorities.values())
    assert "provisoire" in told and "<" not in told


def test_lists_of_decisions_say_what_the_rule_says(world: World) -> None:
    stage = a_stage()
    published = signed(decided(world, a_submitted(world)), world)
    publish(published, by=world.secretary)
    readers = [*(stage.person(role) for role in Role), world.director, world.recteur, *world.authorities.values()]
    for person in readers:
        found = set(rules.readable_decisions(person))
        assert found == {each for each in JointDecision.objects.all() if rules.can_read(person, each)}, person


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_lists_cost_the_same_with_one_and_with_three(world: World) -> None:
    secretary, member = as_(world.secretary), as_(next(iter(world.authorities.values())))
    orders = reverse("orders")

    def grow() -> None:
        file = a_submitted(world, campus=a_campus(filiere=FILIERE))
        decision = signed(decided_in_turn(world, file), world)
        order = MinisterialOrder.objects.create(title="Arrêté", drafted_at=timezone.now())
        order.decisions.add(decision)
        decided_in_turn(world, a_submitted(world, campus=a_campus(filiere=FILIERE)))

    grow()
    addresses = [reverse("decisions"), orders]
    one = [queries(secretary, address) for address in addresses] + [queries(member, addresses[0])]
    grow()
    grow()
    assert [queries(secretary, address) for address in addresses] + [queries(member, addresses[0])] == one
    assert max(one) <= 16
    assert JointDecision.objects.filter(state=DecisionState.SIGNED).count() == 3


def test_a_decision_costs_the_same_whatever_is_signed(world: World) -> None:
    decision = decided(world, a_submitted(world))
    client = as_(world.secretary)
    one = queries(client, decision.get_absolute_url())
    signed(decision, world)
    assert queries(client, decision.get_absolute_url()) == one <= 20


def test_a_file_that_is_decided_shows_nothing_before_publication(world: World) -> None:
    file = a_submitted(world)
    decision = signed(decided(world, file), world)
    file.refresh_from_db()
    assert file.state == ApplicationState.DECIDED
    shown = text(as_(director_of(file)), file.get_absolute_url())
    assert decision.number not in shown
    assert decision.reasons not in shown


def test_the_home_page_leads_to_the_rooms_of_the_college(world: World) -> None:
    rooms = ["Les séances du collège", "Les décisions conjointes", "Les mesures sur des labels"]
    shown = text(as_(world.secretary), "/espace/")
    assert all(wording in shown for wording in rooms)
    shown = text(as_(world.director), "/espace/")
    assert not any(wording in shown for wording in rooms)
    assert all(wording in text(as_(next(iter(world.authorities.values()))), "/espace/") for wording in rooms)
