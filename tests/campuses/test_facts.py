"""Sourced facts and their projection on the campus."""

import pytest
from django.db import IntegrityError, transaction

from cmq.campuses import actions
from cmq.campuses.models import AreaKind, Campus, CampusFact, CampusField, LinkKind, NameKind, PartnerRole
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.feed import position
from cmq.core.models import Change, Reliability
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.organisations.models import Family, Kind
from cmq.reference.models import Academie, Commune, Departement
from tests.factories import a_campus, a_contributor, a_director, a_keeper, a_person, an_organisation, an_origin

pytestmark = pytest.mark.django_db


def state(campus: Campus, field: CampusField, value: str, **origin: object) -> CampusFact:
    return actions.state_fact(campus, field=field, value=value, origin=an_origin(**origin))


def test_a_new_campus_has_its_name_as_first_fact() -> None:
    campus = a_campus("Bois et Forêt")
    fact = campus.facts.get()
    assert (fact.field, fact.value, fact.is_preferred) == (CampusField.NAME, "Bois et Forêt", True)
    assert campus.slug == "bois-et-foret"


def test_two_campuses_of_one_name_have_two_addresses() -> None:
    a_campus("Aéronautique et spatial", region="03")
    other = a_campus("Aéronautique et spatial", region="76")
    assert other.slug == "aeronautique-et-spatial-occitanie"


def test_contradicting_facts_are_both_kept_and_the_most_trusted_shows() -> None:
    campus = a_campus()
    state(campus, CampusField.CATEGORY, "excellence", reliability=Reliability.MEDIUM)
    state(campus, CampusField.CATEGORY, "cmq", reliability=Reliability.HIGH)
    campus.refresh_from_db()
    assert campus.category == "cmq"
    assert campus.facts.standing().filter(field=CampusField.CATEGORY).count() == 2


def test_what_a_source_says_outweighs_what_is_deduced() -> None:
    campus = a_campus()
    state(campus, CampusField.FILIERE, "Tourisme, gastronomie", is_deduced=True, reliability=Reliability.HIGH)
    campus.refresh_from_db()
    assert campus.filiere_is_deduced
    state(campus, CampusField.FILIERE, "Alimentaire, agroalimentaire", reliability=Reliability.LOW)
    campus.refresh_from_db()
    assert (campus.filiere.name, campus.filiere_is_deduced) == ("Alimentaire, agroalimentaire", False)


def test_a_keeper_s_choice_outlives_the_ranking() -> None:
    campus = a_campus()
    weak = state(campus, CampusField.ACRONYM, "ABC", reliability=Reliability.LOW)
    state(campus, CampusField.ACRONYM, "XYZ", reliability=Reliability.HIGH)
    actions.prefer_fact(weak, by=a_keeper())
    state(campus, CampusField.ACRONYM, "NEUF", reliability=Reliability.HIGH)
    campus.refresh_from_db()
    assert campus.acronym == "ABC"


def test_a_withdrawn_fact_leaves_the_page_and_stays_in_the_history() -> None:
    campus = a_campus()
    wrong = state(campus, CampusField.WEBSITE, "https://faux.example.org/")
    actions.withdraw_fact(wrong, reason="adresse fermée", by=a_keeper())
    campus.refresh_from_db()
    assert campus.website == ""
    assert "adresse fermée" in Change.objects.about(wrong)[0].summary


def test_a_campus_keeps_a_name() -> None:
    with pytest.raises(Refusal, match="garde toujours un nom"):
        actions.withdraw_fact(a_campus().facts.get(), reason="pour voir", by=a_keeper())


def test_the_same_fact_again_gains_a_source_and_changes_nothing_else() -> None:
    campus = a_campus()
    state(campus, CampusField.ACRONYM, "ABC")
    before = position()
    state(campus, CampusField.ACRONYM, "ABC")
    assert position() == before
    fact = state(campus, CampusField.ACRONYM, "ABC", title="Une autre source")
    assert campus.facts.filter(field=CampusField.ACRONYM).count() == 1
    assert fact.sources.count() == 2


def test_the_last_trace_is_the_latest_of_all() -> None:
    campus = a_campus()
    for year in (2022, 2024, 2019):
        origin = Origin(observed_on=PartialDate(year))
        actions.state_fact(campus, field=CampusField.LAST_SEEN, value=f"actif en {year}", origin=origin)
    campus.refresh_from_db()
    assert campus.last_seen_on == PartialDate(2024)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        (CampusField.FILIERE, "Astrologie", "douze filières"),
        (CampusField.CATEGORY, "super", "« cmq » ou « excellence »"),
        (CampusField.WEBSITE, "javascript:alert(1)", "https://"),
        (CampusField.WEBSITE, "https://" + "a" * 400, "trop long"),
        (CampusField.ACRONYM, "", "Écrivez une valeur"),
        (CampusField.NAME, "x" * 300, "trop long"),
    ],
)
def test_a_meaningless_fact_is_refused_and_nothing_is_written(field: CampusField, value: str, reason: str) -> None:
    campus = a_campus()
    before = position()
    with pytest.raises(Refusal, match=reason):
        state(campus, field, value)
    assert position() == before


