"""Schools, health sites, communes, Onisep, InserJeunes and Parcoursup, from files of their shape."""

from pathlib import Path

import pytest

from cmq.catalogue.models import Course, Establishment, HealthSite, InsertionRate, ParcoursupProgramme
from cmq.certifications.models import Diploma
from cmq.official.actions import run_importer
from cmq.official.importers import Importer
from cmq.official.models import OfficialRun, RunState
from cmq.official.sources import communes, health, onisep, outcomes, schools
from cmq.onisep.models import OnisepCourse, OnisepJob, OnisepStructure, OnisepTraining
from cmq.reference.codes import uai_check_letter
from cmq.reference.models import Commune
from tests.official.making import listed, table

pytestmark = pytest.mark.django_db

OF_2026 = (
    *("Identifiant_de_l_etablissement", "Nom_etablissement", "Type_etablissement", "Statut_public_prive", "Adresse_1"),
    *("Code_postal", "Code_commune", "SIREN_SIRET", "latitude", "longitude", "etat", "code_nature", "libelle_nature"),
    *("date_ouverture", "date_maj_ligne", "Voie_professionnelle", "Web"),
)
OF_2023 = tuple("Code postal" if name == "Code_postal" else name for name in OF_2026)


def uai(number: int) -> str:
    digits = f"059{number:04d}"
    return digits + uai_check_letter(digits)


def school(number: int, **cells: str) -> tuple[str, ...]:
    row = dict(
        zip(
            OF_2026,
            (
                *(uai(number), f"Lycée {number}", "Lycée", "Public", "1 rue du Port", "59000", "59350"),
                *("19590000000011", "50.63", "3.06", "OUVERT", "306", "LYCEE POLYVALENT", "1965-05-01", "2026-05-27"),
                *("1", "www.lycee.fr"),
            ),
            strict=True,
        )
    )
    return tuple({**row, **cells}.values())


def load(importer: Importer, path: Path, content: bytes, **options: bool) -> OfficialRun:
    path.write_bytes(content)
    return run_importer(importer, path=path, **options)


@pytest.mark.parametrize("header", [OF_2023, OF_2026])
def test_schools_are_read_under_the_headers_of_both_years(tmp_path: Path, header: tuple[str, ...]) -> None:
    rows = [school(1), school(2, latitude="0", longitude="0"), school(3, Code_commune="99999", SIREN_SIRET="123456789")]
    run = load(schools.IMPORTER, tmp_path / "a.csv", table(header, *rows, encoding="utf-8-sig"))
    assert run.state == RunState.DONE, run.report
    one, two, three = Establishment.objects.order_by("uai")
    assert (one.commune_id, one.latitude, one.nature_code, one.has_professional) == ("59350", 50.63, 306, True)
    assert one.website == "https://www.lycee.fr" and one.is_public and one.opened_on.year == 1965
    assert two.latitude is None and (three.commune_id, three.siret) == (None, "")


