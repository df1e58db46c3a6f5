"""Specifications and colleges, for the secretariat: copied, edited, frozen; seats given to people."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campaigns.models import College, Specification
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from tests.procedure.world import World, a_world, in_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world(start=timezone.now() - dt.timedelta(days=1))


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_frozen_specification_is_read_and_copied_to_be_edited(world: World) -> None:
    client, frozen = as_(world.secretary), Specification.objects.get(version="2019")
    shown = text(client, reverse("specification", args=[frozen.pk]))
    assert "intitulé incomplet dans la source" in shown and "Ce qui reste incertain" in shown
    assert "MENE1925423A" in shown and "Ajouter un critère" not in shown
    first = frozen.criteria.all()[0]
    line = reverse("specification_line", args=[frozen.pk, "criteres", first.pk])
    refused = client.post(line, {"number": 1, "title": "Autre"})
    assert refused.status_code == 422 and "faites-en une nouvelle version" in refused.content.decode()
    copy = reverse("specification_copy", args=[frozen.pk])
    assert client.post(copy, {"version": "2019"}).status_code == 422
    assert client.post(copy, {"version": "2027"}).status_code == 302
    made = Specification.objects.get(version="2027")
    assert "Ajouter un niveau" in text(client, reverse("specification", args=[made.pk]))


@pytest.mark.parametrize(
    ("kind", "relation", "order"),
    [
        ("criteres", "criteria", "number"),
        ("exigences", "requirements", "number"),
        ("niveaux", "levels", "rank"),
        ("pieces", "documents", "position"),
    ],
)
def test_lines_are_added_changed_and_removed(world: World, kind: str, relation: str, order: str) -> None:
    client, frozen = as_(world.secretary), Specification.objects.get(version="2019")
    client.post(reverse("specification_copy", args=[frozen.pk]), {"version": "2027"})
    made = Specification.objects.get(version="2027")
    lines = getattr(made, relation)
    before = lines.count()
    url = reverse("specification_line_new", args=[made.pk, kind])
    number = client.get(url).context["form"][order].value()
    assert client.post(url, {order: number, "title": ""}).status_code == 422
    assert client.post(url, {order: number, "title": "Une ligne neuve"}).status_code == 302
    assert client.post(url, {order: number, "title": "Une autre"}).status_code == 422
    added = lines.get(title="Une ligne neuve")
    edit = reverse("specification_line", args=[made.pk, kind, added.pk])
    assert client.post(edit, {order: number, "title": "Changée"}).status_code == 302
    assert "Changée" in text(client, reverse("specification", args=[made.pk]))
    remove = reverse("specification_line_remove", args=[made.pk, kind, added.pk])
    assert client.post(remove, {"sure": "on"}).status_code == 302
    assert lines.count() == before
    assert client.get(edit).status_code == 404
    assert client.get(reverse("specification_line_new", args=[made.pk, "rien"])).status_code == 404
    other = reverse("specification_line", args=[frozen.pk, kind, lines.all()[0].pk])
    assert client.get(other).status_code == 404


def test_a_college_is_copied_and_its_seats_are_filled(world: World) -> None:
    client, college = as_(world.secretary), world.campaign.college
    shown = text(client, reverse("college", args=[college.pk]))
    assert "2 sièges du monde économique, 2 de l’État" in shown and "La règle est tenue" in shown
    assert "4 pourvus, donc 2 présents" in shown
    rules = reverse("college_rules", args=[college.pk])
    assert client.post(rules, {"quorum_percent": 60}).status_code == 422
    assert client.post(reverse("college_copy", args=[college.pk]), {"version": "neuf"}).status_code == 302
    made = College.objects.get(version="neuf")
    page = reverse("college", args=[made.pk])
    assert "à pourvoir" in text(client, page)
    changed = {"quorum_percent": 60, "parity": "moitie"}
    assert client.post(reverse("college_rules", args=[made.pk]), changed).status_code == 302
    added = {"name": "Une direction", "side": "etat", "seats": 2, "signs": "on"}
    url = reverse("college_authority_new", args=[made.pk])
    assert client.post(url, added).status_code == 302
    assert client.post(url, added).status_code == 422
    assert "La règle n’est pas tenue" in text(client, page)
    direction = made.authorities.get(name="Une direction")
    seats = reverse("college_seats", args=[made.pk, direction.pk])
    assert client.post(seats, {"seats": 3}).status_code == 302
    assert client.post(seats, {"seats": 0}).status_code == 422
    assert direction.seats.count() == 3
    person, deputy = (in_body(world.secretariat, OrganisationRole.AUTHORITY) for _ in range(2))
    last = direction.seats.get(number=3)
    seat = reverse("college_seat", args=[made.pk, last.pk])
    assert client.post(seat, {"person": world.director.pk}).status_code == 422
    assert client.post(seat, {"person": person.pk}).status_code == 302
    assert client.post(seat, {"person": deputy.pk, "is_deputy": "on"}).status_code == 302
    assert f"{deputy} (suppléant)" in text(client, page)
    assert client.post(seats, {"seats": 2}).status_code == 422
    assert client.post(reverse("college_preside", args=[made.pk, last.pk]), {"sure": "on"}).status_code == 302
    assert "(préside)" in text(client, page)
    remove = reverse("college_remove", args=[made.pk, made.authorities.all()[0].pk])
    assert client.post(remove, {"sure": "on"}).status_code == 302
    assert made.authorities.count() == 4


def test_a_member_of_the_college_is_invited(world: World) -> None:
    sent = {"email": "autorite@exemple.fr", "role": "autorite"}
    assert as_(world.secretary).post(reverse("expert_invite"), sent).status_code == 302
    assert OrganisationMembership.objects.filter(role=OrganisationRole.AUTHORITY, person=None).exists()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_pages_cost_the_same_with_more_of_everything(world: World) -> None:
    client, college = as_(world.secretary), world.campaign.college
    specification = world.campaign.specification
    urls = [reverse("specifications"), reverse("colleges"), reverse("college", args=[college.pk])]
    urls.append(reverse("specification", args=[specification.pk]))
    before = [queries(client, url) for url in urls]
    for number in range(2):
        client.post(reverse("specification_copy", args=[specification.pk]), {"version": f"v{number}"})
        client.post(reverse("college_copy", args=[college.pk]), {"version": f"v{number}"})
    college.frozen_at = None
    college.save()
    client.post(
        reverse("college_authority_new", args=[college.pk]), {"name": "Une de plus", "side": "etat", "seats": 3}
    )
    assert [queries(client, url) for url in urls] == before
    assert max(before) <= 14