def test_who_may_state_a_fact() -> None:
    campus = a_campus()
    for person in (a_director(campus), a_contributor(campus), a_keeper()):
        actions.state_fact(campus, field=CampusField.REMARK, value=f"par {person}", by=person)
    for person in (a_person(), a_director(a_campus())):
        with pytest.raises(NotAllowed):
            actions.state_fact(campus, field=CampusField.REMARK, value="intrus", by=person)
    assert not campus.facts.filter(value="intrus").exists()


def test_the_database_itself_holds_one_preferred_fact_per_field() -> None:
    campus = a_campus()
    with pytest.raises(IntegrityError), transaction.atomic():
        CampusFact.objects.create(campus=campus, field=CampusField.NAME, value="Autre", is_preferred=True)


def test_areas_names_and_links_are_stated_once() -> None:
    campus, other = a_campus(), a_campus()
    lille = Academie.objects.get(name="Lille")
    for _ in range(2):
        actions.add_area(campus, kind=AreaKind.ACADEMIE, place=lille, origin=an_origin())
        actions.add_name(campus, name="Ancien  nom", kind=NameKind.FORMER, origin=an_origin())
        actions.link_campuses(campus, other, kind=LinkKind.CONTINUED_BY, origin=an_origin())
    assert (campus.areas.count(), campus.names.count(), campus.links_from.count()) == (1, 1, 1)
    assert campus.names.get().name == "Ancien nom"
    with pytest.raises(Refusal, match="à lui-même"):
        actions.link_campuses(campus, campus, kind=LinkKind.MAYBE_SAME)


def test_a_seat_is_a_commune_and_an_academie_an_academie() -> None:
    campus = a_campus()
    nord = Departement.objects.get(code="59")
    with pytest.raises(Refusal, match="une commune"):
        actions.add_area(campus, kind=AreaKind.SEAT, place=nord)
    with pytest.raises(Refusal, match="académie"):
        actions.add_area(campus, kind=AreaKind.ACADEMIE, place=nord)
    actions.add_area(campus, kind=AreaKind.TERRITORY, place=nord)
    actions.add_area(campus, kind=AreaKind.SEAT, place=Commune.objects.get(insee_code="59350"))


def test_members_stand_in_the_family_of_their_kind_unless_said_otherwise() -> None:
    campus = a_campus()
    cfa = an_organisation(kind=Kind.CFA)
    usual = actions.add_partner(campus, cfa)
    other = actions.add_partner(campus, cfa, role=PartnerRole.FOUNDING, family=Family.ECONOMIC)
    assert (usual.family, other.family) == (Family.SCHOOL, Family.ECONOMIC)
    actions.end_partnership(usual, on=PartialDate(2024), by=a_director(campus))
    with pytest.raises(Refusal, match="déjà parti"):
        actions.end_partnership(usual, on=PartialDate(2025), by=a_director(campus))


def test_a_member_does_not_leave_before_coming() -> None:
    with pytest.raises(Refusal, match="précède son début"):
        actions.add_partner(a_campus(), an_organisation(), starts_on=PartialDate(2020), ends_on=PartialDate(2019))


def test_real_organisations_stay_out_of_the_demonstration() -> None:
    with pytest.raises(Refusal, match="démonstration"):
        actions.add_partner(a_campus(is_demo=True), an_organisation())


def test_an_error_report_reaches_every_keeper_and_is_answered_once(
    django_capture_on_commit_callbacks: object, mailoutbox: list[object]
) -> None:
    campus, keepers = a_campus(), [a_keeper(), a_keeper()]
    with django_capture_on_commit_callbacks(execute=True):
        report = actions.report_error(
            campus, message="Adresse fausse.", reply_to="famille@exemple.fr", site_url="https://exemple.fr"
        )
    assert sorted(to for mail in mailoutbox for to in mail.to) == sorted(keeper.email for keeper in keepers)
    assert "Adresse fausse." in mailoutbox[0].body
    with django_capture_on_commit_callbacks(execute=True):
        actions.answer_report(report, answer="Corrigée, merci.", by=keepers[0])
    assert mailoutbox[-1].to == ["famille@exemple.fr"]
    with pytest.raises(Refusal, match="déjà traité"):
        actions.answer_report(report, answer="Encore.", by=keepers[0])