@pytest.mark.parametrize(
    "rows",
    [
        [school(1), school(2, SIREN_SIRET="1,959E+13")],
        [school(n, Identifiant_de_l_etablissement=uai(n)[1:]) for n in range(5)],
    ],
)
def test_a_copy_that_a_spreadsheet_saved_again_is_refused(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    run = load(schools.IMPORTER, tmp_path / "a.csv", table(OF_2026, *rows))
    assert run.state == RunState.REFUSED and "tableur" in run.report["error"]
    assert not Establishment.objects.exists()


def test_a_school_that_leaves_the_annuaire_is_closed_and_a_false_uai_refused(tmp_path: Path) -> None:
    rows = [school(n) for n in range(10)]
    load(schools.IMPORTER, tmp_path / "a.csv", table(OF_2026, *rows))
    false = school(20, Identifiant_de_l_etablissement="0590000A")
    run = load(schools.IMPORTER, tmp_path / "b.csv", table(OF_2026, *rows[1:], false))
    assert (run.removed, run.refused) == (1, 1)
    assert list(Establishment.objects.filter(is_open=False).values_list("uai", flat=True)) == [uai(0)]


def site(finess: str, *, departement: str = "01", commune: str = "451", town: str = "01440 VIRIAT") -> str:
    cells = [
        "structureet",
        finess,
        "010780054",
        "CH",
        "CENTRE HOSPITALIER",
        *[""] * 7,
        commune,
        departement,
        "AIN",
        town,
    ]
    cells += ["", "", "355", "Centre hospitalier", "1102", "", "26010004500012", *[""] * 6, "1979-02-13", "", ""]
    return ";".join(cells)


def test_health_sites_are_told_by_place_in_the_line(tmp_path: Path) -> None:
    overseas = site("970400024", departement="9D", commune="411", town="97405 ST DENIS CEDEX")
    lines = ["finess;etalab;111;2026-05-12", *(site(f"01000002{n}") for n in range(4)), overseas, "geolocalisation;1;2"]
    run = load(health.IMPORTER, tmp_path / "f.csv", "\n".join([*lines, "structureet;court"]).encode("latin-1"))
    assert (run.created, run.refused) == (5, 1), run.report
    assert HealthSite.objects.get(finess="970400024").commune_id == "97411"
    one = HealthSite.objects.get(finess="010000020")
    assert (one.commune_id, one.category_code, one.opened_on.year) == ("01451", "355", 1979)
    run = load(health.IMPORTER, tmp_path / "g.csv", b"nom;adresse\na;b\n")
    assert run.state == RunState.REFUSED and "FINESS" in run.report["error"]


def test_communes_take_today_s_figures_and_lose_none(tmp_path: Path) -> None:
    record = {"nom": "Vierzon", "code": "18279", "codeDepartement": "18", "codesPostaux": ["18100"], "population": 12}
    record["centre"] = {"type": "Point", "coordinates": [2.0788, 47.237]}
    assert load(communes.IMPORTER, tmp_path / "c.json", listed([record])).state == RunState.REFUSED
    before = Commune.objects.count()
    run = load(communes.IMPORTER, tmp_path / "c.json", listed([record]), force=True)
    assert run.state == RunState.DONE
    found = Commune.objects.get(insee_code="18279")
    assert (found.population, found.latitude, found.longitude) == (12, 47.237, 2.0788)
    assert Commune.objects.count() == before


ENS, FOR = "https://www.onisep.fr/http/redirection/etablissement/slug/ENS.1", "https://www.onisep.fr/x/slug/FOR.2"


def test_the_onisep_has_tables_of_its_own(tmp_path: Path) -> None:
    days = "le 31/01/2026 de 08h30 à 12h00 | bientôt | le 32/01/2026"
    place = {"code_uai": uai(1), "nom": "Lycée", "url_et_id_onisep": ENS, "commune_cog": "59350", "latitude_y": 50.6}
    place |= {"longitude_x": 3.06, "journees_portes_ouvertes": days}
    load(onisep.STRUCTURES, tmp_path / "s.json", listed({"total": 1, "results": [place]}))
    structure = OnisepStructure.objects.get()
    assert structure.open_days == [{"day": "2026-01-31", "note": "de 08h30 à 12h00"}]
    assert structure.open_days_text == days and structure.source.title.endswith("Onisep")
    training = {"libelle_formation_principal": "bac pro métiers du froid", "url_et_id_onisep": FOR, "code_rncp": "1"}
    load(onisep.TRAININGS, tmp_path / "t.json", listed([{**training, "niveau_de_certification": "4"}]))
    assert (OnisepTraining.objects.get().rncp_code, OnisepTraining.objects.get().level) == ("RNCP1", 4)
    course = {"action_de_formation_af_identifiant_onisep": "AF.3", "formation_for_libelle": "bac pro métiers du froid"}
    course |= {"for_url_et_id_onisep": FOR, "ens_url_et_id_onisep": ENS, "ens_code_uai": uai(1)}
    load(onisep.COURSES, tmp_path / "c.json", listed([course]))
    found = OnisepCourse.objects.get()
    assert (found.training_id, found.structure_id, found.uai) == ("FOR.2", "ENS.1", uai(1))
    jobs = table(["libellé métier", "lien site onisep.fr", "code ROME"], ("comptable", "https://x.fr/MET.1", "M1203"))
    load(onisep.JOBS, tmp_path / "j.csv", jobs)
    assert OnisepJob.objects.get().rome_code == "M1203"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"[1, 2", "JSON entier"), (b'{"a": 1}', "liste"), (b'[{"autre": 1}]', "la forme".title()[:2])],
)
def test_another_json_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    run = load(onisep.STRUCTURES, tmp_path / "s.json", content)
    assert run.state == RunState.REFUSED and said in run.report["error"]


