"""The pages of the college: meetings, points, measures, with bad input too."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState
from cmq.campaigns import actions as campaigns
from cmq.campuses.models import CampusRole
from cmq.core.models import OutgoingMail
from cmq.core.rights import Role
from cmq.deliberation import rules
from cmq.deliberation.actions.agenda import add_item
from cmq.deliberation.actions.measures import drop_measure
from cmq.deliberation.actions.meetings import prepare_meeting
from cmq.deliberation.models import AgendaItem, LabelMeasure, MeasureKind, MeasureState, Meeting, MeetingState
from cmq.expertise.models import Advice
from tests.cast import a_stage
from tests.deliberation.room import Room, a_label, a_measure, a_room, a_tabled_file, a_tabled_measure
from tests.expertise.desk import LONG_AGO, NOW
from tests.factories import a_campus, a_director, a_person
from tests.procedure.world import in_campus

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return a_room()


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name: str, item: AgendaItem, *more: int) -> str:
    return reverse(name, args=[item.meeting_id, item.pk, *more])


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_secretary_prepares_a_meeting_composes_its_agenda_and_convenes(room: Room) -> None:
    files = [a_tabled_file(room), a_tabled_file(room, campus=a_campus())]
    client = as_(room.secretary)
    answer = client.post(reverse("meeting_new"), {"campaign": room.campaign.pk, "title": "", "held_at": "demain"})
    assert answer.status_code == 422
    assert 'value="demain"' in answer.content.decode()
    told = {"campaign": room.campaign.pk, "title": "Séance de mars", "held_at": "2030-03-05T14:30", "place": "Paris"}
    answer = client.post(reverse("meeting_new"), told)
    meeting = Meeting.objects.get()
    assert answer["Location"] == meeting.get_absolute_url()
    assert timezone.localtime(meeting.held_at).hour == 14
    client.post(reverse("meeting_convene", args=[meeting.pk]))
    assert "L’ordre du jour est vide." in text(client, meeting.get_absolute_url())
    add = reverse("meeting_add", args=[meeting.pk])
    assert client.post(add, {}).status_code == 422
    client.post(add, {"applications": [each.pk for each in files]})
    assert meeting.items.count() == 2
    client.post(reverse("meeting_convene", args=[meeting.pk]))
    assert OutgoingMail.objects.filter(key__startswith=f"meeting:{meeting.pk}:").count() == len(room.people)
    changed = {"title": "Séance d’avril", "held_at": "2030-04-05T14:30", "place": ""}
    assert client.post(reverse("meeting_change", args=[meeting.pk]), changed).status_code == 302
    assert "Séance d’avril" in text(as_(room.people[0]), reverse("meetings"))
    client.post(reverse("meeting_open", args=[meeting.pk]))
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.PREPARED
    assert "prévue le 05/04/2030" in text(client, meeting.get_absolute_url())


def test_what_is_already_on_another_agenda_is_told_one_by_one(room: Room) -> None:
    files = [a_tabled_file(room), a_tabled_file(room, campus=a_campus())]
    elsewhere = prepare_meeting(room.campaign, title="Une autre", held_at=NOW, by=room.secretary)
    add_item(elsewhere, files[0], by=room.secretary)
    meeting = prepare_meeting(room.campaign, title="Celle-ci", held_at=NOW, by=room.secretary)
    client = as_(room.secretary)
    add = reverse("meeting_add", args=[meeting.pk])
    answer = client.post(add, {"applications": [each.pk for each in files]}, follow=True)
    shown = answer.content.decode()
    assert "déjà à l’ordre du jour : Une autre" in shown and "Ajoutés à l’ordre du jour : 1." in shown
    assert [item.application for item in meeting.items.all()] == [files[1]]


def test_points_are_moved_and_an_order_of_a_stale_page_is_refused(room: Room) -> None:
    meeting = prepare_meeting(room.campaign, title="Séance", held_at=NOW, by=room.secretary)
    one, two = (add_item(meeting, a_tabled_file(room, campus=a_campus()), by=room.secretary) for _ in range(2))
    client = as_(room.secretary)
    order = reverse("meeting_order", args=[meeting.pk])
    assert f'name="order" value="{two.pk},{one.pk}"' in text(client, meeting.get_absolute_url())
    client.post(order, {"order": f"{two.pk},{one.pk}"})
    assert list(meeting.items.all()) == [two, one]
    answer = client.post(order, {"order": f"{one.pk}"}, follow=True)
    assert "L’ordre du jour a changé" in answer.content.decode()
    assert client.post(order, {"order": "x"}).status_code == 422
    assert client.post(url("item_report", one), {"report": "Dossier solide."}).status_code == 302
    assert "Dossier solide." in text(as_(room.people[0]), url("item", one))
    client.post(url("item_remove", two))
    assert list(meeting.items.all()) == [one]


def test_a_member_marks_their_own_arrival_and_only_theirs(room: Room) -> None:
    item = room.table(a_tabled_file(room), sitting=0)
    meeting, mine, other = room.meeting, room.holders[0], room.holders[1]
    client = as_(room.people[0])
    assert "il n’est pas atteint" in text(client, meeting.get_absolute_url())
    assert "signalez d’abord votre présence" in text(client, url("item", item))
    assert client.post(reverse("meeting_attend", args=[meeting.pk, other.pk])).status_code == 403
    client.post(reverse("meeting_attend", args=[meeting.pk, mine.pk]))
    shown = text(client, meeting.get_absolute_url())
    assert "Vous siégez" in shown and "votre position est attendue" in shown
    assert "1</strong> position" in text(client, "/espace/")
    secretary = as_(room.secretary)
    secretary.post(reverse("meeting_attend", args=[meeting.pk, other.pk]))
    shown = text(secretary, meeting.get_absolute_url())
    assert "<strong>2</strong> sièges présents sur 4 pourvus" in shown and "il est atteint" in shown
    assert "Monde économique : 2 ; État et collectivités : 0. La parité n’est pas tenue." in shown
    theirs = meeting.attendances.get(person=room.people[1])
    assert client.post(reverse("meeting_leave", args=[meeting.pk, theirs.pk])).status_code == 403
    secretary.post(reverse("meeting_leave", args=[meeting.pk, theirs.pk]))
    assert meeting.attendances.present().count() == 1


def test_a_deputy_gives_the_seat_back_when_the_holder_comes(room: Room) -> None:
    deputy = campaigns.seat_person(room.seats[0], a_person(), is_deputy=True, by=None, on=LONG_AGO)
    room.table(a_tabled_file(room), sitting=0)
    meeting = room.meeting
    client = as_(deputy.person)
    client.post(reverse("meeting_attend", args=[meeting.pk, deputy.pk]))
    assert "comme suppléant" in text(client, meeting.get_absolute_url())
    holder = as_(room.people[0])
    assert "Je suis présent" in text(holder, meeting.get_absolute_url())
    holder.post(reverse("meeting_attend", args=[meeting.pk, room.holders[0].pk]))
    assert meeting.attendances.present().get().person == room.people[0]
    assert "Je suis présent" not in text(client, meeting.get_absolute_url())


def test_positions_stay_unsaid_until_the_vote_is_closed(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    client, other = as_(room.people[0]), as_(room.people[1])
    position = url("item_position", item)
    assert client.post(position, {"advice": "ajourner", "reasons": ""}).status_code == 422
    answer = client.post(position, {"advice": "plus_court", "years": "9", "reasons": "Trop tôt pour cinq ans."})
    assert answer.status_code == 422
    assert "Trop tôt pour cinq ans." in answer.content.decode()
    assert client.post(position, {"advice": "plus_court", "reasons": "Trop tôt."}).status_code == 422
    told = {"advice": "plus_court", "years": "3", "reasons": "Trop tôt pour cinq ans."}
    assert client.post(position, told).status_code == 302
    assert "Trop tôt pour cinq ans." in text(client, url("item", item))
    shown = text(other, url("item", item))
    assert "Se sont prononcés" in shown and "Trop tôt" not in shown
    assert "Trop tôt" not in text(as_(room.secretary), url("item", item))
    assert "checked" in text(client, position)
    room.vote(item, None, Advice.AWARD, 2, 3)
    secretary = as_(room.secretary)
    secretary.post(url("item_conclude", item))
    shown = text(other, url("item", item))
    assert "Le collège décide : <strong>Accordé</strong>" in shown and "Trop tôt pour cinq ans." in shown
    assert "Durée : 3 ans, entre 2 et 3." in shown
    late = other.post(position, {"advice": "refuser", "reasons": "Finalement non."})
    assert late.status_code == 422
    assert "Le vote sur ce point est clos." in late.content.decode() and "Finalement non." in late.content.decode()
    secretary.post(url("item_reopen", item))
    item.refresh_from_db()
    assert item.concluded_at is None


def test_the_casting_vote_and_a_tie_are_told_in_words(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    room.vote(item, Advice.REFUSE, Advice.AWARD)
    secretary = as_(room.secretary)
    secretary.post(url("item_conclude", item))
    shown = text(secretary, url("item", item))
    assert "Le collège décide : <strong>Refusé</strong>, par la voix prépondérante du président" in shown


def test_a_vote_without_quorum_is_not_closed(room: Room) -> None:
    item = room.table(a_tabled_file(room), sitting=1)
    room.vote(item, Advice.AWARD)
    answer = as_(room.secretary).post(url("item_conclude", item), follow=True)
    assert "Le quorum n’est pas atteint" in answer.content.decode()
    item.refresh_from_db()
    assert item.concluded_at is None


def test_whoever_has_a_conflict_is_told_and_abstains(room: Room) -> None:
    campus = a_campus()
    conflicted = in_campus(campus, CampusRole.CONTRIBUTOR)
    campaigns.seat_person(room.seats[0], conflicted, is_deputy=True, by=None, on=LONG_AGO)
    item = room.table(a_tabled_file(room, campus=campus), sitting=0)
    client = as_(conflicted)
    deputy = room.seats[0].holders.get(person=conflicted)
    client.post(reverse("meeting_attend", args=[room.meeting.pk, deputy.pk]))
    shown = text(client, url("item", item))
    assert "Vous devez vous abstenir" in shown and "Prendre position" not in shown
    answer = client.post(url("item_position", item), {"advice": "accorder"})
    assert answer.status_code == 422
    assert "Vous devez vous abstenir" in answer.content.decode()
    assert client.post(url("item_abstain", item), {"reasons": ""}).status_code == 422
    assert client.post(url("item_abstain", item), {"reasons": "Je travaille au campus."}).status_code == 302
    assert "abstention" in text(client, url("item", item))


def test_the_college_opens_the_file_before_it_and_no_other(room: Room) -> None:
    file = a_tabled_file(room)
    other = a_tabled_file(room, campus=a_campus())
    other.state = ApplicationState.EXPERTISE
    other.save()
    client = as_(room.people[0])
    assert client.get(file.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404
    shown = text(client, reverse("files"))
    assert file.reference in shown and other.reference not in shown


def test_a_deferred_file_is_brought_back(room: Room) -> None:
    file = a_tabled_file(room)
    file.state = ApplicationState.DEFERRED
    file.save()
    client = as_(room.secretary)
    address = reverse("file_bring_back", args=[file.reference])
    assert address in text(client, file.get_absolute_url())
    assert client.post(address, {"reason": "Les pièces sont là."}).status_code == 302
    file.refresh_from_db()
    assert file.state == ApplicationState.COLLEGE


def test_a_measure_from_its_proposal_to_the_college(room: Room) -> None:
    campus, unlabelled = a_campus(), a_campus()
    a_label(campus, starts=timezone.localdate() - dt.timedelta(days=300))
    director = a_director(campus)
    secretary, client = as_(room.secretary), as_(director)
    new = reverse("measure_new")
    shown = text(secretary, f"{new}?campus={campus.slug}")
    assert f'value="{campus.slug}" selected' in shown and unlabelled.slug not in shown
    until = timezone.localdate() + dt.timedelta(days=20)
    told = {"campaign": room.campaign.pk, "campus": campus.slug, "kind": "levee", "reasons": "Repris."}
    answer = secretary.post(new, {**told, "heard_until": until})
    assert answer.status_code == 422
    assert "Ce label n’est pas suspendu." in answer.content.decode() and "Repris." in answer.content.decode()
    assert secretary.post(new, {**told, "kind": "retrait", "heard_until": until}).status_code == 302
    measure = LabelMeasure.objects.get()
    assert OutgoingMail.objects.filter(to=director.email, key__startswith="measure-proposed").exists()
    assert "Retrait" in text(client, reverse("campus_label", args=[campus.slug]))
    assert "1</strong> mesure" in text(client, "/espace/")
    assert as_(room.people[0]).get(measure.get_absolute_url()).status_code == 404
    early = secretary.post(reverse("measure_table", args=[measure.pk]), follow=True)
    assert "le collège ne peut pas encore décider" in early.content.decode()
    assert client.post(reverse("measure_answer", args=[measure.pk]), {"observations": " "}).status_code == 422
    answer = client.post(reverse("measure_answer", args=[measure.pk]), {"observations": "Nous contestons."})
    assert answer.status_code == 302
    assert "mesure" not in text(client, "/espace/").partition("Ce qui vous attend")[2]
    secretary.post(reverse("measure_table", args=[measure.pk]))
    measure.refresh_from_db()
    assert measure.state == MeasureState.COLLEGE
    assert "Nous contestons." in text(as_(room.people[0]), measure.get_absolute_url())
    item = room.table(measure)
    shown = text(as_(room.people[0]), url("item", item))
    assert "Nous contestons." in shown
    assert "plus courte" not in text(as_(room.people[0]), url("item_position", item))


def test_a_measure_is_dropped_with_its_reason(room: Room) -> None:
    measure = a_measure(room)
    client = as_(room.secretary)
    drop = reverse("measure_drop", args=[measure.pk])
    assert client.post(drop, {"reason": ""}).status_code == 422
    assert client.post(drop, {"reason": "Le campus a répondu."}).status_code == 302
    again = client.post(drop, {"reason": "Encore."})
    assert again.status_code == 422
    assert "plus en discussion" in again.content.decode()


def test_lists_of_measures_and_meetings_say_what_the_rules_say() -> None:
    stage = a_stage()
    hearing = LabelMeasure.objects.create(
        campaign=stage.measure.campaign,
        campus=stage.campus,
        kind=MeasureKind.NON_RENEWAL,
        reasons="Motif.",
        proposed_at=timezone.now(),
        heard_until=timezone.localdate(),
    )
    for role in Role:
        person = stage.person(role)
        found = set(rules.readable_measures(person))
        assert found == {each for each in (stage.measure, hearing) if rules.can_read_measure(person, each)}, role
        read = set(rules.readable_meetings(person))
        assert read == {each for each in (stage.meeting,) if rules.can_read_meeting(person, each)}, role


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_lists_and_a_meeting_cost_the_same_with_one_and_with_three(room: Room) -> None:
    secretary, member = as_(room.secretary), as_(room.people[0])

    def grow(number: int) -> None:
        for _ in range(number):
            a_tabled_measure(room)
            meeting = prepare_meeting(room.campaign, title="Séance", held_at=NOW, by=room.secretary)
            add_item(meeting, a_tabled_file(room, campus=a_campus()), by=room.secretary)

    grow(1)
    room.table(a_tabled_file(room, campus=a_campus()))
    room.vote(room.items[0], Advice.AWARD)
    addresses = [reverse("meetings"), reverse("measures"), room.meeting.get_absolute_url()]
    one = [(queries(secretary, address), queries(member, address)) for address in addresses]
    grow(2)
    for _ in range(2):
        item = add_item(room.meeting, a_tabled_file(room, campus=a_campus()), by=room.secretary)
        room.vote(item, Advice.AWARD, Advice.DEFER, Advice.AWARD)
    three = [(queries(secretary, address), queries(member, address)) for address in addresses]
    assert three == one
    assert max(max(pair) for pair in one) <= 18


def test_a_point_costs_the_same_with_more_positions(room: Room) -> None:
    item = room.table(a_tabled_file(room))
    client = as_(room.people[0])
    room.vote(item, Advice.AWARD)
    one = queries(client, url("item", item))
    room.vote(item, Advice.AWARD, Advice.DEFER, 2)
    assert queries(client, url("item", item)) == one <= 50


def test_a_dropped_measure_is_no_more_for_the_college(room: Room) -> None:
    measure = a_tabled_measure(room)
    client = as_(room.people[0])
    assert client.get(measure.get_absolute_url()).status_code == 200
    drop_measure(measure, reason="Sans objet.", by=room.secretary)
    assert client.get(measure.get_absolute_url()).status_code == 404
