"""ROME, Certif-Info and the survey of needs, from files of their shape."""

from pathlib import Path

import pytest

from cmq.careers.actions import load_occupations
from cmq.careers.models import JobTitle, Occupation, OccupationTrait, TraitKind
from cmq.certifications.models import Diploma
from cmq.labour.matching import names_of_family, names_of_job
from cmq.labour.models import Basin, BasinCommune, JobFamilyOccupation, RecruitmentNeed
from cmq.official.actions import run_importer
from cmq.official.models import OfficialRun, RunState
from cmq.official.sources import certif_info, needs, rome
from tests.official.making import archive, listed, table, workbook

pytestmark = pytest.mark.django_db

CODES = [
    "code_rome",
    "code_fiche_metier",
    "code_ogr",
    "libelle_rome",
    "transition_num",
    "emploi_cadre",
    "code_rome_parent",
]
SHEET = {
    "rome": {"code_rome": "J1501", "intitule": "Aide-soignant / Aide-soignante"},
    "definition": "Aide les personnes <b>dépendantes</b>.",
    "acces_metier": "Diplôme d’État d’aide-soignant.",
    "secteurs_activite": [{"libelle": "Hôpital"}],
    "competences": {
        "savoir_faire": {
            "enjeux": [{"libelle": "Soin", "items": [{"libelle": "Laver", "coeur_metier": "Principale"}]}]
        },
        "savoirs": {"categories": [{"libelle": "Hygiène", "items": [{"libelle": "Asepsie"}, {"libelle": "Asepsie"}]}]},
        "savoir_etre_professionnel": {"enjeux": [{"libelle": "Être à l’écoute"}]},
    },
    "mobilites": [{"rome_cible": "K1302 - Aide à domicile"}, {"rome_cible": "Z0000 - inconnu"}],
}


def codes(*rows: tuple[str, str]) -> bytes:
    return table(CODES, *((code, "1", "2", title, "O", "N", code) for code, title in rows), sign=",")


JOBS = codes(
    ("J1501", "Aide-soignant / Aide-soignante"), ("K1302", "Aide à domicile"), ("A1101", "Conducteur d'engins")
)


@pytest.fixture
def jobs(tmp_path: Path) -> OfficialRun:
    path = archive(tmp_path / "rome.zip", unix_referentiel_code_rome_v461_utf8__csv=JOBS)
    return run_importer(rome.CODES, path=path)


def test_jobs_are_read_from_the_archive_or_from_a_plain_file(jobs: OfficialRun, tmp_path: Path) -> None:
    assert (jobs.state, jobs.created) == (RunState.DONE, 3)
    job = Occupation.objects.get(code="J1501")
    assert (job.slug, job.is_executive, job.digital_transition) == ("j1501-aide-soignant-aide-soignante", False, True)
    plain = tmp_path / "codes.csv"
    plain.write_bytes(JOBS)
    assert run_importer(rome.CODES, path=plain).unchanged == 3


