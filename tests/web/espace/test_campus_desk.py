"""The desk of a campus, act by act: what its people state, add, end; what is refused, with nothing typed lost."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.actions import add_partner, invite, state_fact
from cmq.campuses.models import AreaKind, Campus, CampusField, CampusMembership, CampusRole, Partnership
from cmq.core.models import Change, Source
from cmq.organisations.models import Kind, Organisation
from tests.factories import a_campus, a_contributor, a_director, a_person, an_organisation, an_origin

LONG = "x" * 10_240
HTML = "<script>alert(1)</script>"
UAI = "0590122M"


def origin(**fields: str) -> dict[str, str]:
    return {
        "source_title": "Rapport d’activité",
        "source_url": "https://exemple.fr/rapport",
        "observed_on": "03/2024",
        "reliability": "haute",
        **fields,
    }


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def campus(db: None) -> Campus:
    return a_campus()


@pytest.fixture
def client(campus: Campus) -> Client:
    return logged_in(a_contributor(campus))


def fact_url(campus: Campus, field: CampusField) -> str:
    return reverse("espace_fact", args=[campus.slug, field.value])


def test_the_desk_says_what_is_missing_and_what_is_disputed(client: Client, campus: Campus) -> None:
    state_fact(campus, field=CampusField.ACRONYM, value="ALS", origin=an_origin())
    state_fact(campus, field=CampusField.ACRONYM, value="ALES", origin=an_origin("Autre source"))
    text = client.get(reverse("espace_campus", args=[campus.slug])).content.decode()
    assert "À compléter" in text and "Site web" in text
    assert "se contredisent" in text
    assert "ALS" in text and "ALES" in text
    assert "Aucun lieu connu" in text
    assert "Retenir cette valeur" not in text, "a contributor is offered what only keepers do"


@pytest.mark.parametrize(
    ("field", "value", "column"),
    [
        (CampusField.ACRONYM, "ALS", "acronym"),
        (CampusField.WEBSITE, "https://exemple.fr", "website"),
        (CampusField.CATEGORY, "excellence", "category"),
        (CampusField.PURPOSE, "Former aux métiers\nde l’autonomie", "purpose"),
    ],
)
def test_a_fact_is_stated_with_its_source(
    client: Client, campus: Campus, field: CampusField, value: str, column: str
) -> None:
    answer = client.post(fact_url(campus, field), {"value": value, **origin()})
    assert answer["Location"] == reverse("espace_campus", args=[campus.slug])
    campus.refresh_from_db()
    fact = campus.facts.get(field=field)
    assert getattr(campus, column).replace("\r", "") == fact.value.replace("\r", "") == value
    assert [source.title for source in fact.sources.all()] == ["Rapport d’activité"]
    assert (fact.observed_on.iso, fact.reliability) == ("2024-03", "haute")
    line = Change.objects.latest("position")
    assert line.act == "campuses.add_campusfact" and line.by is not None


def test_the_form_proposes_the_campus_today_and_high(client: Client, campus: Campus) -> None:
    form = client.get(fact_url(campus, CampusField.ACRONYM)).context["form"]
    assert form["source_title"].value() == "Déclaration du campus"
    assert form["observed_on"].value() == timezone.localdate().strftime("%d/%m/%Y")
    assert form["reliability"].value() == "haute"


def test_sending_twice_changes_nothing_more(client: Client, campus: Campus) -> None:
    for _ in range(2):
        client.post(fact_url(campus, CampusField.ACRONYM), {"value": "ALS", **origin()})
    assert campus.facts.filter(field=CampusField.ACRONYM).count() == 1
    assert Change.objects.filter(model="campuses.campusfact", summary__contains="ALS").count() == 1
    assert Source.objects.filter(title="Rapport d’activité").count() == 1


@pytest.mark.parametrize(
    ("field", "fields", "sentence"),
    [
        (CampusField.NAME, {"value": LONG}, "trop long"),
        (CampusField.PURPOSE, {"value": LONG}, "trop long"),
        (CampusField.ACRONYM, {"value": " "}, "obligatoire"),
        (CampusField.FILIERE, {"value": "Astrologie"}, "valide"),
        (CampusField.CATEGORY, {"value": "prestige"}, "valide"),
        (CampusField.WEBSITE, {"value": "javascript:alert(1)"}, "URL valide"),
        (CampusField.ACRONYM, {"value": "ALS", "source_title": ""}, "obligatoire"),
        (CampusField.ACRONYM, {"value": "ALS", "source_title": LONG}, "300 caractères"),
        (CampusField.ACRONYM, {"value": "ALS", "source_url": "javascript:alert(1)"}, "URL valide"),
        (CampusField.ACRONYM, {"value": "ALS", "observed_on": "32/13/2024"}, "Donnez une date"),
        (CampusField.ACRONYM, {"value": "ALS", "observed_on": "0024"}, "Donnez une date"),
        (CampusField.ACRONYM, {"value": "ALS", "observed_on": "2199"}, "à venir"),
        (CampusField.ACRONYM, {"value": "ALS", "reliability": "totale"}, "valide"),
    ],
)
def test_what_means_nothing_is_refused_and_kept_in_the_form(
    client: Client, campus: Campus, field: CampusField, fields: dict[str, str], sentence: str
) -> None:
    before = (Change.objects.count(), Source.objects.count())
    answer = client.post(fact_url(campus, field), {"value": "ALS", **origin(), **fields})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert sentence in text
    assert "Rapport d’activité" in text or "source_title" in fields
    assert (Change.objects.count(), Source.objects.count()) == before


def test_html_is_shown_as_it_was_typed(client: Client, campus: Campus) -> None:
    client.post(fact_url(campus, CampusField.PURPOSE), {"value": HTML, **origin(source_title=HTML)})
    for url in (reverse("espace_campus", args=[campus.slug]), reverse("espace_history", args=[campus.slug])):
        text = client.get(url).content.decode()
        assert HTML not in text
        assert "&lt;script&gt;" in text


def test_an_unknown_field_does_not_exist(client: Client, campus: Campus) -> None:
    assert client.get(reverse("espace_fact", args=[campus.slug, "mot-de-passe"])).status_code == 404


def test_another_name_is_added(client: Client, campus: Campus) -> None:
    url = reverse("espace_name", args=[campus.slug])
    client.post(url, {"name": "Campus de la longévité", "kind": "ancien", **origin()})
    assert campus.names.get().name == "Campus de la longévité"
    assert client.post(url, {"name": LONG, "kind": "ancien", **origin()}).status_code == 422


def test_a_place_is_understood_from_words(client: Client, campus: Campus) -> None:
    url = reverse("espace_place", args=[campus.slug])
    client.post(url, {"kind": "siege", "commune": "59110 la madeleine", **origin()})
    area = campus.areas.get()
    assert (area.kind, area.commune_id) == (AreaKind.SEAT, "59368")


def test_several_communes_are_a_question_and_its_answer_is_taken(client: Client, campus: Campus) -> None:
    url = reverse("espace_place", args=[campus.slug])
    asked = client.post(url, {"kind": "lieu", "commune": "Saint-Denis", **origin()})
    assert asked.status_code == 422
    text = asked.content.decode()
    assert 'value="93066"' in text and 'value="97411"' in text
    assert campus.areas.count() == 0
    client.post(url, {"kind": "lieu", "commune": "Saint-Denis", "commune_code": "97411", **origin()})
    assert campus.areas.get().commune_id == "97411"


def test_a_choice_made_for_another_text_is_not_taken(client: Client, campus: Campus) -> None:
    url = reverse("espace_place", args=[campus.slug])
    client.post(url, {"kind": "lieu", "commune": "Lille", "commune_code": "97411", **origin()})
    assert campus.areas.get().commune_id == "59350"


@pytest.mark.parametrize("commune", ["Atlantide-sur-Mer", HTML, "x" * 119, "'; DROP TABLE"])
def test_a_place_that_does_not_exist_is_refused(client: Client, campus: Campus, commune: str) -> None:
    url = reverse("espace_place", args=[campus.slug])
    answer = client.post(url, {"kind": "lieu", "commune": commune, **origin()})
    assert answer.status_code == 422
    assert "Aucune commune" in answer.content.decode()


def test_an_academie_and_a_departement_are_covered(client: Client, campus: Campus) -> None:
    url = reverse("espace_territory", args=[campus.slug])
    client.post(url, {"area": "departement:62", **origin()})
    client.post(url, {"area": "academie:09", **origin()})
    assert {str(area) for area in campus.areas.all()} >= {"Pas-de-Calais (62)"}
    assert {area.kind for area in campus.areas.all()} == {AreaKind.TERRITORY, AreaKind.ACADEMIE}
    assert client.post(url, {"area": "commune:59350", **origin()}).status_code == 422


def test_a_lycee_of_the_reference_is_found_and_joins(client: Client, campus: Campus) -> None:
    found = client.get(reverse("espace_member_find", args=[campus.slug]), {"q": UAI.lower()}).content.decode()
    new = reverse("espace_member_new", args=[campus.slug])
    assert f"{new}?uai={UAI}" in found
    form = client.get(new, {"uai": UAI}).context["form"]
    assert form["uai"].value() == UAI
    sent = {name: form[name].value() or "" for name in ("name", "organisation_kind", "uai", "commune")}
    client.post(new, {**sent, "role": "support", **origin()})
    member = Partnership.objects.get(campus=campus)
    assert (member.organisation.uai, member.role, member.family) == (UAI, "support", "scolaire")
    assert member.organisation.commune_id == "59368"
    again = client.get(reverse("espace_member_find", args=[campus.slug]), {"q": UAI}).content.decode()
    assert reverse("espace_member_known", args=[campus.slug, member.organisation.pk]) in again
    assert f"{new}?uai=" not in again


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"uai": "0590122A"}, "UAI est faux"),
        ({"siret": "12345678901234"}, "SIRET est faux"),
        ({"siret": "2,17003E+13"}, "SIRET est faux"),
        ({"name": LONG}, "250"),
        ({"name": " "}, "obligatoire"),
        ({"commune": "Atlantide"}, "Aucune commune"),
        ({"website": "javascript:alert(1)"}, "URL valide"),
        ({"starts_on": "demain"}, "Donnez une date"),
        ({"organisation_kind": "secte"}, "valide"),
        ({"source_title": ""}, "obligatoire"),
    ],
)
def test_a_false_member_is_refused_and_nothing_is_half_done(
    client: Client, campus: Campus, fields: dict[str, str], sentence: str
) -> None:
    before = (Organisation.objects.count(), Change.objects.count())
    sent = {"name": "CFA d’essai", "organisation_kind": Kind.CFA.value, "role": "associe", **origin(), **fields}
    answer = client.post(reverse("espace_member_new", args=[campus.slug]), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert (Organisation.objects.count(), Change.objects.count()) == before


def test_a_refused_partnership_leaves_no_organisation(client: Client, campus: Campus) -> None:
    sent = {"name": "CFA", "organisation_kind": "cfa", "role": "associe", **origin(observed_on="2199")}
    assert client.post(reverse("espace_member_new", args=[campus.slug]), sent).status_code == 422
    assert not Organisation.objects.filter(name="CFA").exists()


def test_a_known_organisation_joins_once_and_leaves(client: Client, campus: Campus) -> None:
    organisation = an_organisation("GRETA d’essai", kind=Kind.GRETA)
    url = reverse("espace_member_known", args=[campus.slug, organisation.pk])
    for _ in range(2):
        client.post(url, {"role": "associe", "starts_on": "2021", **origin()})
    member = campus.partnerships.get()
    end = reverse("espace_member_end", args=[campus.slug, member.pk])
    assert "précède son début" in client.post(end, {"on": "2019"}).content.decode()
    client.post(end, {"on": "06/2024"})
    member.refresh_from_db()
    assert member.ends_on.iso == "2024-06"
    again = client.post(end, {"on": "07/2024"})
    assert again.status_code == 422 and "déjà parti" in again.content.decode()


def test_an_organisation_of_the_demonstration_is_not_offered(client: Client, campus: Campus) -> None:
    demo = an_organisation("Lycée de démonstration", is_demo=True)
    found = client.get(reverse("espace_member_find", args=[campus.slug]), {"q": "démonstration"}).content.decode()
    assert "Lycée de démonstration" not in found
    assert client.get(reverse("espace_member_known", args=[campus.slug, demo.pk])).status_code == 404


def test_a_director_invites_withdraws_and_ends(campus: Campus) -> None:
    director, colleague = a_director(campus), a_contributor(campus)
    client, url = logged_in(director), reverse("espace_people", args=[campus.slug])
    client.post(url, {"email": "Invitee@exemple.fr", "role": "contributeur"})
    invited = campus.memberships.get(person=None)
    assert (invited.invited_email, invited.invited_by) == ("invitee@exemple.fr", director)
    twice = client.post(url, {"email": "invitee@exemple.fr", "role": "contributeur"})
    assert twice.status_code == 422 and "déjà invitée" in twice.content.decode()
    assert client.post(url, {"email": "pas une adresse", "role": "contributeur"}).status_code == 422
    assert client.post(url, {"email": "a@exemple.fr", "role": "gardien"}).status_code == 422
    for membership in (invited, campus.memberships.get(person=colleague)):
        end = reverse("espace_people_end", args=[campus.slug, membership.pk])
        assert client.get(end).status_code == 200
        membership.refresh_from_db()
        assert membership.ends_on is None
        assert client.post(end).status_code == 302
        assert client.post(end).status_code == 422
        membership.refresh_from_db()
        assert membership.ends_on == timezone.localdate()
    assert logged_in(colleague).get(reverse("espace_campus", args=[campus.slug])).status_code == 404


def test_a_contributor_of_another_campus_changes_nothing_here(campus: Campus) -> None:
    client = logged_in(a_contributor(a_campus()))
    member = add_partner(campus, an_organisation())
    invite(campus, email="a@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    pending = CampusMembership.objects.invited().get()
    before = Change.objects.count()
    posts: dict[str, dict[str, Any]] = {
        fact_url(campus, CampusField.ACRONYM): {"value": "VOL", **origin()},
        reverse("espace_name", args=[campus.slug]): {"name": "Vol", "kind": "ancien", **origin()},
        reverse("espace_place", args=[campus.slug]): {"kind": "lieu", "commune": "Lille", **origin()},
        reverse("espace_territory", args=[campus.slug]): {"area": "departement:62", **origin()},
        reverse("espace_member_known", args=[campus.slug, an_organisation().pk]): {"role": "associe", **origin()},
        reverse("espace_member_end", args=[campus.slug, member.pk]): {"on": "2024"},
        reverse("espace_people", args=[campus.slug]): {"email": "b@exemple.fr", "role": "directeur"},
        reverse("espace_people_end", args=[campus.slug, pending.pk]): {},
    }
    for url, data in posts.items():
        assert client.post(url, data).status_code == 404, url
    assert Change.objects.count() == before


def test_the_history_tells_who_did_what_and_turns_its_pages(client: Client, campus: Campus) -> None:
    for number in range(30):
        client.post(fact_url(campus, CampusField.REMARK), {"value": f"Remarque {number}", **origin()})
    first = client.get(reverse("espace_history", args=[campus.slug])).content.decode()
    assert "Remarque 29" in first and "Remarque 3." not in first
    assert "Personne" in first
    last = client.get(reverse("espace_history", args=[campus.slug]), {"page": "2"}).content.decode()
    assert "Campus inscrit au registre" in last
    for page in ("0", "99999", "x", ""):
        assert client.get(reverse("espace_history", args=[campus.slug]), {"page": page}).status_code == 200


def test_the_home_shows_my_campuses_and_no_other(campus: Campus) -> None:
    director, former = a_director(campus), a_director(campus, ends_on=dt.date(2021, 1, 1))
    assert str(campus) in logged_in(director).get("/espace/").content.decode()
    assert str(campus) not in logged_in(former).get("/espace/").content.decode()
    assert "pas de rôle" in logged_in(a_person()).get("/espace/").content.decode()
