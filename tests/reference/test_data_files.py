"""The data that the product carries: whole, joined, and drawn."""

import gzip
from collections import Counter

import pytest

from cmq.core.text import fold
from cmq.reference import codes
from cmq.reference.files import ATTRIBUTION, DATA, rows
from cmq.reference.outlines import Level, geojson_bytes, outline


def test_counts_of_the_territories() -> None:
    communes = Counter(row["kind"] for row in rows("communes.csv.gz"))
    assert communes == {"commune": 34_969, "arrondissement_municipal": 45}
    zones = Counter(row["zone"] for row in rows("regions.csv.gz"))
    assert zones == {"metropole": 13, "drom": 5, "com": 8}
    assert len(rows("departements.csv.gz")) == 101 + 8
    assert len(rows("academies.csv")) == 30
    assert len(rows("epci.csv.gz")) == 1_255


def test_every_departement_of_the_101_has_an_academie_of_its_region() -> None:
    zone = {row["code"]: row["zone"] for row in rows("regions.csv.gz")}
    region_of = {row["code"]: row["region"] for row in rows("academies.csv")}
    departements = [row for row in rows("departements.csv.gz") if zone[row["region"]] != "com"]
    assert len(departements) == 101
    assert all(region_of[row["academie"]] == row["region"] for row in departements)
    assert {row["academie"] for row in departements} == set(region_of)
    assert {row["region"] for row in departements} == set(region_of.values())


def test_communes_hold_together() -> None:
    communes = {row["insee_code"]: row for row in rows("communes.csv.gz")}
    departements = {row["code"] for row in rows("departements.csv.gz")}
    groups = {row["siren"] for row in rows("epci.csv.gz")}
    assert {row["departement"] for row in communes.values()} == departements
    assert {row["epci"] for row in communes.values()} - {""} == groups
    parents = Counter(communes[row["parent"]]["name"] for row in communes.values() if row["parent"])
    assert parents == {"Paris": 20, "Marseille": 16, "Lyon": 9}


def test_population_and_postcodes() -> None:
    communes = [row for row in rows("communes.csv.gz") if row["kind"] == "commune"]
    assert sum(int(row["population"] or 0) for row in communes) == 68_952_941
    assert sum(len(row["postcodes"].split()) for row in communes) == 35_493
    assert all(codes.normalize_postcode(code) == code for row in communes for code in row["postcodes"].split())


def test_centres_are_in_france_and_unknown_ones_are_empty() -> None:
    communes = rows("communes.csv.gz")
    assert all(bool(row["latitude"]) == bool(row["longitude"]) for row in communes)
    located = [row for row in communes if row["latitude"]]
    assert len(located) == 34_916
    metropole = [row for row in located if len(row["departement"]) == 2]
    assert all(41 < float(row["latitude"]) < 51.2 and -5.3 < float(row["longitude"]) < 9.7 for row in metropole)


def test_lycees_are_valid_single_and_joined() -> None:
    schools = rows("lycees.csv.gz")
    communes = {row["insee_code"]: row for row in rows("communes.csv.gz")}
    assert len(schools) > 5_000
    assert len({row["uai"] for row in schools}) == len(schools)
    assert all(codes.is_uai(row["uai"]) for row in schools)
    assert all(codes.normalize_postcode(row["postcode"]) == row["postcode"] for row in schools)
    assert not any("cedex" in row["city"].lower() for row in schools)
    assert sum(bool(row["commune"]) for row in schools) / len(schools) >= 0.979
    assert all(row["commune"] in communes for row in schools if row["commune"])


@pytest.mark.parametrize(
    ("uai", "name", "commune"),
    [("0590122M", "Valentine Labbé", "59368"), ("9740049K", None, None), ("0750647W", "Turgot", "75103")],
)
def test_some_lycees_as_they_are(uai: str, name: str | None, commune: str | None) -> None:
    found = {row["uai"]: row for row in rows("lycees.csv.gz")}.get(uai)
    assert (found is not None) == (name is not None), "a rectorat is not a lycée"
    if found and name:
        assert name in found["name"]
        assert found["commune"] == commune


def test_twelve_filieres_and_their_variants() -> None:
    filieres = rows("filieres.csv")
    assert [int(row["position"]) for row in filieres] == list(range(1, 13))
    variants = rows("filieres_variantes.csv")
    assert {row["filiere"] for row in variants} == {row["slug"] for row in filieres}
    folded = [fold(row["name"]) for row in (*filieres, *variants)]
    assert len(set(folded)) == len(folded)


def test_levels_three_to_eight() -> None:
    assert [row["level"] for row in rows("niveaux.csv")] == ["3", "4", "5", "6", "7", "8"]


@pytest.mark.parametrize(("level", "count"), [("regions", 18), ("academies", 30), ("departements", 101)])
def test_outlines(level: Level, count: int) -> None:
    layer = outline(level)
    assert layer["type"] == "FeatureCollection"
    assert len(layer["features"]) == count
    table = {"regions": "regions.csv.gz", "academies": "academies.csv", "departements": "departements.csv.gz"}[level]
    slugs = {row["code"]: row["slug"] for row in rows(table)}
    for feature in layer["features"]:
        assert feature["properties"]["slug"] == slugs[feature["id"]]
        assert feature["geometry"]["type"] == "MultiPolygon"
        for ring in (ring for polygon in feature["geometry"]["coordinates"] for ring in polygon):
            assert ring[0] == ring[-1]
            assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring)


def test_outlines_are_read_once() -> None:
    assert outline("regions") is outline("regions")
    assert geojson_bytes("regions") is geojson_bytes("regions")


def test_packed_files_are_small_and_without_a_date() -> None:
    packed = list(DATA.glob("*.gz"))
    assert sum(path.stat().st_size for path in packed) < 1_500_000
    for path in packed:
        head = path.read_bytes()[:10]
        assert head[:2] == b"\x1f\x8b" and head[4:8] == bytes(4), path.name
        gzip.decompress(path.read_bytes())


def test_attribution_names_the_licence() -> None:
    assert "Licence Ouverte 2.0" in ATTRIBUTION
    for producer in ("INSEE", "IGN", "La Poste", "DILA", "DGCL"):
        assert producer in ATTRIBUTION
