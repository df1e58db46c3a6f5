"""From a file to the register: dry or real, twice, all or nothing, and never over a keeper's later word."""

import pytest

from cmq.campuses.actions import end_partnership, link_campuses, prefer_fact, withdraw_fact
from cmq.campuses.models import Campus, CampusFact, CampusField, FiliereCount, LinkKind, NameKind, Partnership
from cmq.core import feed
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, Source
from cmq.core.partial_dates import PartialDate
from cmq.imports import actions
from cmq.imports.models import ImportState, RegisterImport
from cmq.imports.report import Outcome, Report
from cmq.imports.tables import MOST_BYTES, NamedFile
from cmq.labels.actions import Terms, correct_decision, match_decision, record_decision
from cmq.labels.models import DateNature, DecisionKind, Label, LabelDecision
from cmq.organisations.models import Organisation
from tests.factories import a_campus, a_keeper, a_person
from tests.imports.tables import A_CAMPUS, A_DECISION, A_MEMBER, A_SOURCE, a_csv, a_workbook

pytestmark = pytest.mark.django_db

NAME = A_CAMPUS["nom"]
A_FACT = {"campus": NAME, "champ": "categorie", "valeur": "excellence", "sources": A_SOURCE, "constate_le": "2024"}
AN_UNNAMED = {
    "region": "Grand Est",
    "nom_selon_la_source": "(nom non donné) Grand Est",
    "filiere": "Matériaux, matériaux innovants",
    "evenement": "obtenu",
    "date": "15/04/2022",
    "signature": "15/04/2022",
    "publication": "23/04/2022",
    "sources": A_SOURCE,
}
A_COUNT = {"filiere": "Tourisme, gastronomie", "region": "Grand Est", "nombre": "1", "sources": A_SOURCE}


def everything() -> list[NamedFile]:
    """A file for each sheet."""
    other = {"nom": "Campus d’essai du papier", "region": "Grand Est", "sources": A_SOURCE}
    return [
        a_csv("campus", A_CAMPUS, other),
        a_csv("decisions", A_DECISION, AN_UNNAMED),
        a_csv("membres", A_MEMBER),
        a_csv("faits", A_FACT, {**A_FACT, "valeur": "cmq", "constate_le": "2025"}),
        a_csv("liens", {"campus": NAME, "lien": "a_distinguer", "autre_campus": other["nom"], "sources": A_SOURCE}),
        a_csv("constats", A_COUNT, {**A_COUNT, "region": "", "nombre": "6"}),
    ]


def load(*files: NamedFile) -> Report:
    return actions.apply(files, by=None)


def refusals(*files: NamedFile) -> list[str]:
    """The errors of a file, the same dry and real; nothing is left of it."""
    before = _rows()
    report = actions.check(files, by=None)
    with pytest.raises(actions.ImportRefused) as caught:
        load(*files)
    assert caught.value.report == report
    assert _rows() == before
    return [str(error) for error in report.errors]


def _rows() -> dict[str, int]:
    models = (Campus, CampusFact, LabelDecision, Label, Partnership, Organisation, Source, FiliereCount, Change)
    return {model.__name__: model._default_manager.count() for model in models}


def test_a_campus_gets_all_that_its_row_says() -> None:
    report = load(a_csv("campus", A_CAMPUS))
    campus = Campus.objects.get()
    assert (campus.name, campus.acronym, campus.region.name) == (NAME, "CEMB", "Grand Est")
    assert campus.filiere.name == "Matériaux, matériaux innovants" and campus.filiere_is_deduced
    assert sorted(str(area) for area in campus.areas.all()) == [
        "Ardennes (08)",
        "Nancy-Metz",
        "Reims",
        "Vosges (88)",
        "Épinal (88)",
    ]
    assert [(name.name, name.kind) for name in campus.names.all()] == [("Campus du bois d’essai", NameKind.FORMER)]
    assert report.created == {"campus": 1}
    source = Source.objects.get()
    assert (source.title, source.url) == ("Journal d’essai 01/02/2024", "https://exemple.fr/article")
    assert source.published_on == PartialDate(2024, 2, 1)
    assert all(source in fact.sources.all() for fact in campus.facts.all())
    assert campus.facts.get(field=CampusField.NAME).observed_on == PartialDate(2024, 2, 1)


