"""A renewal drawn from the life of its campus: what is proposed, why, what changed, and the links that stay."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.applications.models import ApplicationKind, LabelApplication, Section
from cmq.campaigns.models import Criterion
from cmq.campuses.models import Campus, Partnership
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.partial_dates import PartialDate
from cmq.core.text import fold
from cmq.evidence.actions import load_indicators
from cmq.evidence.models import Indicator, IndicatorValue
from cmq.funding import actions as funding
from cmq.funding.actions import AgreementTerms
from cmq.funding.models import FunderKind
from cmq.organisations.models import Family
from cmq.projects.models import Project
from cmq.reference.models import Commune
from cmq.renewals import prefill
from cmq.renewals.drawing import insert_paragraph, set_facts
from cmq.renewals.models import FactKind, SectionSource
from cmq.renewals.prefill import Paragraph, paragraphs
from cmq.tours.models import Tour
from cmq.trainings import actions as trainings
from cmq.trainings.rules import TrainingTerms
from tests.factories import a_contributor, a_keeper, an_organisation
from tests.procedure.world import World, a_draft, a_world, label

pytestmark = pytest.mark.django_db
AWARD = dt.date(2023, 3, 1)


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def file(world: World) -> LabelApplication:
    label(world.campus, AWARD)
    return a_draft(world, ApplicationKind.RENEWAL)


def part(file: LabelApplication, words: str) -> Section:
    return file.sections.select_related("criterion", "application__campus").get(title__icontains=words)


def proposed(file: LabelApplication, words: str, world: World) -> dict[str, Paragraph]:
    return {each.key: each for each in paragraphs(part(file, words), on=timezone.localdate(world.at))}


def furnish(campus: Campus, on: dt.date) -> None:
    lycee, new, left = an_organisation("Lycée ancien"), an_organisation("CFA nouveau"), an_organisation("Parti")
    for organisation, starts, ends in (
        (lycee, PartialDate(2019), None),
        (new, PartialDate(2024, 5), None),
        (left, PartialDate(2019), PartialDate(2024)),
    ):
        said = {"starts_on": starts, "ends_on": ends, "family": Family.SCHOOL}
        Partnership.objects.create(campus=campus, organisation=organisation, **said)

    def enter(title: str, starts: dt.date, **fields: object) -> None:
        terms = TrainingTerms(title, lycee, starts_on=starts, **fields)  # type: ignore[arg-type]
        trainings.add_training(campus, terms=terms, by=None, on=on)

    enter("Ancienne", dt.date(2020, 9, 1))
    enter("Nouvelle", dt.date(2024, 9, 1), colorations=("Domotique",))
    enter("Finie", dt.date(2020, 9, 1), ends_on=dt.date(2024, 6, 30))


def test_every_criterion_of_2019_is_paired_but_the_one_that_is_cut(world: World) -> None:
    titles = {fold(each.title) for each in Criterion.objects.filter(specification__version="2019")}
    assert set(prefill._shipped()) < titles
    assert len(titles - set(prefill._shipped())) == 1


def test_trainings_and_partners_say_what_changed_since_the_last_award(file: LabelApplication, world: World) -> None:
    on = timezone.localdate(world.at)
    furnish(world.campus, on)
    found = proposed(file, "Périmètre", world)
    offered = found["formations.offertes"]
    assert "2 formations" in offered.text and "Finie" not in offered.text
    assert offered.change == "Ouvertes depuis le dernier label (01/03/2023) : Nouvelle"
    assert offered.address == f"/espace/campus/{world.campus.slug}/formations/"
    assert "Domotique (Nouvelle, Lycée ancien)" in found["formations.colorations"].text
    assert found["formations.finies"].change.startswith("Terminé depuis")
    assert "CFA nouveau" in found["membres.actuels"].change and "Parti" not in found["membres.actuels"].text
    assert "Parti" in found["membres.partis"].text


def test_money_and_figures(file: LabelApplication, world: World) -> None:
    terms = AgreementTerms(FunderKind.REGION, "Un poste", starts_on=dt.date(2024, 1, 1))
    funding.enter_agreement(world.campus, terms=terms, by=None)
    (agreement,) = proposed(file, "Moyens financiers", world).values()
    assert "montant accordé inconnu" in agreement.text and agreement.change.startswith("Nouveau depuis")
    load_indicators()
    indicator = Indicator.objects.get(code="entreprises")
    for year, number in ((2022, 18), (2025, 27)):
        said = {"year": year, "number": number, "stated_at": world.at}
        IndicatorValue.objects.create(campus=world.campus, indicator=indicator, **said)
    (grown,) = proposed(file, "Diagnostic", world).values()
    assert "27" in grown.text and grown.change == "En hausse : 18 en 2022"


def test_a_campus_with_nothing_gets_no_invented_word(file: LabelApplication, world: World) -> None:
    for section in file.sections.select_related("criterion", "application__campus"):
        assert paragraphs(section, on=timezone.localdate(world.at)) == []


def test_a_paragraph_is_inserted_once_seen_and_stays_linked(file: LabelApplication, world: World) -> None:
    furnish(world.campus, timezone.localdate(world.at))
    section = part(file, "Parcours innovants")
    source = insert_paragraph(section, key="formations.offertes", version=0, by=world.director, at=world.at)
    section.refresh_from_db()
    assert "2 formations" in section.text and "Ouvertes depuis le dernier label" in section.text
    assert source.label == "Formations du campus" and section.version == 1
    with pytest.raises(Refusal, match="entre-temps"):
        insert_paragraph(section, key="formations.offertes", version=0, by=world.director, at=world.at)
    with pytest.raises(Refusal, match="n’est plus proposé"):
        insert_paragraph(section, key="projets.1", version=1, by=world.director, at=world.at)
    insert_paragraph(section, key="formations.offertes", version=1, by=world.director, at=world.at)
    assert SectionSource.objects.count() == 1
    # An instructor writes in the file, and does not draw from what the campus keeps to itself.
    with pytest.raises(NotAllowed):
        insert_paragraph(section, key="formations.offertes", version=2, by=world.instructor, at=world.at)


def test_the_pairing_is_data(file: LabelApplication, world: World) -> None:
    section = part(file, "Périmètre")
    assert prefill.kinds_for(section) == (FactKind.PARTNERS, FactKind.TRAININGS)
    assert section.criterion is not None
    for person in (world.director, a_keeper()):
        with pytest.raises(NotAllowed):
            set_facts(section.criterion, kinds=[FactKind.TOURS], by=person)
    set_facts(section.criterion, kinds=[FactKind.TOURS, FactKind.TOURS], by=world.secretary)
    assert prefill.kinds_for(section) == (FactKind.TOURS,)
    set_facts(section.criterion, kinds=[], by=world.secretary)
    assert prefill.kinds_for(section) == (FactKind.PARTNERS, FactKind.TRAININGS)


def test_the_secretary_pairs_criteria_with_facts_on_a_page(file: LabelApplication, world: World) -> None:
    section = part(file, "Périmètre")
    assert section.criterion is not None
    client = Client()
    client.force_login(world.secretary, backend="django.contrib.auth.backends.ModelBackend")
    specification = section.criterion.specification_id
    listed = reverse("specification_facts", args=[specification])
    one = reverse("specification_criterion_facts", args=[specification, section.criterion.pk])
    assert listed in client.get(reverse("specification", args=[specification])).text
    assert one in client.get(listed).text and "le secrétariat" not in client.get(listed).text
    assert "membres, formations" in client.get(one).text
    assert client.get(one).text.count('"fr-checkbox-group"') == len(FactKind), "boxes, not radio buttons"
    assert client.get(one).text.count('"fr-radio-group"') == 2
    for wrong in ({}, {"whose": "choisis"}, {"whose": "choisis", "kinds": ["argent"]}, {"whose": "tous"}):
        assert client.post(one, wrong).status_code == 422
    assert prefill.kinds_for(section) == (FactKind.PARTNERS, FactKind.TRAININGS)
    assert client.post(one, {"whose": "choisis", "kinds": ["projets", "tournees"]})["Location"] == listed
    assert set(prefill.kinds_for(section)) == {FactKind.PROJECTS, FactKind.TOURS}
    assert "le secrétariat" in client.get(listed).text
    client.post(one, {"whose": "logiciel", "kinds": ["projets"]})
    assert prefill.kinds_for(section) == (FactKind.PARTNERS, FactKind.TRAININGS)
    with CaptureQueriesContext(connection) as queries:
        client.get(listed)
    assert len(queries) <= 12, "as many for all the criteria as for one"


def test_the_proposals_ask_as_much_for_many_things_as_for_one(file: LabelApplication, world: World) -> None:
    on, campus = timezone.localdate(world.at), world.campus
    director = Client()
    director.force_login(world.director, backend="django.contrib.auth.backends.ModelBackend")
    for words in ("Périmètre", "Pilotage", "Lieux d’innovation"):
        set_facts(part(file, words).criterion, kinds=list(FactKind), by=None)  # type: ignore[arg-type]
    address = reverse("file_proposals", args=[file.reference, part(file, "Pilotage").position])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert director.get(address).status_code == 200
        return len(queries)

    load_indicators()
    _live(campus, on, "un")
    asked()
    one = asked()
    for more in ("deux", "trois", "quatre"):
        _live(campus, on, more)
    assert asked() == one
    assert one <= 30


def _live(campus: Campus, on: dt.date, name: str) -> None:
    """One more thing of each kind that a renewal draws from."""
    lycee, at = an_organisation(), timezone.now()
    Partnership.objects.create(campus=campus, organisation=lycee, family=Family.SCHOOL)
    terms = TrainingTerms(f"Formation {name}", lycee, colorations=(f"Couleur {name}",))
    trainings.add_training(campus, terms=terms, by=None, on=on)
    funding.enter_agreement(campus, terms=AgreementTerms(FunderKind.REGION, f"Poste {name}"), by=None)
    project = Project.objects.create(campus=campus, slug=name, title=name, objective="Aider", state="en_cours")
    project.owners.create(campus=campus, asked_at=at, accepted_at=at)
    project.results.create(indicator="Personnes", unit="personnes", reached=3)
    tour = Tour.objects.create(campus=campus, slug=name, title=name, summary="Aller", created_at=at)
    place = {"commune": Commune.objects.order_by("pk")[0], "place": "Ici", "starts_at": at}
    stop = tour.stops.create(ends_at=at + dt.timedelta(hours=1), **place)
    stop.attendances.create(audience="eleves", number=4)
    indicator = Indicator.objects.order_by("pk")[campus.indicator_values.count()]
    IndicatorValue.objects.create(campus=campus, indicator=indicator, year=2024, number=5, stated_at=at)


def test_the_page_proposes_and_inserts(file: LabelApplication, world: World) -> None:
    furnish(world.campus, timezone.localdate(world.at))
    section = part(file, "Parcours innovants")
    client = Client()
    client.force_login(a_contributor(world.campus), backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("file_proposals", args=[file.reference, section.position])
    assert address in client.get(reverse("file_section", args=[file.reference, section.position])).content.decode()
    assert "Formations du campus" in client.get(address).content.decode()
    assert client.post(address).status_code == 422
    refused = client.post(address, {"key": "inventé", "version": 0})
    assert refused.status_code == 422 and "n’est plus proposé" in refused.content.decode()
    done = client.post(address, {"key": "formations.offertes", "version": 0}, follow=True).content.decode()
    assert "Paragraphe inséré" in done and "D’où vient ce texte" in done
    assert "Déjà inséré" in client.get(address).content.decode()
