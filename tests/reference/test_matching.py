"""Completion of communes, recognition of filières."""

import pytest

from cmq.reference.models import Commune, Filiere
from cmq.reference.queries import folded_place, place_text

pytestmark = pytest.mark.usefixtures("full_reference")


def first(text: str) -> str | None:
    """The best commune for a text, as it is shown."""
    return next((str(commune) for commune in Commune.objects.matching(text)), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # names, as they are typed
        ("Lille", "Lille (59)"),
        ("lill", "Lille (59)"),
        ("BERCK", "Berck (62)"),
        ("berck sur mer", "Berck (62)"),
        ("Berck-sur-Mer 62600", "Berck (62)"),
        ("saint denis la plaine", "Saint-Denis (974)"),
        # accents, ligatures, apostrophes, hyphens
        ("besancon", "Besançon (25)"),
        ("BESANÇON", "Besançon (25)"),
        ("oeuf en ternois", "Œuf-en-Ternois (62)"),
        ("l’île d’yeu", "L'Île-d'Yeu (85)"),
        ("ile d'yeu", "L'Île-d'Yeu (85)"),
        ("villeneuve ascq", "Villeneuve-d'Ascq (59)"),
        ("vitry le f", "Vitry-le-François (51)"),
        # an article is forgotten
        ("madeleine", "La Madeleine (59)"),
        ("havre", "Le Havre (76)"),
        # saints
        ("st etienne", "Saint-Étienne (42)"),
        ("ST-ETIENNE", "Saint-Étienne (42)"),
        ("ste maxime", "Sainte-Maxime (83)"),
        ("Tomblaine", "Tomblaine (54)"),
        # postcodes, whole, begun, of the sorting office, beside a name
        ("59000", "Lille (59)"),
        ("59", "Lille (59)"),
        ("59 000", "Lille (59)"),
        ("La Madeleine 59", "La Madeleine (59)"),
        ("59110 La Madeleine", "La Madeleine (59)"),
        ("La Rochelle (17)", "La Rochelle (17)"),
        ("59020 LILLE CEDEX", "Lille (59)"),
        ("Lille cedex 09", "Lille (59)"),
        ("saint-denis 93", "Saint-Denis (93)"),
        ("saint-denis 974", "Saint-Denis (974)"),
        ("2A", "Ajaccio (2A)"),
        ("ajaccio 2a", "Ajaccio (2A)"),
        ("20000", "Ajaccio (2A)"),
        ("97200", "Fort-de-France (972)"),
        ("nouméa", "Nouméa (988)"),
        # arrondissements
        ("paris", "Paris (75)"),
        ("75013", "Paris 13e Arrondissement (75)"),
        ("Paris 13", "Paris 13e Arrondissement (75)"),
        ("paris 13ème", "Paris 13e Arrondissement (75)"),
        ("paris 1", "Paris 1er Arrondissement (75)"),
        ("Paris 05", "Paris 5e Arrondissement (75)"),
        ("lyon 3e", "Lyon 3e Arrondissement (69)"),
        ("13008", "Marseille 8e Arrondissement (13)"),
        # nothing
        ("zzzz", None),
        ("lille 97200", None),
        ("", None),
        ("   ", None),
    ],
)
def test_the_best_commune(text: str, expected: str | None) -> None:
    assert first(text) == expected


def test_exactness_goes_before_population_and_population_before_the_rest() -> None:
    names = [str(commune) for commune in Commune.objects.matching("montreuil", limit=5)]
    assert names[:3] == ["Montreuil (93)", "Montreuil (85)", "Montreuil (28)"]
    populations = [commune.population or 0 for commune in Commune.objects.matching("59", limit=20)]
    assert populations == sorted(populations, reverse=True)


def test_someone_on_the_way_to_strasbourg() -> None:
    assert "Strasbourg (67)" in map(str, Commune.objects.matching("st", limit=40))


def test_the_limit_is_kept_and_each_commune_comes_once() -> None:
    for text in ("saint", "75", "paris", "marseille 13"):
        found = list(Commune.objects.matching(text, limit=7))
        assert len(found) <= 7
        assert len({commune.pk for commune in found}) == len(found)


def test_a_narrower_set_stays_narrow() -> None:
    found = Commune.objects.filter(departement="62").matching("lille")
    assert found
    assert all(commune.departement_id == "62" for commune in found)


@pytest.mark.parametrize(
    "text",
    ["\x00", "\x00\x01\x1b[31m", "%", "_", "\\", "' OR 1=1 --", "a" * 10_000, "1" * 10_000, "st " * 5_000, "é" * 10_000,
     "\ud83d\ude00", "𝟝𝟡𝟘𝟘𝟘", "٥٩٠٠٠", "‮ellil", "(", "[", "0", "00000", "cedex", "cedex 9", "59 62 75", "\ud800"],
)  # fmt: skip
def test_hostile_texts_have_an_answer(text: str) -> None:
    assert len(Commune.objects.matching(text)) <= 10
    Filiere.objects.matching(text)


def test_completion_costs_two_queries(django_assert_num_queries: pytest.FixtureRequest) -> None:
    for text in ("lille", "berck sur mer", "saint denis 974"):
        with django_assert_num_queries(2):
            list(Commune.objects.matching(text))


def test_a_text_is_read() -> None:
    read = place_text("59020 Lille Cedex 9")
    assert (read.words, read.area) == (("lille",), "59020")
    assert folded_place("St-Étienne") == "saint etienne"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Services à la personne, bien-être", "services-a-la-personne-bien-etre"),
        ("Services à la personne – Bien-être", "services-a-la-personne-bien-etre"),
        ("SERVICES A LA PERSONNE BIEN ETRE", "services-a-la-personne-bien-etre"),
        ("chimie, biotechnologies", "chimie-et-biotechnologies"),
        ("création design", "creation-design-audiovisuel"),
        ("  Tourisme,  gastronomie ", "tourisme-gastronomie"),
    ],
)
def test_filieres_are_recognised(text: str, slug: str) -> None:
    filiere = Filiere.objects.matching(text)
    assert filiere is not None
    assert filiere.slug == slug


@pytest.mark.parametrize("text", ["", "Services", "Tourisme et chimie", "mer"])
def test_a_filiere_is_not_guessed(text: str) -> None:
    assert Filiere.objects.matching(text) is None


def test_every_filiere_knows_its_own_name() -> None:
    assert all(Filiere.objects.matching(filiere.name) == filiere for filiere in Filiere.objects.all())