def test_each_sheet_reaches_the_register() -> None:
    report = load(*everything())
    assert report.created == {"campus": 2, "decisions": 2, "membres": 1, "faits": 1, "liens": 1, "constats": 2}
    # The decision had said the category already, from the same source.
    assert (report.changed, report.unchanged) == ({}, {"faits": 1})
    campus = Campus.objects.get(name=NAME)
    decision = campus.decisions.get()
    assert (decision.decided_on, decision.duration_years) == (PartialDate(2024, 2), 3)
    assert Label.objects.get().decision == decision
    unnamed = LabelDecision.objects.unmatched().get()
    assert (unnamed.signed_on, unnamed.published_on) == (PartialDate(2022, 4, 15), PartialDate(2022, 4, 23))
    assert unnamed.filiere.slug == "materiaux-materiaux-innovants"
    assert campus.partnerships.get().organisation.uai == "0590122M"
    assert campus.links_from.get().kind == LinkKind.NOT_SAME
    assert sorted(str(count) for count in FiliereCount.objects.all()) == [
        "Tourisme, gastronomie – France : 6",
        "Tourisme, gastronomie – Grand Est : 1",
    ]


def test_two_sources_that_contradict_each_other_both_stand() -> None:
    load(*everything())
    facts = CampusFact.objects.standing().filter(campus__name=NAME, field=CampusField.CATEGORY)
    assert {fact.value for fact in facts} == {"excellence", "cmq"}
    assert [fact.value for fact in facts if fact.is_preferred] == ["cmq"]


def test_a_workbook_says_the_same_as_its_files() -> None:
    sheets = {file.name[:-4]: file.content.decode().splitlines() for file in everything()}
    workbook = a_workbook({name: [line.split(";") for line in lines] for name, lines in sheets.items()})
    load(*everything())
    position = feed.position()
    assert not load(workbook).changes_something
    assert feed.position() == position


def test_a_dry_run_says_what_the_real_one_does_and_writes_nothing() -> None:
    before, position = _rows(), feed.position()
    dry = actions.check(everything(), by=None)
    assert (_rows(), feed.position()) == (before, position)
    assert load(*everything()) == dry
    partly = [a_csv("campus", {**A_CAMPUS, "sigle": "AUTRE"}), *everything()[1:]]
    dry = actions.check(partly, by=None)
    assert dry.changed == {"campus": 1}
    assert load(*partly) == dry


def test_a_second_run_changes_nothing() -> None:
    load(*everything())
    before, position = _rows(), feed.position()
    report = load(*everything())
    assert (report.created, report.changed) == ({}, {})
    assert sum(report.unchanged.values()) == 10
    assert _rows() == before
    assert feed.position() == position


def test_the_feed_says_who_loaded_the_file() -> None:
    keeper, position = a_keeper(), feed.position()
    actions.apply([a_csv("campus", A_CAMPUS)], by=keeper)
    assert set(Change.objects.after(position).values_list("by", flat=True)) == {keeper.pk}


def test_one_wrong_row_in_the_middle_leaves_nothing() -> None:
    rows = [{"nom": f"Campus d’essai {n}", "region": "Grand Est", "sources": A_SOURCE} for n in range(5)]
    rows[2] |= {"siege": "Nulle-Part (88)"}
    [error] = refusals(a_csv("campus", *rows))
    assert error.startswith("campus.csv, ligne 4, colonne siege : « Nulle-Part (88) » n’est pas une commune")


def test_a_failed_row_takes_its_sources_with_it() -> None:
    """The source that a refused row was the first to name is made again by the next row that names it."""
    campus = a_campus("Campus d’essai")
    fact = {"campus": "Campus d’essai", "champ": "objet", "valeur": "Bois", "sources": A_SOURCE}
    load(a_csv("faits", fact))
    withdraw_fact(campus.facts.get(field=CampusField.PURPOSE), reason="faux", by=a_keeper())
    other = "Autre journal <https://exemple.fr/autre>"
    report = load(a_csv("faits", {**fact, "sources": other}, {**fact, "valeur": "Papier", "sources": other}))
    assert (report.created, report.unchanged) == ({"faits": 1}, {"faits": 1})
    assert campus.facts.get(value="Papier").sources.get().url == "https://exemple.fr/autre"


