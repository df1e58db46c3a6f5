"""The register that the product carries: whole, sourced, honest about what is not known."""

import csv
import re
from collections.abc import Iterator

import pytest
from django.db import transaction

from cmq.campuses.models import (
    AreaKind,
    Campus,
    CampusArea,
    CampusFact,
    CampusField,
    CampusLink,
    FiliereCount,
    LinkKind,
    PartnerRole,
    Partnership,
)
from cmq.core import feed
from cmq.core.models import Source
from cmq.core.partial_dates import PartialDate
from cmq.imports import actions
from cmq.imports.actions import SHIPPED, load_register
from cmq.imports.tables import NamedFile
from cmq.labels.models import DateNature, Label, LabelDecision
from cmq.organisations.models import Organisation
from cmq.reference.codes import is_uai
from cmq.reference.models import Filiere, School

PERSONAL_SERVICES = "services-a-la-personne-bien-etre"
ARTICLE = "Le Média social emploi 21/06/2024"


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The register in the database for the length of this module, then gone."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_register()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _register(_loaded: None, db: None) -> None:
    """Each test sees it, and what each test writes is taken back."""


def campus(name: str, region: str = "") -> Campus:
    return Campus.objects.get(name=name, **({"region__name": region} if region else {}))


def values(name: str, field: CampusField) -> dict[str, CampusFact]:
    facts = CampusFact.objects.standing().filter(campus__name=name, field=field)
    return {fact.value: fact for fact in facts}


def test_every_campus_and_every_decision_is_in() -> None:
    assert Campus.objects.count() == 109
    assert LabelDecision.objects.count() == LabelDecision.objects.standing().count() == 98
    assert LabelDecision.objects.unmatched().count() == 10
    assert Campus.objects.values("region").distinct().count() == 17


def test_loading_it_again_is_nothing_at_all() -> None:
    position = feed.position()
    assert load_register() is False
    files = [NamedFile(path.name, path.read_bytes()) for path in SHIPPED.glob("*.csv")]
    assert not actions.apply(files, by=None).changes_something
    assert feed.position() == position


def test_every_source_has_a_title_and_one_title_an_address() -> None:
    assert not Source.objects.filter(title="").exists()
    urls = [url for url in Source.objects.values_list("url", flat=True) if url]
    assert len(urls) == len(set(urls)) > 100
    assert all(re.match(r"https?://[^\s/]+\.[a-z]{2,}", url) for url in urls)


def test_every_campus_and_decision_says_where_it_comes_from() -> None:
    assert not LabelDecision.objects.filter(sources=None).exists()
    assert not CampusFact.objects.filter(field=CampusField.NAME, sources=None).exists()
    assert not Partnership.objects.filter(sources=None).exists()
    unsourced = CampusFact.objects.filter(sources=None, is_deduced=False)
    # Only where the register says that the sources were not kept.
    assert {fact.value for fact in unsourced} == {"Situé à Cholet (Maine-et-Loire).", "Situé en Vendée."}


def test_filieres_are_sourced_or_said_to_be_deduced() -> None:
    assert Campus.objects.filter(filiere__isnull=False, filiere_is_deduced=False).count() == 7
    assert Campus.objects.filter(filiere__isnull=False, filiere_is_deduced=True).count() == 99
    assert Campus.objects.filter(filiere=None).count() == 3


def test_categories_are_those_that_a_source_gives() -> None:
    assert Campus.objects.filter(category="excellence").count() == 29
    assert Campus.objects.filter(category="cmq").count() == 6
    orion = values("Intelligence artificielle", CampusField.CATEGORY)["cmq"]
    assert orion.observed_on == PartialDate(2024, 5, 14)
    assert "Orion" in orion.sources.get().title
    for fact in CampusFact.objects.filter(field=CampusField.CATEGORY):
        assert fact.sources.exists()


def test_every_uai_is_valid_and_in_the_commune_of_its_school() -> None:
    organisations = Organisation.objects.exclude(uai=None)
    assert organisations.count() == 32
    for organisation in organisations:
        assert is_uai(organisation.uai)
        assert organisation.commune_id == School.objects.get(uai=organisation.uai).commune_id


def test_every_place_is_a_commune_of_today() -> None:
    assert CampusArea.objects.filter(kind__in=[AreaKind.PLACE, AreaKind.SEAT]).values("campus").distinct().count() > 65
    [seat] = CampusArea.objects.filter(kind=AreaKind.SEAT)
    assert (str(seat.commune), seat.campus.name) == ("Blagnac (31)", "Aéronautique et spatial en Occitanie")


def test_contradictions_stand_side_by_side() -> None:
    versailles = values("Patrimoine et Artisanat d’excellence", CampusField.CATEGORY)
    assert set(versailles) == {"excellence", "cmq"}
    assert versailles["cmq"].is_preferred
    assert {source.title for source in versailles["excellence"].sources.all()} == {
        "CY Cergy Paris Université 09/11/2021",
        "Défi métiers 11/02/2020",
    }
    reunion = values("Génie civil et éco-construction en milieu tropical", CampusField.CATEGORY)
    assert set(reunion) == {"excellence", "cmq"}
    assert {source.title for source in reunion["excellence"].sources.all()} == {"Zinfos974 02/2020"}
    budgets = values("Industrie du futur - Sud", CampusField.FUNDING)
    assert set(budgets) == {"Projet OPPEN : 13 M€.", "Projet OPPEN : 21 M€."}
    assert len({fact.sources.get().url for fact in budgets.values()}) == 2
    assert len(values("Industries créatives de la mode et du luxe", CampusField.REMARK)) == 2


