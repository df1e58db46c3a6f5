"""What the pages of a campus and of a filière tell, and from where they have it."""

from dataclasses import replace

import pytest
from django.test import Client

from cmq.campuses.actions import state_fact
from cmq.campuses.models import Campus, CampusField, FiliereCount
from cmq.core.partial_dates import PartialDate
from cmq.reference.models import Filiere, Region
from tests.factories import a_campus, an_origin

from .test_pages import text_of

pytestmark = pytest.mark.django_db


def test_a_card_dates_the_last_trace_of_activity(client: Client, als: Campus) -> None:
    assert "Aucune trace d’activité datée" in text_of(client, "/campus/")
    origin = replace(an_origin(), observed_on=PartialDate(2024, 6, 21))
    state_fact(als, field=CampusField.LAST_SEEN, value="Module de domotique", origin=origin)
    assert "Dernière trace d’activité trouvée : 21 juin 2024" in text_of(client, "/campus/?q=ALS")


def test_campus_page_tells_all_it_knows_and_from_where(client: Client, als: Campus) -> None:
    text = text_of(client, f"/campus/{als.slug}/")
    for expected in (
        "CMQE ALS",
        "Services à la personne, bien-être",
        "Campus du bien vieillir",
        "Lycée Valentine Labbé",
        "UAI 0590122M",
        "Établissement support",
        "NOR MENE1925423A",
        "publié le 18 mars 2021",
        "date de l’annonce",
        "février 2017",
        "4 ans",
        "Pas-de-Calais (62)",
        "Berck (62)",
        "Journal de bord",
        "https://exemple.fr/source",
        "Signaler une erreur",
        "Enseignement scolaire",
        "date non sourcée",
    ):
        assert expected in text, expected


def test_campus_page_says_why_its_label_is_to_check(client: Client, als: Campus) -> None:
    text = text_of(client, f"/campus/{als.slug}/")
    assert "Un label a commencé le 4 février 2021, mais aucune source trouvée ne donne sa durée ni sa fin" in text


def test_contradictions_stand_side_by_side(client: Client, als: Campus) -> None:
    text = text_of(client, f"/campus/{als.slug}/")
    section = text.split('id="contradictions"')[1].split("</section>")[0]
    assert "Les sources se contredisent" in section
    assert "Campus d’excellence" in section and "Vieille liste" in section


def test_a_campus_without_contradiction_shows_none(client: Client) -> None:
    campus = a_campus("Sans histoire")
    text = text_of(client, f"/campus/{campus.slug}/")
    assert "se contredisent" not in text
    assert "Aucune décision datée" in text and "Aucun membre" in text and "sans lieu connu" in text


def test_likely_duplicates_are_said_on_both_pages(client: Client, linked: Campus, nasty: Campus) -> None:
    assert f'href="/campus/{nasty.slug}/"' in text_of(client, f"/campus/{linked.slug}/")
    assert f'href="/campus/{linked.slug}/"' in text_of(client, f"/campus/{nasty.slug}/")
    assert "peut-être le même que" in text_of(client, f"/campus/{linked.slug}/")


def test_filiere_page_says_what_the_article_counts_and_what_nobody_identified(client: Client, als: Campus) -> None:
    filiere = Filiere.objects.get(slug="services-a-la-personne-bien-etre")
    source = an_origin("Le Média social emploi").sources[0]
    for code, campus in (("32", als), ("93", None)):
        count = FiliereCount.objects.create(
            filiere=filiere, region=Region.objects.get(code=code), number=1, campus=campus
        )
        count.sources.add(source)
    text = text_of(client, f"/filieres/{filiere.slug}/")
    row = text.split("Provence-Alpes-Côte d&#x27;Azur</a></th>")[1].split("</tr>")[0]
    assert "non identifié" in row and "Le Média social emploi" in row


def test_a_campus_without_place_is_listed_apart_and_not_drawn(client: Client) -> None:
    a_campus("Sans adresse", region="53")
    text = text_of(client, "/carte/")
    assert "Sans lieu connu" in text
    assert "Sans adresse" not in text.split('<svg class="cmq-map"')[1].split("</svg>")[0]