def test_a_refused_campus_is_said_once() -> None:
    wrong = {**A_CAMPUS, "region": "Atlantide"}
    [error] = refusals(a_csv("campus", wrong), *everything()[1:4])
    assert "« Atlantide » n’est pas une région" in error


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"filiere": "Pêche à la ligne"}, "colonne filiere : « Pêche à la ligne » n’est pas l’une des douze filières"),
        ({"academies": "Poudlard"}, "colonne academies : « Poudlard » n’est pas une académie"),
        ({"academies": "Lille"}, "l’académie « Lille » n’est pas dans la région Grand Est"),
        ({"territoire": "8"}, "colonne territoire : « 8 » a perdu son zéro (tableur) : écrivez 08"),
        ({"territoire": "Bourgogne"}, "« Bourgogne » n’est pas un département"),
        ({"siege": "Lille (59)"}, "« Lille (59) » n’est pas dans la région Grand Est"),
        ({"lieux": "Saint-Denis"}, "plusieurs communes s’appellent « Saint-Denis »"),
        ({"lieux": "Bourg (1)"}, "écrivez (01)"),
        ({"lieux": "Tomblain"}, "Vouliez-vous dire « Tomblaine (54) »"),
        ({"lieux": "((("}, "écrivez « Nom (département) »"),
        ({"site_web": "exemple.fr"}, "colonne site_web : « exemple.fr » n’est pas une adresse web"),
    ],
)
def test_what_the_reference_does_not_know_is_refused(change: dict[str, str], said: str) -> None:
    [error] = refusals(a_csv("campus", {**A_CAMPUS, **change}))
    assert said in error
    assert error.startswith("campus.csv, ligne 2, colonne ")


@pytest.mark.parametrize(
    ("sheet", "row", "said"),
    [
        ("decisions", {**A_DECISION, "campus": "Inconnu"}, "aucun campus « Inconnu » en Grand Est"),
        ("decisions", {**AN_UNNAMED, "nom_selon_la_source": ""}, "colonne campus : donnez le campus, ou"),
        ("decisions", {**A_DECISION, "meme_evenement_que": "2020"}, "n’a pas de décision « label obtenu » du 2020"),
        ("decisions", {**A_DECISION, "debut": "2025", "fin": "2024"}, "La fin du label précède son début"),
        ("membres", {**A_MEMBER, "depuis": "2025", "jusqua": "2024"}, "La fin du rôle précède son début"),
        ("faits", {**A_FACT, "valeur": "superbe"}, "colonne valeur : La catégorie est « cmq » ou « excellence »"),
        ("faits", {**A_FACT, "region": "Bretagne"}, "aucun campus « Campus d’essai des métiers du bois » en Bretagne"),
        ("liens", {"campus": NAME, "lien": "a_distinguer", "autre_campus": NAME}, "ne se relie pas à lui-même"),
        ("constats", {**A_COUNT, "campus": NAME, "nombre": "2"}, "Un campus nommé compte pour un"),
        ("constats", {**A_COUNT, "campus": NAME, "region": "Bretagne"}, "aucun campus"),
    ],
)
def test_what_the_register_refuses_is_said_with_its_place(sheet: str, row: dict[str, str], said: str) -> None:
    load(a_csv("campus", A_CAMPUS))
    [error] = refusals(a_csv(sheet, row))
    assert error.startswith(f"{sheet}.csv, ligne 2")
    assert said in error


def test_homonyms_are_told_apart_by_their_region() -> None:
    load(a_csv("campus", A_CAMPUS, {"nom": NAME, "region": "Guyane"}))
    assert Campus.objects.filter(name=NAME).count() == 2
    [error] = refusals(a_csv("faits", A_FACT))
    assert "plusieurs campus s’appellent" in error and "donnez la région" in error
    load(a_csv("faits", {**A_FACT, "region": "Guyane"}))
    assert Campus.objects.get(name=NAME, region__name="Guyane").category == "excellence"


def test_a_campus_is_known_by_its_former_name_and_by_another_spelling() -> None:
    load(a_csv("campus", A_CAMPUS))
    load(a_csv("faits", {**A_FACT, "campus": "campus du bois d'essai"}))
    report = load(a_csv("campus", {"nom": NAME.upper(), "region": "44"}))
    assert report.unchanged == {"campus": 1}
    assert Campus.objects.get().facts.filter(field=CampusField.NAME).count() == 1


def test_the_demonstration_is_never_written_to() -> None:
    a_campus(NAME, region="44", is_demo=True)
    assert load(a_csv("campus", A_CAMPUS)).created == {"campus": 1}
    assert Campus.objects.filter(name=NAME, is_demo=False).get().slug != Campus.objects.get(is_demo=True).slug


def test_another_date_of_the_same_event_hangs_on_the_first_wherever_it_stands() -> None:
    other = {**A_DECISION, "date": "2023", "meme_evenement_que": "02/2024", "categorie": "", "duree_ans": ""}
    load(a_csv("campus", A_CAMPUS), a_csv("decisions", other, A_DECISION))
    first = LabelDecision.objects.get(decided_on=PartialDate(2024, 2))
    assert LabelDecision.objects.get(decided_on=PartialDate(2023)).same_event_as == first
    assert Label.objects.count() == 1


