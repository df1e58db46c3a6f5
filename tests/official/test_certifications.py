"""The RNCP, from archives of its shape; and where its newest edition is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cmq.careers.models import Occupation
from cmq.certifications.models import Certification, CertificationOccupation, CertificationSuccession
from cmq.official.actions import run_importer
from cmq.official.errors import SourceUnavailable
from cmq.official.fetching import Caller
from cmq.official.models import RunState
from cmq.official.sources import datagouv, rncp
from tests.official.making import archive, listed, table
from tests.official.serving import Answer, in_turn, source

pytestmark = pytest.mark.django_db

STANDARD = [
    *("Id_Fiche", "Numero_Fiche", "Intitule", "Abrege_Libelle", "Abrege_Intitule", "Nomenclature_Europe_Niveau"),
    *("Date_Fin_Enregistrement", "Date_Effet", "Type_Enregistrement", "Actif"),
]


def sheet(code: str, title: str, active: str = "ACTIVE") -> tuple[str, ...]:
    return ("1", code, title, "DE", "Diplôme d’État", "NIV4", "31/08/2028", "", "Enregistrement de droit", active)


@pytest.fixture
def exported(tmp_path: Path) -> Callable[..., Path]:
    def write(*sheets: tuple[str, ...]) -> Path:
        return archive(
            tmp_path / "export.zip",
            export_fiches_CSV_Standard_2026__csv=table(STANDARD, *sheets, encoding="utf-8"),
            export_fiches_CSV_Rome_2026__csv=table(
                ["Numero_Fiche", "Codes_Rome_Code", "Codes_Rome_Libelle"],
                *(("RNCP1", "J1501", ""), ("RNCP1", "J1501", ""), ("RNCP2", "J1501", ""), ("RNCP3", "J1501", "")),
                *(("RNCP4", "J1501", ""), ("RNCP1", "Z9999", "")),
            ),
            export_fiches_CSV_Nsf_2026__csv=table(["Numero_Fiche", "Nsf_Code", "x"], ("RNCP1", "331", "")),
            export_fiches_CSV_Formacode_2026__csv=table(
                ["Numero_Fiche", "Formacode_Code", "x"], ("RNCP1", "43436", "")
            ),
            export_fiches_CSV_VoixdAcces_2026__csv=table(["Numero_Fiche", "Si_Jury"], ("RNCP1", "Par expérience")),
            export_fiches_CSV_Certificateurs_2026__csv=table(
                ["Numero_Fiche", "Siret_Certificateur", "Nom_Certificateur"], ("RNCP1", "\t11004301500012", "Ministère")
            ),
            export_fiches_CSV_Blocs_De_Competences_2026__csv=table(
                ["Numero_Fiche", "Bloc_Competences_Code", "Bloc_Competences_Libelle"], ("RNCP1", "RNCP1BC01", "Soigner")
            ),
            export_fiches_CSV_Ancienne_Nouvelle_Certification_2026__csv=table(
                ["Numero_Fiche", "Ancienne_Certification", "Nouvelle_Certification"],
                *(("RNCP1", "", "RNCP2"), ("RNCP2", "RNCP1", "")),
            ),
        )

    Occupation.objects.create(code="J1501", title="Aide-soignant", slug="j1501", folded_title="aide soignant")
    return write


SHEETS = [sheet(f"RNCP{n}", f"Aide-soignant {n}") for n in range(1, 5)]


def test_sheets_links_and_successions(exported: Callable[..., Path]) -> None:
    run = run_importer(rncp.CODES, path=exported(*SHEETS))
    assert run.state == RunState.DONE, run.report
    one = Certification.objects.get(code="RNCP1")
    assert (one.level, one.short_kind, one.is_active, one.registered_until.year) == (4, "DE", True, 2028)
    assert (one.certifiers, one.nsf_codes, one.ways) == (["Ministère"], ["331"], ["Par expérience"])
    assert one.blocks == [["RNCP1BC01", "Soigner"]]
    assert CertificationOccupation.objects.filter(certification="RNCP1").count() == 1
    assert [(s.old_code, s.new_code) for s in CertificationSuccession.objects.all()] == [("RNCP1", "RNCP2")]
    assert [row["reason"] for row in run.report["rejected"]] == ["Ce code ROME n’est pas chargé."]
    again = run_importer(rncp.CODES, path=exported(*SHEETS), force=True)
    assert again.created == again.changed == again.removed == 0


def test_a_sheet_that_leaves_the_register_is_no_longer_active(exported: Callable[..., Path]) -> None:
    run_importer(rncp.CODES, path=exported(*SHEETS))
    run_importer(rncp.CODES, path=exported(*SHEETS[:3], sheet("RNCP5", "Autre", "INACTIVE")), force=True)
    assert set(Certification.objects.active().values_list("code", flat=True)) == {"RNCP1", "RNCP2", "RNCP3"}
    assert Certification.objects.count() == 5


XML = """<?xml version="1.0" encoding="UTF-8"?><FICHES><VERSION_FLUX>{version}</VERSION_FLUX>
<FICHE><NUMERO_FICHE>RNCP1</NUMERO_FICHE><INTITULE>Aide-soignant 1</INTITULE><ACTIF>Oui</ACTIF>
<ACTIVITES_VISEES>&lt;p&gt;Soigner&lt;/p&gt;&lt;script&gt;x&lt;/script&gt;</ACTIVITES_VISEES></FICHE>
<FICHE><NUMERO_FICHE>?</NUMERO_FICHE></FICHE>{more}</FICHES>"""
MORE = "".join(f"<FICHE><NUMERO_FICHE>RNCP{n}</NUMERO_FICHE><INTITULE>x</INTITULE></FICHE>" for n in range(2, 9))


def test_texts_are_cleaned_and_touch_nothing_else(exported: Callable[..., Path], tmp_path: Path) -> None:
    run_importer(rncp.CODES, path=exported(*SHEETS))
    path = tmp_path / "rncp.xml"
    path.write_text(XML.format(version="4.1", more=MORE))
    run = run_importer(rncp.TEXTS, path=path)
    assert run.state == RunState.DONE and run.refused == 1, run.report
    one = Certification.objects.get(code="RNCP1")
    assert one.activities == "Soigner" and one.level == 4 and one.certifiers == ["Ministère"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (XML.format(version="5.0", more=MORE), "format du fichier a changé : 5.0"),
        (XML.format(version="4.1", more=MORE)[:-200], "abîmé ou tronqué"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><FICHES>&a;</FICHES>', "entités"),
    ],
)
def test_another_or_hostile_xml_is_refused_whole(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "rncp.xml"
    path.write_text(content)
    run = run_importer(rncp.TEXTS, path=path)
    assert run.state == RunState.REFUSED and said in run.report["error"]
    assert not Certification.objects.exists()


def test_an_archive_without_its_files_is_refused(tmp_path: Path) -> None:
    run = run_importer(rncp.CODES, path=archive(tmp_path / "x.zip", lisez_moi__txt=b"rien"))
    assert run.state == RunState.REFUSED and "L’archive ne contient pas" in run.report["error"]


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    run = run_importer(rncp.CODES, path=archive(tmp_path / "x.zip", certificateurs__csv=b"0" * 50_000_000))
    assert run.state == RunState.REFUSED and "démesurée" in run.report["error"]


def test_the_newest_edition_is_found_and_a_source_that_changed_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    named = [f"export-fiches-csv-2026-11-{day}.zip" for day in ("02", "27", "09")]
    answer = {"resources": [{"title": name, "url": f"https://exemple.fr/{name}"} for name in [*named, "autre.zip"]]}
    with source(in_turn(Answer(listed(answer)), Answer(listed({"resources": []})))) as (url, _):
        monkeypatch.setattr(datagouv, "API", url)
        with Caller("x") as caller:
            located = rncp.CODES.locate(caller)
            assert (located.url, str(located.published_on)) == (f"https://exemple.fr/{named[1]}", "27 novembre 2026")
            with pytest.raises(SourceUnavailable, match="ne publie plus"):
                rncp.CODES.locate(caller)
