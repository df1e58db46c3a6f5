"""The keeper's desk: what waits, and each act that settles it; the number of queries does not grow with the rows."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cmq.accounts.models import User
from cmq.campuses import review
from cmq.campuses.actions import add_area, add_name, add_partner, invite, link_campuses, report_error, state_fact
from cmq.campuses.models import AreaKind, Campus, CampusField, CampusRole, LinkKind, NameKind
from cmq.core import mail
from cmq.core.models import Change, OutgoingMail
from cmq.core.partial_dates import PartialDate
from cmq.imports.models import ImportState, RegisterImport
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind, LabelDecision
from cmq.labels.review import candidates, without_dated_label
from cmq.organisations.models import Organisation
from cmq.reference.models import Commune, Filiere, Region
from tests.factories import a_campus, a_contact, a_director, a_keeper, an_organisation, an_origin

DAY = PartialDate(2022, 4, 15)
CARE = "Services à la personne, bien-être"
ORIGIN = {
    "source_title": "Journal officiel",
    "source_url": "https://exemple.fr/jo",
    "observed_on": "2022",
    "reliability": "haute",
}
DECISION = {
    "kind": "obtenu",
    "decided_on": "15/04/2022",
    "date_nature": "evenement",
    "verification": "lu",
    "duration_years": "3",
    "nor": "MENE1925423A",
    **ORIGIN,
}


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def client(db: None) -> Client:
    return logged_in(a_keeper())


def an_unmatched(name: str = "(nom non donné)", **fields: Any) -> LabelDecision:
    return record_decision(
        kind=DecisionKind.AWARDED,
        decided_on=DAY,
        claimed_name=name,
        region=Region.objects.get(code="32"),
        filiere=Filiere.objects.matching(CARE),
        origin=an_origin(),
        **fields,
    )


def heap(client: Client, label: str) -> int:
    waiting = client.get(reverse("registre")).context["waiting"]
    return next(each.count for each in waiting if each.label == label)


def test_a_report_is_answered_once_and_its_author_told(client: Client) -> None:
    report = report_error(a_campus(), message="Faux <b>nom</b>", reply_to="lectrice@exemple.fr", site_url="http://x")
    assert heap(client, "signalement à traiter") == 1
    listed = client.get(reverse("registre_reports")).content.decode()
    assert "Faux &lt;b&gt;nom&lt;/b&gt;" in listed
    url = reverse("registre_report", args=[report.pk])
    assert client.post(url, {"answer": " "}).status_code == 422
    assert client.post(url, {"answer": "Nom corrigé."}).status_code == 302
    again = client.post(url, {"answer": "Encore."})
    assert again.status_code == 422 and "déjà traité" in again.content.decode()
    mail.send_waiting()
    assert [letter.to for letter in django_mail.outbox].count(["lectrice@exemple.fr"]) == 1
    assert heap(client, "signalement à traiter") == 0
    assert "Nom corrigé." in client.get(reverse("registre_reports"), {"etat": "traites"}).content.decode()


def test_a_contradiction_is_settled_by_choosing_or_by_withdrawing(client: Client) -> None:
    campus = a_campus()
    one = state_fact(campus, field=CampusField.CATEGORY, value="cmq", origin=an_origin())
    other = state_fact(campus, field=CampusField.CATEGORY, value="excellence", origin=an_origin("Autre"))
    assert heap(client, "contradiction entre sources") == 1
    text = client.get(reverse("registre_contradictions")).content.decode()
    assert "Campus d’excellence" in text
    client.post(reverse("registre_prefer", args=[one.pk]))
    campus.refresh_from_db()
    assert campus.category == "cmq"
    assert heap(client, "contradiction entre sources") == 0
    url = reverse("registre_withdraw", args=[one.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "Page périmée"})
    campus.refresh_from_db()
    assert campus.category == "excellence"
    assert "Page périmée" in Change.objects.latest("position").summary
    assert client.post(url, {"reason": "Encore"}).status_code == 422
    assert client.post(reverse("registre_prefer", args=[one.pk])).status_code == 404
    assert other.pk


def test_the_last_name_of_a_campus_stays(client: Client) -> None:
    fact = a_campus().facts.get()
    answer = client.post(reverse("registre_withdraw", args=[fact.pk]), {"reason": "Erreur"})
    assert answer.status_code == 422 and "garde toujours un nom" in answer.content.decode()


def test_gaps_are_counted_and_listed(client: Client) -> None:
    bare, full = a_campus("Campus nu"), a_campus("Campus plein", filiere=CARE)
    add_area(full, kind=AreaKind.PLACE, place=Commune.objects.get(pk="59350"), origin=an_origin())
    record_decision(kind=DecisionKind.AWARDED, decided_on=DAY, campus=full, origin=an_origin())
    deduced = an_origin("Déduit", is_deduced=True)
    state_fact(bare, field=CampusField.FILIERE, value=CARE, origin=deduced)
    assert set(without_dated_label()) == set(review.without_place()) == set(review.with_deduced_filiere()) == {bare}
    assert not review.without_filiere().exists()
    for missing, count in (("date", 1), ("lieu", 1), ("filiere", 1), ("sans-filiere", 0), ("n-importe-quoi", 1)):
        page = client.get(reverse("registre_gaps"), {"manque": missing})
        assert page.context["page"].paginator.count == count, missing


def test_likely_duplicates_are_found_linked_and_leave_the_list(client: Client) -> None:
    one = a_campus("Campus des métiers du bois et de la forêt")
    other = a_campus("Campus bois et forêt")
    a_campus("Campus bois et forêt", region="84")
    a_campus("Campus de la mer")
    assert [(pair.one, pair.other) for pair in review.likely_duplicates()] in ([(one, other)], [(other, one)])
    url = reverse("registre_duplicates")
    form = client.get(url, {"un": one.pk, "autre": other.pk}).context["form"]
    assert str(form["from_campus"].value()) == str(one.pk)
    itself = {"from_campus": one.pk, "to_campus": one.pk, "kind": "doublon_possible", **ORIGIN}
    assert "pas à lui-même" in client.post(url, itself).content.decode()
    client.post(url, {**itself, "to_campus": other.pk, "kind": "a_distinguer"})
    assert one.links_from.get().kind == LinkKind.NOT_SAME
    assert review.likely_duplicates() == []


def test_campuses_of_one_page_or_acronym_resemble_each_other(db: None) -> None:
    pages = {"Campus de la mer": "https://www.exemple.fr/cmq/", "Campus des textiles": "https://exemple.fr/cmq"}
    for name, page in pages.items():
        campus = a_campus(name)
        state_fact(campus, field=CampusField.WEBSITE, value=page, origin=an_origin())
        state_fact(campus, field=CampusField.ACRONYM, value="CM", origin=an_origin())
    neighbour = a_campus("Campus des forges")
    state_fact(neighbour, field=CampusField.WEBSITE, value="https://exemple.fr/forges", origin=an_origin())
    (pair,) = review.likely_duplicates()
    assert pair.reasons == ("même sigle « CM »", "même site exemple.fr/cmq")


def test_a_campus_is_entered_with_its_filiere_and_place(client: Client) -> None:
    url = reverse("registre_enter_campus")
    sent = {"name": "Campus de l’eau", "region": "76", "commune": "Perpignan", **ORIGIN}
    sent["filiere"] = str(Filiere.objects.order_by("position")[0].pk)
    client.post(url, sent)
    campus = Campus.objects.get(name="Campus de l’eau")
    assert campus.filiere == Filiere.objects.order_by("position")[0]
    assert str(campus.areas.get().commune) == "Perpignan (66)"
    for fields in ({"name": ""}, {"name": "x" * 10_240}, {"region": "00"}, {"commune": "Atlantide"}):
        assert client.post(url, {**sent, "name": "Autre", **fields}).status_code == 422
    assert Campus.objects.count() == 1


def test_a_decision_is_recorded_and_the_label_follows(client: Client) -> None:
    campus = a_campus()
    answer = client.post(reverse("registre_record"), {"campus": campus.pk, **DECISION})
    assert answer["Location"] == reverse("espace_campus", args=[campus.slug])
    decision = campus.decisions.get()
    assert (decision.nor, decision.duration_years, decision.region_id) == ("MENE1925423A", 3, "32")
    assert campus.labels.get().decision == decision


def test_a_line_entered_by_mistake_is_voided_and_kept(client: Client) -> None:
    campus = a_campus()
    wrong = record_decision(kind=DecisionKind.AWARDED, decided_on=DAY, campus=campus, origin=an_origin())
    url = reverse("registre_void", args=[wrong.pk])
    assert str(wrong) in client.get(url).content.decode()
    assert "300" in client.post(url, {"reason": "x" * 301}).content.decode()
    answer = client.post(url, {"reason": "C’était un autre campus"}, follow=True)
    assert "Ligne annulée" in answer.content.decode()
    assert "ligne annulée : C’était un autre campus" in answer.content.decode()
    assert not campus.labels.exists()
    assert "déjà été corrigée" in client.post(url, {"reason": "encore"}).content.decode()


def test_decisions_that_do_not_hold_together_are_counted_and_listed(client: Client) -> None:
    campus = a_campus()
    record_decision(kind=DecisionKind.RESTORED, decided_on=DAY, campus=campus, origin=an_origin())
    listed = client.get(reverse("registre_contradictions")).content.decode()
    assert "aucun label ne court à cette date" in listed and campus.name in listed
    counted = {heap.label: heap.count for heap in client.get(reverse("registre")).context["waiting"]}
    assert counted["décision incohérente"] == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"duration_years": "6"}, "inférieure ou égale à 5"),
        ({"duration_years": "-1"}, "supérieure ou égale à 1"),
        ({"nor": "PASUNNOR"}, "MENE1925423A"),
        ({"decided_on": "bientôt"}, "Donnez une date"),
        ({"starts_on": "2023", "ends_on": "2021"}, "précède son début"),
        ({"campus": "999999"}, "choix"),
        ({"campus": "", "claimed_name": ""}, ""),
        ({"campus": "", "claimed_name": "Sans région"}, "Donnez la région"),
        ({"act": "x" * 10_240}, "200"),
    ],
)
def test_a_false_decision_is_refused(client: Client, fields: dict[str, str], sentence: str) -> None:
    campus, before = a_campus(), LabelDecision.objects.count()
    answer = client.post(reverse("registre_record"), {"campus": campus.pk, **DECISION, **fields})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert LabelDecision.objects.count() == before


def test_a_correction_is_a_new_line_and_the_old_one_stays(client: Client) -> None:
    campus = a_campus()
    old = record_decision(kind=DecisionKind.AWARDED, decided_on=DAY, campus=campus, terms=Terms(duration_years=3))
    same_event = record_decision(
        kind=DecisionKind.AWARDED, decided_on=PartialDate(2022, 4, 23), campus=campus, same_event_as=old
    )
    url = reverse("registre_correct", args=[old.pk])
    form = client.get(url).context["form"]
    assert (form["decided_on"].value(), form["duration_years"].value()) == ("15/04/2022", 3)
    unchanged = {**DECISION, "nor": ""}
    assert "Rien n’est changé" in client.post(url, unchanged).content.decode()
    client.post(url, {**unchanged, "duration_years": "5"})
    new = LabelDecision.objects.get(corrects=old)
    assert (new.duration_years, campus.labels.get().decision) == (5, new)
    assert campus.labels.get().starts_by.isoformat() == "2022-04-23", "the other source's date was lost"
    assert LabelDecision.objects.get(corrects=same_event).same_event_as == new
    old.refresh_from_db()
    assert old.duration_years == 3
    again = client.post(url, {**unchanged, "duration_years": "4"})
    assert again.status_code == 422 and "déjà été corrigée" in again.content.decode()


def test_an_unnamed_award_of_the_wrong_region_is_corrected(client: Client) -> None:
    decision = an_unmatched(terms=Terms(duration_years=3))
    url = reverse("registre_correct", args=[decision.pk])
    sent = {**DECISION, "nor": "", "region": "84", "filiere": str(decision.filiere_id)}
    assert client.post(url, {**sent, "region": ""}).status_code == 422
    assert client.post(url, sent)["Location"] == reverse("registre_decisions")
    (waiting,) = LabelDecision.objects.unmatched()
    assert (waiting.region_id, waiting.claimed_name, waiting.corrects) == ("84", "(nom non donné)", decision)


def test_an_unnamed_award_is_matched_to_a_campus_of_its_region(client: Client) -> None:
    decision, likely, other = an_unmatched(), a_campus(filiere=CARE), a_campus()
    elsewhere = a_campus(region="84", filiere=CARE)
    url = reverse("registre_match", args=[decision.pk])
    page = client.get(url)
    assert [each.campus for each in page.context["candidates"]] == [likely, other]
    assert "même région, même filière" in page.content.decode()
    assert client.post(url, {"campus": elsewhere.pk}).status_code == 422
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"campus": likely.pk})["Location"] == reverse("registre_decisions")
    assert likely.decisions.get().corrects == decision
    assert heap(client, "décision sans campus nommé") == 0
    again = client.post(url, {"campus": other.pk})
    assert again.status_code == 422 and "déjà été corrigée" in again.content.decode()


def test_candidates_come_with_what_speaks_for_and_against_them(db: None) -> None:
    decision = an_unmatched(terms=Terms(category="excellence"))
    sure, taken, deduced, other = (a_campus(name) for name in ("A sûr", "B pris", "C déduit", "D autre"))
    for campus in (sure, taken):
        state_fact(campus, field=CampusField.FILIERE, value=CARE, origin=an_origin())
    state_fact(deduced, field=CampusField.FILIERE, value=CARE, origin=an_origin(is_deduced=True))
    state_fact(other, field=CampusField.FILIERE, value="Tourisme, gastronomie", origin=an_origin())
    state_fact(sure, field=CampusField.CATEGORY, value="excellence", origin=an_origin())
    state_fact(other, field=CampusField.CATEGORY, value="cmq", origin=an_origin())
    record_decision(kind=DecisionKind.RENEWED, decided_on=PartialDate(2022), campus=taken)
    found = candidates(decision)
    assert [each.campus for each in found] == [sure, deduced, taken, other]
    assert found[0].reasons == ("même région", "même filière", "même catégorie")
    assert found[1].reasons == ("même région", "même filière (déduite)")
    assert found[2].reasons == ("même région", "même filière", "a déjà une décision datée de 2022")
    assert found[3].reasons == ("même région", "autre filière", "autre catégorie")


def test_who_has_which_role_and_a_new_keeper(client: Client) -> None:
    campus = a_campus("Campus de la mer")
    director, contact = a_director(campus), a_contact(an_organisation())
    url = reverse("registre_people")
    listed = client.get(url).content.decode()
    assert director.email in listed and contact.email in listed
    only = client.get(url, {"role": "directeur", "q": "mer"}).context["page"].object_list
    assert [each.email for each in only] == [director.email]
    assert client.post(url, {"email": "pas une adresse"}).status_code == 422
    assert client.post(url, {"email": "gardienne@exemple.fr"}).status_code == 302
    waiting = client.get(url, {"role": "invitation"}).context["page"].object_list
    assert [(each.email, each.role) for each in waiting] == [("gardienne@exemple.fr", "gardien")]
    assert client.post(url, {"email": "gardienne@exemple.fr"}).status_code == 422


def test_without_a_keeping_body_nobody_is_invited(db: None) -> None:
    from tests.factories import a_person

    client = logged_in(a_person(is_superuser=True))
    assert not Organisation.objects.filter(keeps_register=True).exists()
    answer = client.post(reverse("registre_people"), {"email": "a@exemple.fr"})
    assert answer.status_code == 422


def test_letters_are_listed_without_their_text(client: Client) -> None:
    token = invite(a_campus(), email="a@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    url = reverse("registre_outbox")
    text = client.get(url).content.decode()
    assert "a@exemple.fr" in text and "en attente" in text
    assert token not in text
    OutgoingMail.objects.update(attempts=2, last_error="Le serveur ne répond pas")
    assert "Le serveur ne répond pas" in client.get(url, {"etat": "echec"}).content.decode()
    mail.send_waiting()
    assert client.get(url, {"etat": "attente"}).context["page"].paginator.count == 0
    assert client.get(url, {"etat": "parties"}).context["page"].paginator.count == 1


def test_a_letter_can_be_read_unless_it_bears_a_key(client: Client) -> None:
    token = invite(a_campus(), email="a@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    secret = OutgoingMail.objects.get()
    shown = client.get(reverse("registre_letter", args=[secret.pk])).content.decode()
    assert secret.subject in shown and "clé personnelle" in shown and token not in shown
    mail.post("b@exemple.fr", "mail/unknown_account", {"email": "<b>@exemple.fr"}, key="k")
    plain = client.get(reverse("registre_letter", args=[OutgoingMail.objects.latest("pk").pk])).content.decode()
    assert "Aucun compte n’a cette adresse" in plain and "&lt;b&gt;" in plain
    assert client.get(reverse("registre_letter", args=[999_999])).status_code == 404


def test_models_of_letters_are_shown_with_examples(client: Client) -> None:
    listed = client.get(reverse("registre_letter_models")).content.decode()
    assert "Invitation : Contributeur" in listed
    shown = client.get(reverse("registre_letter_model", args=["invitation"])).content.decode()
    assert "Camille Exemple vous invite" in shown
    drawn = client.get(reverse("registre_letter_drawn", args=["invitation"]))
    assert "style-src 'sha256-" in drawn["Content-Security-Policy"] and "sandbox" in drawn["Content-Security-Policy"]
    assert client.get(reverse("registre_letter_model", args=["n-existe-pas"])).status_code == 404


def test_the_change_feed_is_read_by_act_and_by_object(client: Client) -> None:
    a_campus("Campus de la mer")
    url = reverse("registre_changes")
    lines = client.get(url, {"acte": "campuses.enter"}).context["lines"]
    assert [line.change.summary for line in lines] == ["Campus inscrit au registre : Campus de la mer."]
    assert client.get(url, {"objet": "n.existe"}).context["page"].paginator.count == 0


def test_a_table_is_checked_then_applied_once(client: Client) -> None:
    url = reverse("registre_imports")
    content = "nom;région\nCampus du tableau;Bretagne\n".encode()
    answer = client.post(url, {"file": SimpleUploadedFile("campus.csv", content)})
    sent = RegisterImport.objects.get()
    assert answer["Location"] == reverse("registre_import", args=[sent.pk])
    report = client.get(answer["Location"])
    assert sent.state == ImportState.CHECKED, sent.report
    assert "Rien n’est encore écrit" in report.content.decode()
    assert not Campus.objects.filter(name="Campus du tableau").exists()
    assert client.post(answer["Location"]).status_code == 302
    assert Campus.objects.filter(name="Campus du tableau").count() == 1
    again = client.post(answer["Location"])
    assert again.status_code == 422 and "déjà été appliqué" in again.content.decode()
    assert "Appliqué" in client.get(url).content.decode()


def test_a_ruined_table_is_refused_by_row_and_column(client: Client) -> None:
    content = "nom;région\nCampus du tableau;Atlantide\n".encode()
    answer = client.post(reverse("registre_imports"), {"file": SimpleUploadedFile("campus.csv", content)}, follow=True)
    text = answer.content.decode()
    assert "Import refusé" in text and "Atlantide" in text
    assert "Appliquer ce fichier" not in text
    empty = client.post(reverse("registre_imports"), {"file": SimpleUploadedFile("campus.csv", b"")})
    assert empty.status_code == 422
    assert client.post(reverse("registre_imports")).status_code == 422


def test_the_empty_workbook_is_given(client: Client) -> None:
    answer = client.get(reverse("registre_import_template"))
    assert answer.content[:2] == b"PK"
    assert "attachment" in answer["Content-Disposition"]


def _rows() -> None:
    """One row more in every list of the workspace."""
    number = Campus.objects.count()
    campus = a_campus(f"Campus {'abcdefgh'[number % 8] * 12}")
    state_fact(campus, field=CampusField.CATEGORY, value="cmq", origin=an_origin())
    state_fact(campus, field=CampusField.CATEGORY, value="excellence", origin=an_origin("Autre"))
    state_fact(campus, field=CampusField.FILIERE, value=CARE, origin=an_origin(is_deduced=True))
    an_unmatched(f"Sans nom {number}")
    report_error(campus, message="Faux", site_url="http://x")
    a_director(campus)
    a_contact(an_organisation())
    invite(campus, email=f"i{number}@exemple.fr", role=CampusRole.CONTRIBUTOR, by=a_director(campus))


def _rows_on(campus: Campus) -> None:
    """One row more in every list of one campus."""
    number = campus.partnerships.count()
    add_partner(campus, an_organisation(commune=Commune.objects.get(pk="59350")), origin=an_origin())
    add_name(campus, name=f"Autre nom {number}", kind=NameKind.FORMER, origin=an_origin())
    place = Commune.objects.order_by("pk")[number]
    add_area(campus, kind=AreaKind.PLACE, place=place, origin=an_origin())
    state_fact(campus, field=CampusField.REMARK, value=f"Remarque {number}", origin=an_origin())
    record_decision(kind=DecisionKind.RENEWED, decided_on=PartialDate(2015 + number), campus=campus, origin=an_origin())
    link_campuses(campus, a_campus(), kind=LinkKind.MAYBE_SAME, origin=an_origin())
    invite(campus, email=f"i{number}@exemple.fr", role=CampusRole.CONTRIBUTOR, by=a_director(campus))


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def assert_bounded(client: Client, urls: Sequence[str], add_row: Callable[[], None]) -> None:
    add_row()
    one = {url: queries(client, url) for url in urls}
    add_row()
    add_row()
    assert {url: queries(client, url) for url in urls} == one
    assert {url: number for url, number in one.items() if number > 40} == {}


def test_queries_do_not_grow_with_the_rows(client: Client) -> None:
    names = [
        "espace",
        "registre",
        "registre_reports",
        "registre_contradictions",
        "registre_gaps",
        "registre_duplicates",
        "registre_decisions",
        "registre_record",
        "registre_people",
        "registre_outbox",
        "registre_changes",
        "registre_imports",
    ]
    assert_bounded(client, [reverse(name) for name in names], _rows)


def test_queries_of_a_match_do_not_grow_with_the_candidates(client: Client) -> None:
    assert_bounded(client, [reverse("registre_match", args=[an_unmatched().pk])], _rows)


def test_queries_of_a_campus_do_not_grow_with_what_is_said_of_it(client: Client) -> None:
    campus = a_campus()
    names = ["espace_campus", "espace_members", "espace_people", "espace_history"]
    assert_bounded(client, [reverse(name, args=[campus.slug]) for name in names], lambda: _rows_on(campus))


def test_queries_of_an_organisation_do_not_grow_with_its_campuses(client: Client) -> None:
    organisation = an_organisation()

    def row() -> None:
        a_contact(organisation)
        add_partner(a_campus(), organisation)

    assert_bounded(client, [reverse("espace_organisation", args=[organisation.pk])], row)