def test_a_decision_told_otherwise_is_a_correction() -> None:
    load(a_csv("campus", A_CAMPUS), a_csv("decisions", A_DECISION))
    report = load(a_csv("decisions", {**A_DECISION, "duree_ans": "5"}))
    assert (report.created, report.changed) == ({}, {"decisions": 1})
    corrected = LabelDecision.objects.standing().get()
    assert corrected.duration_years == 5 and corrected.corrects is not None


def test_what_a_keeper_withdrew_stays_withdrawn() -> None:
    load(a_csv("campus", A_CAMPUS), a_csv("faits", A_FACT))
    withdraw_fact(CampusFact.objects.get(field=CampusField.CATEGORY), reason="faux", by=a_keeper())
    withdraw_fact(CampusFact.objects.get(field=CampusField.ACRONYM), reason="faux", by=a_keeper())
    report = load(a_csv("campus", A_CAMPUS), a_csv("faits", A_FACT))
    assert not report.changes_something
    assert "retiré par un gardien, laissé" in report.lines[-1].label
    assert (Campus.objects.get().category, Campus.objects.get().acronym) == ("", "")


def test_what_a_keeper_chose_stays_chosen() -> None:
    load(a_csv("campus", A_CAMPUS), a_csv("faits", A_FACT, {**A_FACT, "valeur": "cmq", "constate_le": "2025"}))
    prefer_fact(CampusFact.objects.get(value="excellence"), by=a_keeper())
    load(a_csv("faits", {**A_FACT, "valeur": "cmq", "constate_le": "2026"}))
    assert Campus.objects.get().category == "excellence"


def test_an_award_that_a_keeper_matched_does_not_come_back() -> None:
    load(a_csv("campus", A_CAMPUS), a_csv("decisions", AN_UNNAMED))
    match_decision(LabelDecision.objects.unmatched().get(), Campus.objects.get(), by=a_keeper())
    position = feed.position()
    report = load(a_csv("decisions", AN_UNNAMED))
    assert "corrigé depuis au registre, laissé" in report.lines[0].label
    assert not LabelDecision.objects.unmatched().exists()
    assert feed.position() == position


def test_a_decision_that_a_keeper_corrected_is_not_put_back() -> None:
    load(a_csv("campus", A_CAMPUS), a_csv("decisions", A_DECISION))
    old = LabelDecision.objects.get()
    correct_decision(
        old,
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate(2024, 2, 6),
        filiere=old.filiere,
        terms=_terms_of(old),
        by=a_keeper(),
    )
    assert not load(a_csv("decisions", A_DECISION)).changes_something
    assert LabelDecision.objects.standing().get().decided_on == PartialDate(2024, 2, 6)


def _terms_of(decision: LabelDecision) -> Terms:
    return Terms(**{column: getattr(decision, column) for column in Terms().columns()})


def test_a_row_without_a_filiere_leaves_that_of_the_decision() -> None:
    load(a_csv("campus", A_CAMPUS), a_csv("decisions", A_DECISION))
    load(a_csv("faits", {**A_FACT, "champ": "filiere", "valeur": "Tourisme, gastronomie"}))
    assert Campus.objects.get().filiere.slug == "tourisme-gastronomie"
    assert not load(a_csv("decisions", A_DECISION)).changes_something


def test_a_role_that_a_keeper_ended_is_not_opened_again_unless_it_begins_later() -> None:
    load(a_csv("campus", A_CAMPUS), a_csv("membres", A_MEMBER))
    end_partnership(Partnership.objects.get(), on=PartialDate(2025), by=a_keeper())
    assert "rôle terminé depuis" in load(a_csv("membres", A_MEMBER)).lines[0].label
    assert load(a_csv("membres", {**A_MEMBER, "depuis": "2026"})).created == {"membres": 1}


def test_organisations_are_known_by_their_keys_and_completed() -> None:
    load(a_csv("campus", A_CAMPUS), a_csv("membres", {**A_MEMBER, "commune": ""}))
    load(a_csv("membres", {**A_MEMBER, "organisation": "LYCÉE V. LABBÉ", "role": "associe"}))
    organisation = Organisation.objects.get(uai="0590122M")
    assert (organisation.name, str(organisation.commune)) == ("Lycée Valentine Labbé", "La Madeleine (59)")


def test_two_organisations_of_one_name_need_a_key() -> None:
    row = {"campus": NAME, "organisation": "Lycée Jean Moulin", "nature": "lycee", "sources": A_SOURCE}
    load(a_csv("campus", A_CAMPUS), a_csv("membres", {**row, "commune": "Lille (59)"}))
    [error] = refusals(a_csv("membres", {**row, "commune": "Rennes (35)"}))
    assert "une organisation de ce nom est à Lille (59) : donnez l’UAI" in error