def test_a_job_that_leaves_the_rome_is_kept_and_said_so_and_may_come_back(jobs: OfficialRun, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_bytes(codes(("J1501", "Aide-soignant / Aide-soignante"), ("K1302", "Aide à domicile")))
    assert run_importer(rome.CODES, path=path).removed == 1
    assert Occupation.objects.get(code="A1101").is_obsolete
    path.write_bytes(JOBS)
    run_importer(rome.CODES, path=path)
    assert not Occupation.objects.get(code="A1101").is_obsolete


def test_names_lead_to_their_job(jobs: OfficialRun, tmp_path: Path) -> None:
    header = ["code_ogr", "libelle_appellation_long", "libelle_appellation_court", "code_rome", "classification"]
    rows = [("1", "Aide-soignant / Aide-soignante", "", "J1501", "PRINCIPALE"), ("2", "AS", "AS", "J1501", "SYNONYME")]
    path = tmp_path / "appellations.csv"
    path.write_bytes(
        table(header, *rows, *((str(n), f"Nom {n}", "", "K1302", "") for n in range(10, 20)), ("3", "x", "", "Z1"))
    )
    run = run_importer(rome.TITLES, path=path)
    assert (run.created, run.refused) == (12, 1)
    assert JobTitle.objects.get(folded_name="as").occupation_id == "J1501"


def test_a_sheet_fills_its_job_whatever_its_encoding(jobs: OfficialRun, tmp_path: Path) -> None:
    raw = (
        listed([SHEET, {"rome": {"code_rome": "K1302"}}])
        .decode()
        .replace("Hygiène", "Hygi@ne")
        .encode("cp1252")
        .replace(b"@", "è".encode())
    )
    path = archive(tmp_path / "fiches.zip", unix_fiche_emploi_metier_v461__json=raw)
    run = run_importer(rome.SHEETS, path=path)
    assert run.state == RunState.DONE, run.report
    job = Occupation.objects.get(code="J1501")
    assert job.definition == "Aide les personnes dépendantes." and job.title == "Aide-soignant / Aide-soignante"
    traits = set(job.traits.values_list("kind", "group", "name", "is_core"))
    assert traits == {
        (TraitKind.KNOW_HOW, "Soin", "Laver", True),
        (TraitKind.KNOWLEDGE, "Hygiène", "Asepsie", False),
        (TraitKind.ATTITUDE, "", "Être à l’écoute", False),
        (TraitKind.SECTOR, "", "Hôpital", False),
    }
    assert [link.target_id for link in job.links.all()] == ["K1302"]


@pytest.mark.parametrize(
    ("content", "said"), [(b"[{", "JSON"), (b"{}", "liste de fiches"), (b"PK\x03\x04....", "archive")]
)
def test_a_broken_file_of_sheets_is_refused(jobs: OfficialRun, tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "fiches.json"
    path.write_bytes(content)
    run = run_importer(rome.SHEETS, path=path)
    assert run.state == RunState.REFUSED and said in run.report["error"]


def test_the_names_that_the_product_carries_fill_what_is_missing_and_touch_nothing_else(jobs: OfficialRun) -> None:
    Occupation.objects.filter(code="J1501").update(definition="lue dans la fiche")
    assert load_occupations() == 1584 - 3
    assert load_occupations() == 0
    assert Occupation.objects.get(code="J1501").definition == "lue dans la fiche"
    assert OccupationTrait.objects.filter(kind=TraitKind.SECTOR, naf_division="").count() == 0


def test_diplomas_bridge_the_lists(tmp_path: Path) -> None:
    header = [
        *("Code_Diplome", "Libelle_Diplome", "Libelle_Type_Diplome", "Code_Niveau_Europeen", "Code_FormaCode"),
        *(f"Code_Rome_{n}" for n in range(1, 6)),
        *("Code_Nsf", "Code_RNCP", "Code_Scolarité", "Etat_Libelle", "codeIdeo2"),
    ]
    good = (
        "7",
        "DE aide-soignant",
        "Diplôme d’État",
        "4",
        "43436",
        "J1501",
        "",
        "",
        "",
        "",
        "331",
        "40692",
        "45033101",
        "Publié",
        "FOR.1",
    )
    rows = [(str(n), f"Diplôme {n}", *[""] * 13) for n in range(10, 14)]
    path = tmp_path / "certif.csv"
    path.write_bytes(table(header, good, *rows, ("x", "sans code", *[""] * 13)))
    run = run_importer(certif_info.IMPORTER, path=path)
    assert (run.created, run.refused) == (5, 1)
    diploma = Diploma.objects.get(code="7")
    assert (diploma.rncp_code, diploma.cfd_code, diploma.rome_codes, diploma.level) == (
        "RNCP40692",
        "45033101",
        ["J1501"],
        4,
    )


NEEDS = [
    "annee",
    "Code métier BMO",
    "Nom métier BMO",
    "Lbl_fam_met",
    "REG",
    "Dept",
    "BE24",
    "NOMBE24",
    "met",
    "xmet",
    "smet",
]


def need(
    family: str, departement: str, *figures: object, name: str = "Aides-soignants", basin: int = 2402
) -> tuple[object, ...]:
    return (2024, family, name, "Autres", "24", departement, basin, "VIERZON", *figures)


def test_needs_are_counted_by_part_of_a_bassin_and_secrets_stay_secret(jobs: OfficialRun, tmp_path: Path) -> None:
    rows = [
        need("V0X60", "18", "63", "60", "*"),
        need("V0X60", "36", "*", "*", "*"),
        need("T2A60", "18", 5, 2, 0, name="Pompiers"),
    ]
    bad = [need("T2A60", "36", 5, 9, 0, name="Pompiers")]
    more = [need("T2A60", "18", n, 0, 0, name="Pompiers", basin=100 + n) for n in range(5)]
    path = workbook(tmp_path / "bmo.xlsx", "BMO_2024_open_data", NEEDS, *rows, *bad, *more)
    run = run_importer(needs.NEEDS, path=path)
    assert run.state == RunState.DONE, run.report
    assert [row["reason"] for row in run.report["rejected"]] == ["Plus de projets difficiles que de projets."]
    known = RecruitmentNeed.objects.filter(basin="2402").order_by("family_id", "departement_id")
    assert [(n.departement_id, n.planned, n.difficult, n.seasonal) for n in known] == [
        ("18", 5, 2, 0),
        ("18", 63, 60, None),
        ("36", None, None, None),
    ]
    assert (
        Basin.objects.get(code="2402").departement_id is None and Basin.objects.get(code="101").departement_id == "18"
    )
    [tie] = JobFamilyOccupation.objects.all()
    assert (tie.family_id, tie.occupation_id, tie.is_deduced) == ("V0X60", "J1501", True)


def test_a_workbook_of_another_shape_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "bmo.xlsx", "BMO_2024_open_data", [*NEEDS[:-1], "autre"], need("A", "18", 1, 1, 1))
    run = run_importer(needs.NEEDS, path=path)
    assert run.state == RunState.REFUSED and "il manque : smet" in run.report["error"]
    run = run_importer(needs.NEEDS, path=workbook(tmp_path / "x.xlsx", "Feuille", NEEDS))
    assert "n’a pas de feuille" in run.report["error"]


def test_communes_that_merged_are_left_out_of_their_bassin(tmp_path: Path) -> None:
    Basin.objects.create(code="2402", name="VIERZON")
    good = [("24", "18", code, "2402", "VIERZON") for code in ("18279", "18197", "18033", "18205", "18050")]
    path = tmp_path / "bassins.csv"
    path.write_bytes(
        table(
            ["reg", "dep", "code_commune_insee", "code_bassin_BMO", "lib_bassin_BMO"],
            *good,
            ("24", "18", "18000", "2402", "V"),
            sign=",",
        )
    )
    run = run_importer(needs.BASINS, path=path)
    assert (run.created, run.refused) == (5, 1)
    assert BasinCommune.objects.get(commune="18279").basin_id == "2402"


def test_names_are_compared_in_both_genders_and_endings_that_two_share_are_not_guessed() -> None:
    assert names_of_job("Conducteur / Conductrice d'engins agricoles") == {
        "conducteur engin agricole",
        "conductrice engin agricole",
    }
    assert names_of_family("Maraîchers et horticulteurs") >= {"maraicher", "horticulteur"}
    assert "technicien" not in names_of_family("Techniciens et agents d'encadrement d'exploitations agricoles")