def test_the_three_dates_of_occitanie_are_one_label() -> None:
    name = "Aéronautique et spatial en Occitanie"
    first, other = LabelDecision.objects.filter(campus__name=name, kind="obtenu").order_by("same_event_as")
    if first.same_event_as:
        first, other = other, first
    assert (first.decided_on, other.decided_on) == (PartialDate(2016, 3), PartialDate(2016))
    assert other.same_event_as == first
    assert Label.objects.filter(campus__name=name).count() == 2
    assert any("2014" in value for value in values(name, CampusField.HISTORY))


def test_an_announcement_is_not_an_order() -> None:
    natures = dict(LabelDecision.objects.values_list("campus__name", "date_nature"))
    assert natures["Sécurité"] == DateNature.ANNOUNCEMENT
    assert natures["Urbanisme et Construction"] == DateNature.NO_LATER
    assert natures["Travaux publics"] == DateNature.OBSERVED_START
    assert LabelDecision.objects.exclude(date_nature=DateNature.EVENT).count() == 8


def test_the_order_of_april_2022_has_its_two_dates() -> None:
    decisions = LabelDecision.objects.filter(act="arrêté du 15/04/2022")
    assert decisions.count() == 11
    assert {(decision.signed_on.iso, decision.published_on.iso) for decision in decisions} == {
        ("2022-04-15", "2022-04-23")
    }
    assert [decision.campus.name for decision in decisions if decision.campus] == ["Design et industrie du futur"]
    assert decisions.filter(campus=None, filiere=None).get().region.name == "Occitanie"


def test_what_the_article_says_of_hauts_de_france_is_in_with_the_article_as_source() -> None:
    als = campus("Autonomie, Longévité, Santé")
    assert "complémentarités" in als.purpose
    assert als.filiere.slug == PERSONAL_SERVICES and not als.filiere_is_deduced
    hosts = als.partnerships.filter(role=PartnerRole.HOST)
    assert {(str(each.organisation), str(each.organisation.commune)) for each in hosts} == {
        ("Lycée Valentine Labbé", "La Madeleine (59)"),
        ("Lycée Jan Lavezzari", "Berck (62)"),
    }
    unilasalle = als.partnerships.get(role=PartnerRole.ASSOCIATED)
    assert str(unilasalle.organisation.commune) == "Beauvais (60)"
    said = als.facts.filter(field__in=[CampusField.TRAINING, CampusField.PROJECT, CampusField.AUDIENCE])
    assert said.count() == 6
    text = " ".join(fact.value for fact in said)
    for word in ("domotique", "auxiliaires de vie", "Alimcare", "IFAS", "grand public", "UniLaSalle"):
        assert word in text
    for fact in [*said, *hosts, unilasalle]:
        assert ARTICLE in {source.title for source in fact.sources.all()}
        assert fact.observed_on == PartialDate(2024, 6, 21)


def test_personal_services_are_counted_region_by_region_and_one_is_not_identified() -> None:
    counts = FiliereCount.objects.filter(filiere__slug=PERSONAL_SERVICES).select_related("region", "campus")
    article = [count for count in counts if count.sources.filter(title=ARTICLE).exists()]
    assert [count.number for count in article if count.region is None] == [6]
    regions = {count.region.name: count for count in article if count.region}
    assert len(regions) == 6
    assert [name for name, count in regions.items() if count.campus is None] == ["Provence-Alpes-Côte d'Azur"]
    assert "non identifié" in regions["Provence-Alpes-Côte d'Azur"].note
    assert regions["Auvergne-Rhône-Alpes"].is_deduced and "non confirmé" in regions["Auvergne-Rhône-Alpes"].note
    assert Campus.objects.filter(filiere=Filiere.objects.get(slug=PERSONAL_SERVICES)).count() == 6
    assert counts.get(region=None, number=7).sources.get().title == "Focus OI 11/2024"


def test_successions_mergers_and_doubts_are_linked() -> None:
    links = {(str(link.from_campus), link.kind, str(link.to_campus)): link for link in CampusLink.objects.all()}
    ceine = "Campus d’excellence international normand des énergies"
    for old in ("Industrie des énergies (Cherbourg)", "Énergies et efficacité énergétique (Fécamp)"):
        assert "annoncée" in links[old, LinkKind.MERGED_INTO, ceine].note
    itip = (
        "Industrie Technologique Innovante et Performante",
        LinkKind.MAYBE_SAME,
        "Industrie Collaborative et Innovante",
    )
    assert links[itip].is_deduced
    assert len(links) == 8


def test_last_activity_keeps_the_precision_of_its_source() -> None:
    assert campus("Autonomie et Inclusion").last_seen_on == PartialDate(2025, 10, 15)
    assert campus("Agroéquipements").last_seen_on == PartialDate(2021, 8)
    assert campus("Tourisme et innovation").last_seen_on is None


def test_former_names_find_their_campus() -> None:
    assert campus("STAHR").names.get(kind="ancien").name == "Hôtellerie et Tourisme de montagne"
    assert campus("Text’In").names.get(kind="ancien").name == "Textile, Mode, Cuir et Design"


def test_homonyms_have_addresses_of_their_own() -> None:
    slugs = list(Campus.objects.values_list("slug", flat=True))
    assert len(set(slugs)) == 109
    assert campus("Aéronautique et spatial", "Guyane").slug == "aeronautique-et-spatial"


def test_the_files_hold_french_signs_and_no_working_note() -> None:
    for path in SHIPPED.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert "'" not in re.sub(r"<[^>]*>", "", text), path.name
        for row in csv.DictReader(text.splitlines(), delimiter=";"):
            said = re.sub(r"<[^>]*>", "", " ".join(value or "" for value in row.values()))
            assert not re.search(r"CONFLIT|CORRIGÉ|article de départ|PyPI|extrait", said), said
