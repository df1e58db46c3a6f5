"""Which offers answer a choice."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmq.offers import selection
from cmq.offers.models import JobOffer
from cmq.offers.selection import new_since, offers_of, parse, parsed
from tests import hiring
from tests.factories import a_campus

pytestmark = pytest.mark.django_db
NOW = timezone.now
NAMES = ["q", "metier", "contrat", "nature", "lieu", "rayon", "campus", "tri", "page", "x"]


def titles(query: str) -> list[str]:
    choice = parsed(query)
    assert not choice.problems
    return [offer.title for offer in offers_of(choice, at=NOW())]


def test_each_filter_narrows_and_all_together_do() -> None:
    job, campus = hiring.a_job(), a_campus("Campus du soin")
    hiring.stored("Aide-soignant de nuit", occupation=job, contract="CDI", campus=campus)
    hiring.stored("Soudeur", contract="CDD")
    hiring.stored("Apprenti soudeur", kind="alternance", contract="APP")
    yesterday = NOW() - dt.timedelta(days=1)
    hiring.stored("Soudeur d’hier", published_at=yesterday, expires_at=yesterday)
    assert sorted(titles("")) == ["Aide-soignant de nuit", "Apprenti soudeur", "Soudeur"]
    assert sorted(titles("q=SOUDEUR")) == ["Apprenti soudeur", "Soudeur"]
    assert titles("metier=j1501") == ["Aide-soignant de nuit"]
    # The name of the job counts as a word of the title.
    assert titles("q=soignante") == ["Aide-soignant de nuit"]
    assert titles("nature=alternance") == ["Apprenti soudeur"]
    assert sorted(titles("contrat=CDD&contrat=APP")) == ["Apprenti soudeur", "Soudeur"]
    assert titles(f"campus={campus.slug}") == ["Aide-soignant de nuit"]
    assert titles("q=soudeur&contrat=CDI") == []


def test_the_offers_of_the_members_of_a_campus_are_its_own() -> None:
    campus = a_campus("Campus du bois")
    hiring.a_member(campus)
    hiring.stored("Chez le membre", siret=hiring.SIRET)
    hiring.stored("Ailleurs", siret="35600000000048")
    assert titles(f"campus={campus.slug}") == ["Chez le membre"]


def test_places_are_told_by_distance() -> None:
    for title, insee in (("Berck", "62108"), ("Le Touquet", "62826"), ("Lille", "59350"), ("Paris", "75056")):
        hiring.stored(title, insee=insee)
    hiring.stored("Nulle part", latitude=None, longitude=None)
    assert sorted(titles("lieu=62600&rayon=20")) == ["Berck", "Le Touquet"]
    assert titles("lieu=Berck 62&rayon=100&tri=distance")[:2] == ["Berck", "Le Touquet"]
    choice = parsed("lieu=Berck 62&rayon=50")
    near = {offer.title: selection.distance(choice, offer) for offer in offers_of(choice, at=NOW())}
    assert near["Berck"] == pytest.approx(0, abs=0.1) and 10 < (near["Le Touquet"] or 0) < 20


@pytest.mark.parametrize(
    "query",
    [
        "metier=Z9999",
        "campus=rien",
        "lieu=Atlantide-sur-Mer",
        "rayon=7",
        "page=0",
        "page=51",
        "tri=x",
        "contrat=X",
        "nature=x",
    ],
)
def test_a_part_without_meaning_is_left_out_and_said(query: str) -> None:
    assert len(parsed(query).problems) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from(["q", "metier", "contrat", "nature", "lieu", "rayon", "campus", "tri", "page", "x"]),
        st.lists(st.text(max_size=30), max_size=3),
    )
)
def test_any_address_is_read_and_its_own_form_reads_back_the_same(given_: dict[str, list[str]]) -> None:
    choice = parse(given_)
    again = parsed(choice.query(page=choice.page))
    assert not again.problems and again == choice


def test_what_is_new_is_what_the_site_shows_since() -> None:
    now = NOW()
    old = now - dt.timedelta(days=9)
    hiring.stored(
        "Vue hier, publiée il y a longtemps", published_at=old, modified_at=old, listed_at=now - dt.timedelta(days=1)
    )
    hiring.stored("Vue depuis longtemps", listed_at=old)
    found = new_since("q=", now - dt.timedelta(days=2), until=now)
    assert [offer.title for offer in found] == ["Vue hier, publiée il y a longtemps"]


def test_counts_and_facets_stop_at_their_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "MOST_COUNTED", 3)
    for number in range(6):
        hiring.stored(f"Offre {number}", kind="alternance" if number % 2 else "emploi")
    choice = parsed("")
    assert selection.count(offers_of(choice, at=NOW())) == 4
    assert sum(selection.facets(choice, at=NOW())["nature"].values()) == 3


def test_facets_keep_the_other_choices() -> None:
    hiring.stored("A", kind="emploi", contract="CDI")
    hiring.stored("B", kind="alternance", contract="APP")
    found = selection.facets(parsed("contrat=CDI"), at=NOW())
    assert found == {"nature": {"emploi": 1}, "contrat": {"CDI": 1, "APP": 1}}


def test_a_choice_costs_the_same_whatever_it_finds() -> None:
    hiring.stored("Un")
    with CaptureQueriesContext(connection) as one:
        list(offers_of(parsed("q=soudeur"), at=NOW()))
    JobOffer.objects.bulk_create(
        JobOffer(title="Soudeur", folded_title="soudeur", published_at=NOW(), modified_at=NOW(), confirmed_at=NOW())
        for _ in range(30)
    )
    with CaptureQueriesContext(connection) as many:
        assert len(list(offers_of(parsed("q=soudeur"), at=NOW()))) == 30
    assert len(many) == len(one)
