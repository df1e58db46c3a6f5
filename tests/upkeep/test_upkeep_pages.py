"""The pages of upkeep, the public score, what keepers see."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.campuses import actions as campuses
from cmq.campuses.models import AreaKind, Campus, NameKind
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.reference.models import Commune
from cmq.upkeep.models import AccessReview, Confirmation, HandOver
from cmq.web import page_cache
from tests.factories import a_campus, a_contributor, a_director, a_keeper, a_person, an_organisation, an_origin

pytestmark = pytest.mark.django_db


def client_of(person: object) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name: str, campus: Campus) -> str:
    return reverse(name, args=[campus.slug])


def test_a_director_reviews_access_on_the_page() -> None:
    campus = a_campus()
    director, other = a_director(campus), a_contributor(campus)
    client, page = client_of(director), url("espace_access_review", campus)
    mine, theirs = (f"role-{campus.memberships.get(person=who).pk}" for who in (director, other))
    assert "Confirmer" in client.get(page).text
    for sent, words in (
        ({mine: "garder"}, "À corriger"),
        ({mine: "garder", theirs: "bidon"}, "À corriger"),
        ({mine: "terminer", theirs: "garder"}, "passage de relais"),
    ):
        answer = client.post(page, sent)
        assert answer.status_code == 422
        assert words in answer.text
    assert not AccessReview.objects.exists()
    assert client.post(page, {mine: "garder", theirs: "terminer"}).status_code == 302
    assert not campus.memberships.active(timezone.localdate()).filter(person=other).exists()
    assert "La revue de ce trimestre est faite" in client.get(page).text
    assert "1 terminé" in client.get(url("espace_upkeep", campus)).text


def test_a_director_prepares_a_hand_over_on_the_page() -> None:
    campus = a_campus()
    director = a_director(campus)
    client, page = client_of(director), url("espace_hand_over", campus)
    role, tomorrow = campus.memberships.get().pk, timezone.localdate() + dt.timedelta(days=1)
    good = {"leaving": role, "email": "suite@exemple.fr", "leaves_on": tomorrow.isoformat()}
    for wrong in ({"leaves_on": "2020-01-01"}, {"leaves_on": "demain"}, {"email": "x"}, {"leaving": 0}):
        assert client.post(page, {**good, **wrong}).status_code == 422
    assert not HandOver.objects.exists()
    assert client.post(page, good).status_code == 302
    assert "n’a pas encore accepté" in client.get(page).text
    assert client.post(url("espace_hand_over_cancel", campus)).status_code == 302
    assert HandOver.objects.get().cancelled_at
    assert client.post(url("espace_hand_over_cancel", campus)).status_code == 302


def test_what_is_stale_is_confirmed_one_by_one_or_together() -> None:
    campus = a_campus()
    client, page = client_of(a_contributor(campus)), url("espace_to_confirm", campus)
    old = Origin(observed_on=PartialDate(2019))
    name = campuses.add_name(campus, name="Ancien campus", kind=NameKind.FORMER, origin=old)
    shown = client.get(page).text
    assert "constaté : 2019" in shown
    assert "jamais daté ni confirmé" in shown
    key = f"campuses.campusname:{name.pk}"
    client.post(url("espace_confirm", campus), {"ligne": "campuses.campusname:0"})
    assert not Confirmation.objects.exists()
    client.post(url("espace_confirm", campus), {"ligne": key})
    assert key not in client.get(page).text
    assert key in client.get(page, {"voir": "tout"}).text
    fact = campus.facts.get()
    client.post(url("espace_confirm_all", campus), {"ligne": [f"campuses.campusfact:{fact.pk}"]})
    assert "Rien n’est à confirmer" in client.get(page).text
    assert client.post(url("espace_confirm_all", campus)).status_code == 302
    assert Confirmation.objects.count() == 2


def test_each_line_says_when_it_was_confirmed_on_the_sheet_the_members_and_the_public_page() -> None:
    campus = a_campus()
    client = client_of(a_contributor(campus))
    old = Origin(observed_on=PartialDate(2019))
    area = campuses.add_area(campus, kind=AreaKind.PLACE, place=Commune.objects.all()[0], origin=old)
    member = campuses.add_partner(campus, an_organisation("Lycée confirmé"), origin=old)
    sheet, members = url("espace_campus", campus), url("espace_members", campus)
    for page, label, pk in ((sheet, "campusarea", area.pk), (members, "partnership", member.pk)):
        shown = client.get(page).text
        assert "Constaté : 2019 <strong>(à confirmer)</strong>" in shown
        key = f"campuses.{label}:{pk}"
        assert key in shown
        answer = client.post(url("espace_confirm", campus), {"ligne": key, "retour": "objet"})
        assert answer["Location"].startswith(f"{page}#")
        said = f"onfirmé le {timezone.localdate():%d/%m/%Y}"
        assert said in client.get(page).text
    assert public(campus).count(said) == 2


def test_a_hand_over_that_waits_for_another_invitation_says_so() -> None:
    campus = a_campus()
    director = a_director(campus)
    client, page = client_of(director), url("espace_hand_over", campus)
    tomorrow = (timezone.localdate() + dt.timedelta(days=1)).isoformat()
    sent = {"leaving": campus.memberships.get().pk, "email": "suite@exemple.fr", "leaves_on": tomorrow}
    assert client.post(url("espace_hand_over_renew", campus), follow=True).text.count("Aucun passage de relais") == 1
    client.post(page, sent)
    assert "Inviter de nouveau" not in client.get(page).text
    campus.memberships.invited().update(token_expires_at=timezone.now() - dt.timedelta(days=1))
    assert "L’invitation a expiré." in client.get(page).text
    assert "L’invitation a expiré." in client.get(url("espace_upkeep", campus)).text
    assert "Nouvelle invitation envoyée" in client.post(url("espace_hand_over_renew", campus), follow=True).text
    assert "Inviter de nouveau" not in client.get(page).text


def test_the_desk_counts_the_reviews_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    a_director(a_campus())
    keeper = client_of(a_keeper())
    for day, said in (
        (dt.date(2026, 11, 10), "<strong>1</strong> revue d’accès"),
        (dt.date(2026, 10, 2), "<strong>0</strong> revue d’accès"),
    ):
        monkeypatch.setattr(timezone, "localdate", lambda *args, day=day: day)
        assert said in keeper.get(reverse("registre")).text


def test_strangers_find_nothing() -> None:
    campus = a_campus()
    for person in (a_person(), a_contributor(a_campus())):
        for name in ("espace_upkeep", "espace_access_review", "espace_hand_over", "espace_to_confirm"):
            assert client_of(person).get(url(name, campus)).status_code == 404
        assert client_of(person).post(url("espace_confirm", campus)).status_code == 404


def public(campus: Campus) -> str:
    page_cache.shelf.__init__()  # type: ignore[misc]
    return Client().get(campus.get_absolute_url()).text


def test_the_page_says_how_fresh_it_is() -> None:
    campus = a_campus()
    assert "inconnue" in public(campus)
    assert "rien de ce qui est montré n’est daté" in public(campus)
    campuses.add_name(campus, name="Vieux nom", kind=NameKind.FORMER, origin=an_origin())
    assert "0 sur 2" in public(campus)
    contributor = a_contributor(campus)
    client_of(contributor).post(
        url("espace_confirm", campus), {"ligne": f"campuses.campusfact:{campus.facts.get().pk}"}
    )
    assert "50 %" in public(campus)


def test_keepers_see_what_is_overdue_and_who_has_no_director(monkeypatch: pytest.MonkeyPatch) -> None:
    late, headless = a_campus("Campus en retard"), a_campus("Campus sans tête")
    a_director(late)
    a_contributor(headless)
    monkeypatch.setattr("cmq.web.espace.upkeep.views.timezone.localdate", lambda: dt.date(2026, 11, 20))
    page = client_of(a_keeper()).get(reverse("registre_upkeep")).text
    assert page.index("Campus en retard") < page.index("Campus sans directeur") < page.rindex("Campus sans tête")


@pytest.mark.parametrize("name", ["espace_upkeep", "espace_to_confirm", "registre_upkeep"])
def test_queries_do_not_grow_with_the_lines(name: str) -> None:
    campus = a_campus()
    client = client_of(a_keeper())

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            args = [] if name.startswith("registre") else [campus.slug]
            assert client.get(reverse(name, args=args)).status_code == 200
        return len(seen)

    def grow(number: int) -> None:
        campuses.add_name(campus, name=f"Nom {number}", kind=NameKind.FORMER)
        a_contributor(campus if name != "registre_upkeep" else a_campus())
        month = number * 3 + 1
        AccessReview.objects.create(
            campus=campus, quarter=dt.date(2020, month, 1), done_at=timezone.now(), kept=1, ended=0
        )

    grow(0)
    with_one = queries()
    grow(1)
    grow(2)
    assert queries() == with_one