def test_a_link_of_another_kind_is_refused_not_swallowed() -> None:
    one, other = a_campus("Un", region="44"), a_campus("Deux", region="44")
    link_campuses(one, other, kind=LinkKind.MAYBE_SAME)
    [error] = refusals(a_csv("liens", {"campus": "Un", "lien": "a_distinguer", "autre_campus": "Deux"}))
    assert "déjà reliés au registre : « peut-être le même que »" in error


def test_very_many_errors_are_counted_not_listed() -> None:
    rows = [{"nom": f"Campus {n}", "region": "Atlantide"} for n in range(230)]
    errors = refusals(a_csv("campus", *rows))
    assert len(errors) == 201
    assert errors[-1] == "… et 30 autres erreurs."


def test_only_keepers_load_files() -> None:
    stranger = a_person()
    for act in (actions.check, actions.apply):
        with pytest.raises(NotAllowed):
            act(everything(), by=stranger)
    with pytest.raises(NotAllowed):
        actions.receive_file("campus.csv", b"", by=stranger)
    assert not RegisterImport.objects.exists()


def test_a_received_file_waits_with_its_dry_run_then_is_applied_once() -> None:
    keeper = a_keeper()
    position = feed.position()
    file = a_csv("campus", A_CAMPUS)
    received = actions.receive_file("C:\\dossier\\campus.csv", file.content, by=keeper)
    assert (received.name, received.state, received.uploaded_by) == ("campus.csv", ImportState.CHECKED, keeper)
    assert feed.position() == position and not Campus.objects.exists()
    report = actions.apply_import(received, by=keeper)
    received.refresh_from_db()
    assert received.state == ImportState.APPLIED and received.applied_at is not None
    assert received.outcome == report
    assert Change.objects.latest("position").act == "imports.apply"
    with pytest.raises(Refusal, match="déjà été appliqué"):
        actions.apply_import(received, by=keeper)
    with pytest.raises(NotAllowed):
        actions.apply_import(received, by=a_person())


def test_a_refused_file_keeps_its_errors_and_not_its_content() -> None:
    keeper = a_keeper()
    received = actions.receive_file("campus.xlsx", b"MZ\x90", by=keeper)
    assert received.state == ImportState.REFUSED
    assert bytes(RegisterImport.objects.get().content) == b""
    assert "est un programme" in received.outcome.errors[0].message
    with pytest.raises(Refusal, match="a été refusé"):
        actions.apply_import(received, by=keeper)
    with pytest.raises(Refusal, match="dépasse 5 Mo"):
        actions.receive_file("campus.csv", b"a" * (MOST_BYTES + 1), by=keeper)


def test_a_file_that_no_longer_fits_is_refused_when_applied() -> None:
    keeper = a_keeper()
    a_campus("Un", region="44")
    received = actions.receive_file("faits.csv", a_csv("faits", {**A_FACT, "campus": "Un"}).content, by=keeper)
    assert received.state == ImportState.CHECKED
    a_campus("Un", region="53")
    with pytest.raises(actions.ImportRefused, match="donnez la région"):
        actions.apply_import(received, by=keeper)
    received.refresh_from_db()
    assert received.state == ImportState.CHECKED


def test_applying_a_file_that_says_nothing_new_leaves_the_feed_in_peace() -> None:
    keeper = a_keeper()
    load(a_csv("campus", A_CAMPUS))
    position = feed.position()
    received = actions.receive_file("campus.csv", a_csv("campus", A_CAMPUS).content, by=keeper)
    actions.apply_import(received, by=keeper)
    assert feed.position() == position


def test_a_report_survives_its_storage() -> None:
    report = actions.check(everything(), by=None)
    assert Report.from_json(report.as_json()) == report
    assert {line.what for line in report.lines} <= set(Outcome.values)


def test_a_recorded_decision_of_the_register_is_recognised() -> None:
    load(a_csv("campus", A_CAMPUS))
    record_decision(
        kind=DecisionKind.RENAMED,
        decided_on=PartialDate(2025),
        campus=Campus.objects.get(),
    )
    row = {"campus": NAME, "region": "Grand Est", "evenement": "renomme", "date": "2025"}
    assert load(a_csv("decisions", row)).unchanged == {"decisions": 1}
    assert LabelDecision.objects.get(kind=DecisionKind.RENAMED).date_nature == DateNature.EVENT