RATES = (
    *("annee", "uai", "type_diplome", "code_formation_mefstat11", "libelle_formation", "taux_poursuite_etudes"),
    *("taux_emploi_6_mois", "taux_emploi_12_mois", "taux_emploi_24_mois"),
)


def test_secret_rates_stay_secret_and_impossible_ones_are_refused(tmp_path: Path) -> None:
    def row(number: int, rate: str) -> tuple[str, ...]:
        return ("cumul 2023-2024", uai(number), "BAC PRO", "24721025518", "FROID", rate, rate, "", "")

    rows = [row(1, "55"), row(2, ""), *(row(n, "60") for n in range(3, 8)), row(9, "155")]
    run = load(outcomes.RATES, tmp_path / "i.csv", table(RATES, *rows, encoding="utf-8-sig"))
    assert (run.created, run.refused) == (7, 1)
    assert InsertionRate.objects.get(uai=uai(2)).further_study is None


def test_rates_of_schools_of_cfa_and_of_the_exposed_tables_stand_beside_each_other(tmp_path: Path) -> None:
    Diploma.objects.create(code="1", title="CAP Boucher", folded_title="cap boucher", cfd_code="50022103")
    base = ("cumul 2023-2024", uai(1), "BAC PRO", "24721025518", "FROID", "55", "60", "", "")
    load(outcomes.RATES, tmp_path / "s.csv", table(RATES, base, encoding="utf-8-sig"))
    header = (*RATES, "taux_contrats_interrompus")
    load(outcomes.RATES_OF_CFA, tmp_path / "c.csv", table(header, (*base, "12"), encoding="utf-8-sig"))
    exposed = (
        *("uai", "uai_type", "code_certification", "code_formation_diplome", "filiere", "millesime"),
        *("taux_en_formation", "taux_en_emploi_6_mois", "taux_en_emploi_12_mois", "taux_en_emploi_24_mois"),
    )
    good = (uai(2), "lieu_formation", "50022103", "50022103", "apprentissage", "2022_2023", "11", "44", "56", "")
    swapped = ("lieu_formation", uai(2), *good[2:])
    unknown = (*good[:2], "99999999", "99999999", *good[4:])
    rows = [good, *((uai(n), *good[1:]) for n in range(3, 12)), swapped, unknown]
    run = load(outcomes.EXPOSED, tmp_path / "e.csv", table(exposed, *rows, encoding="utf-8-sig"))
    assert (run.state, run.created, run.refused) == (RunState.DONE, 10, 2)
    found = InsertionRate.objects.get(uai=uai(2))
    assert (found.period, found.title, found.way) == ("cumul 2022-2023", "CAP Boucher", "apprentissage")
    assert (found.further_study, found.employed_6_months, found.employed_24_months) == (11, 44, None)
    # Each list removes what it no longer has, and nothing of the others.
    assert InsertionRate.objects.filter(uai=uai(1)).count() == 2
    assert InsertionRate.objects.get(way="apprentissage", uai=uai(1)).broken_contracts == 12
    [froid] = Course.objects.filter(uai=uai(1))
    assert froid.by_school and froid.by_apprenticeship and froid.employed_6_months == 60
    [boucher] = Course.objects.filter(uai=uai(2))
    assert (boucher.by_school, boucher.by_apprenticeship, boucher.further_study) == (False, True, 11)


def test_parcoursup_says_how_it_is_followed(tmp_path: Path) -> None:
    record = {"session": "2025", "cod_uai": uai(1), "lib_for_voe_ins": "BTS - Production - Froid - en apprentissage"}
    record |= {
        "cod_aff_form": "25212",
        "g_olocalisation_des_formations": {"lat": 43.1, "lon": 1.6},
        "taux_acces_ens": 59.0,
    }
    record |= {"capa_fin": 24, "select_form": "formation sélective", "lien_form_psup": "https://dossier.fr/25212"}
    load(outcomes.PROGRAMMES, tmp_path / "p.json", listed([record]))
    found = ParcoursupProgramme.objects.get()
    assert found.is_apprenticeship and found.is_selective and (found.places, found.access_rate) == (24, 59)
