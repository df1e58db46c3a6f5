"""The network on the screen: in the workspace of both sides, and for everyone on any day."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmq.accounts.models import User
from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.core.partial_dates import PartialDate
from cmq.network.actions import Terms, invite_partner
from cmq.network.models import Convention, PartnerRequest
from cmq.organisations.models import Family, Organisation
from cmq.reference.models import Commune, School
from cmq.web import page_cache
from tests.cast import PDF
from tests.downloading import downloaded
from tests.factories import a_campus, a_contact, a_director, a_keeper, an_organisation
from tests.partnering import cite_everywhere

pytestmark = pytest.mark.django_db


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_an_organisation_is_invited_and_accepts() -> None:
    campus, organisation = a_campus(), an_organisation("Lycée des Essais")
    director, contact = as_(a_director(campus)), as_(a_contact(organisation))
    page = reverse("espace_network", args=[campus.slug])
    assert "Inviter Lycée des Essais" in director.get(page, {"q": "lycee des ess"}).content.decode()
    url = reverse("espace_partner_invite", args=[campus.slug, organisation.pk])
    assert director.post(url, {"role": "fondateur", "message": "Venez."}).status_code == 302
    again = director.post(url, {"role": "fondateur"})
    assert again.status_code == 422
    assert "attend déjà une réponse" in again.content.decode()
    own = contact.get(reverse("espace_organisation", args=[organisation.pk])).content.decode()
    assert "à vous de répondre" in own
    request = PartnerRequest.objects.get()
    answer = reverse("espace_organisation_request", args=[organisation.pk, request.pk])
    assert contact.post(answer, {"act": "retire"}).status_code == 422
    assert contact.post(answer, {"act": "accepte"}).status_code == 302
    assert campus.partnerships.get().role == "fondateur"
    late = contact.post(answer, {"act": "refuse"})
    assert late.status_code == 422
    assert "déjà close" in late.content.decode()


def test_an_organisation_asks_and_the_campus_declines() -> None:
    campus, organisation = a_campus(), an_organisation()
    contact, director = as_(a_contact(organisation)), as_(a_director(campus))
    url = reverse("espace_organisation_ask", args=[organisation.pk])
    assert contact.post(url, {"campus": campus.pk, "role": "associe"}).status_code == 302
    answer = reverse("espace_partner_request", args=[campus.slug, PartnerRequest.objects.get().pk])
    assert director.post(answer, {"act": "refuse", "answer": "Pas cette année."}).status_code == 302
    assert PartnerRequest.objects.get().answer == "Pas cette année."


def test_a_convention_is_joined_read_by_both_sides_and_taken_back() -> None:
    campus, organisation = a_campus(), an_organisation()
    director, contact = as_(a_director(campus)), as_(a_contact(organisation))
    member = add_partner(campus, organisation)
    url = reverse("espace_convention_new", args=[campus.slug, member.pk])
    wrong = SimpleUploadedFile("c.pdf", b"autre chose")
    assert director.post(url, {"starts_on": "2026-01-01", "document": wrong}).status_code == 422
    answer = director.post(url, {"starts_on": "2026-01-01", "document": SimpleUploadedFile("c.exe", b"MZ")})
    assert answer.status_code == 422 and "est un document PDF" in answer.content.decode()
    named = {"q": organisation.name}
    assert "déjà membre" in director.get(reverse("espace_network", args=[campus.slug]), named).content.decode()
    good = SimpleUploadedFile("c.pdf", PDF)
    assert director.post(url, {"starts_on": "2026-01-01", "document": good}).status_code == 302
    paper = reverse("espace_convention_document", args=[Convention.objects.get().pk])
    for reader in (director, contact):
        answer = downloaded(reader, paper)
        assert b"".join(answer.streaming_content if answer.streaming else [answer.content]) == PDF
        assert answer["Content-Disposition"].startswith("attachment")
    assert as_(a_director(a_campus())).get(paper).status_code == 404
    end = reverse("espace_convention_withdraw", args=[campus.slug, Convention.objects.get().pk])
    assert director.post(end, {}).status_code == 422
    change = reverse("espace_convention_change", args=[campus.slug, Convention.objects.get().pk])
    assert 'value="2026-01-01"' in director.get(change).content.decode()
    days = {"starts_on": "2026-02-01", "ends_on": "2027-01-31"}
    assert director.post(change, {**days, "version": 1}).status_code == 302
    for page in (change, end):
        stale = director.post(page, {**days, "sure": "on", "version": 1})
        assert stale.status_code == 422
        assert "entre-temps" in stale.content.decode()
    assert director.post(end, {"sure": "on", "version": 2}).status_code == 302
    assert contact.get(paper).status_code == 404
    again = director.post(end, {"sure": "on", "version": 2})
    assert again.status_code == 422
    assert "déjà retirée" in again.content.decode()


def test_a_convention_is_not_attached_twice() -> None:
    campus = a_campus()
    director, member = as_(a_director(campus)), add_partner(campus, an_organisation())
    url = reverse("espace_convention_new", args=[campus.slug, member.pk])
    for status in (302, 422):
        file = SimpleUploadedFile("c.pdf", PDF)
        answer = director.post(url, {"starts_on": "2026-01-01", "document": file})
        assert answer.status_code == status
    assert "est déjà jointe" in answer.content.decode()
    assert Convention.objects.count() == 1


def test_partners_are_found_by_name_codes_and_commune() -> None:
    campus = a_campus()
    director = as_(a_director(campus))
    lille = Commune.objects.get(insee_code="59350")
    known = an_organisation("Institut des Essais", siret="73282932000074", commune=lille)
    page = reverse("espace_network", args=[campus.slug])
    for text in ("institut essais", "732 829 320 00074", "essais LILLE", "institut 59000"):
        assert f"Inviter {known}" in director.get(page, {"q": text}).content.decode(), text
    school = School.objects.exclude(commune=None).exclude(city="").order_by("pk")[0]
    url = reverse("espace_partner_invite_school", args=[campus.slug, school.uai])
    for text in (school.uai.lower(), f"{school.name} {school.commune.name}"):
        assert url in director.get(page, {"q": text}).content.decode(), text
    assert "Aucune organisation ne répond" in director.get(page, {"q": "zzz"}).content.decode()
    assert director.post(url, {}).status_code == 422
    assert not Organisation.objects.filter(uai=school.uai).exists(), "nothing half done"
    assert director.post(url, {"role": "associe"}).status_code == 302
    request = PartnerRequest.objects.get()
    assert (request.organisation.uai, request.organisation.commune) == (school.uai, school.commune)
    again = director.post(url, {"role": "associe"})
    assert again.status_code == 422
    assert "attend déjà" in again.content.decode()
    demo = a_campus(is_demo=True)
    assert as_(a_director(demo)).post(url.replace(campus.slug, demo.slug), {"role": "associe"}).status_code == 422


def test_a_partner_that_has_left_is_shown_on_the_network_page_and_where_it_is_cited() -> None:
    campus, lycee = a_campus(), an_organisation("Lycée parti")
    director = as_(a_director(campus))
    cite_everywhere(campus, lycee)
    add_partner(campus, lycee, starts_on=PartialDate(2018), ends_on=PartialDate(2021, 6, 30))
    shown = director.get(reverse("espace_network", args=[campus.slug])).content.decode()
    assert "Partenaires partis, encore cités" in shown and "membre jusqu’au 30/06/2021" in shown
    links = re.findall(r'<a href="([^"]+)">(?:formation|projet|convention de financement|étape)', shown)
    assert len(links) == 4
    for link in links:
        page = director.get(link)
        assert page.status_code == 200, link
        assert "n’est plus membre" in page.content.decode() or "jusqu’au 30/06/2021" in page.content.decode(), link


def test_a_keeper_who_opened_a_request_reads_that_another_answers() -> None:
    campus, organisation = a_campus(), an_organisation()
    keeper = as_(a_keeper())
    keeper.post(reverse("espace_partner_invite", args=[campus.slug, organisation.pk]), {"role": "associe"})
    answer = reverse("espace_organisation_request", args=[organisation.pk, PartnerRequest.objects.get().pk])
    shown = keeper.get(answer).content.decode()
    assert "une autre personne y répond" in shown and 'value="accepte"' not in shown
    assert keeper.post(answer, {"act": "accepte"}).status_code == 422
    assert not campus.partnerships.exists()


def _crowd(campus: Campus, other: Campus, number: int) -> None:
    for rank in range(number):
        organisation = an_organisation()
        add_partner(campus, organisation, family=Family.values[rank % 4], starts_on=PartialDate(2020))
        add_partner(other, organisation)


def test_the_network_is_shown_as_it_was_on_a_day() -> None:
    campus, other = a_campus(), a_campus("Campus voisin")
    left, stays = an_organisation("Ancien membre"), an_organisation("Membre fidèle")
    add_partner(campus, left, starts_on=PartialDate(2018), ends_on=PartialDate(2021, 6, 30))
    add_partner(campus, stays, starts_on=PartialDate(2022))
    add_partner(other, left)
    url = reverse("public_network", args=[campus.slug])
    before = Client().get(url, {"le": "2021-06-30"}).content.decode()
    after = Client().get(url, {"le": "2022-01-01"}).content.decode()
    assert "Ancien membre" in before and "Membre fidèle" not in before
    assert "Membre fidèle" in after and "Ancien membre" not in after
    assert "A : Campus voisin" in before and "Campus voisin" not in after
    assert f"{other.get_absolute_url()}reseau/?le=2021-06-30" in before
    assert 'href="#membre-1"' in after and 'id="membre-1"' in after
    assert "Aucun membre connu" in Client().get(url, {"le": "2001-01-01"}).content.decode()


@pytest.mark.parametrize("day", ["hier", "2026-02-30", "31/12/2025", "9" * 300, "2026-1-1x", "<b>"])
def test_what_is_no_day_is_said(day: str) -> None:
    answer = Client().get(reverse("public_network", args=[a_campus().slug]), {"le": day})
    assert answer.status_code == 400
    assert "n’est pas une date" in answer.content.decode()


def test_an_unknown_campus_has_no_network() -> None:
    assert Client().get("/campus/nulle-part/reseau/").status_code == 404


def test_pages_ask_no_more_for_three_than_for_one() -> None:
    campus, other = a_campus(), a_campus()
    director = as_(a_director(campus))
    author: Any = User.objects.get(pk=director.session["_auth_user_id"])
    pages = reverse("espace_network", args=[campus.slug]), reverse("public_network", args=[campus.slug])

    def counted() -> list[int]:
        page_cache.shelf = page_cache._Shelf()
        return [_queries(director, page) for page in pages]

    _crowd(campus, other, 1)
    invite_partner(campus, an_organisation(), terms=Terms(), by=author)
    counted()
    one = counted()
    _crowd(campus, other, 3)
    for _ in range(3):
        invite_partner(campus, an_organisation(), terms=Terms(), by=author)
    assert counted() == one
    assert Organisation.objects.count() >= 8
