"""The page of deadlines: what it shows to whom, its filters, its picture, its table for spreadsheets."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core.days import months_after
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind
from tests.factories import a_campus, a_director, a_keeper, a_person, an_origin

pytestmark = pytest.mark.django_db
URL = "/espace/echeances/"
CARE = "Services à la personne, bien-être"


def ending_in(months: int, name: str = "", **fields: object) -> Campus:
    """A campus whose label ends that many months from now."""
    campus, end = a_campus(name, **fields), months_after(timezone.localdate(), months)
    record_decision(
        campus=campus,
        kind=DecisionKind.AWARDED,
        decided_on=PartialDate.of(months_after(end, -59)),
        terms=Terms(ends_on=PartialDate.of(end)),
        origin=an_origin(),
    )
    return campus


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    """The lines of the file."""
    content = client.get(f"/espace/echeances.csv?{query}").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content), delimiter=";"))


@pytest.fixture
def client() -> Client:
    return logged_in(a_keeper())


def test_who_must_renew_when(client: Client) -> None:
    ending_in(3, "Campus pressé")
    ending_in(14, "Campus tranquille")
    ending_in(40, "Campus lointain")
    page = client.get(URL).content.decode()
    assert page.index("Campus pressé") < page.index("Campus tranquille") < page.index("Campus lointain")
    assert "cmq-renewal--en-retard" in page and "En retard : <strong>1</strong>" in page
    assert page.count("<title>T") == sum(bool(load.ending) for load in client.get(URL).context["loads"])
    assert "La même chose en tableau" in page


def test_filters_narrow_the_list_the_picture_and_the_file(client: Client) -> None:
    ending_in(3, "Un", region="32", filiere=CARE)
    ending_in(14, "Deux", region="93")
    for query, names in (
        ("region=hauts-de-france", ["Un"]),
        ("filiere=services-a-la-personne-bien-etre", ["Un"]),
        ("etat=a-preparer", ["Deux"]),
        ("region=hauts-de-france&etat=a-preparer", []),
        ("", ["Un", "Deux"]),
    ):
        answer = client.get(f"{URL}?{query}")
        assert [each.campus.name for each in answer.context["page"]] == names, query
        assert sum(load.ending for load in answer.context["loads"]) == len(names)
        rows = exported(client, query)
        assert [row["campus"] for row in rows] == names
    odd = client.get(f"{URL}?region=atlantide&etat=<b>")
    assert odd.status_code == 200 and "il n’est pas appliqué" in odd.content.decode()
    assert odd.context["page"].paginator.count == 2


def test_the_file_says_all(client: Client) -> None:
    campus = ending_in(3, "=Campus piégé", region="32", filiere=CARE)
    answer = client.get("/espace/echeances.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer["Content-Disposition"]
    (row,) = exported(client)
    assert row["campus"] == "'=Campus piégé" and row["region"] == "Hauts-de-France" and row["filiere"] == CARE
    assert row["fin_du_label"] == months_after(timezone.localdate(), 3).isoformat()
    assert (row["etat"], row["fin_certaine"], row["suspendu"], row["dossier"]) == ("En retard", "oui", "non", "")
    assert row["page"].endswith(campus.get_absolute_url())


def test_each_sees_what_they_follow() -> None:
    mine, other = ending_in(3, "Mon campus"), ending_in(3, "Autre campus")
    director = a_director(mine)
    page = logged_in(director).get(URL).content.decode()
    assert mine.name in page and other.name not in page
    assert other.name not in logged_in(director).get("/espace/echeances.csv").content.decode()
    empty = logged_in(a_person()).get(URL).content.decode()
    assert "Aucune échéance" in empty and mine.name not in empty


def test_as_many_queries_for_one_row_as_for_three(client: Client) -> None:
    def queries() -> int:
        a_director(ending_in(3, filiere=CARE))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL).status_code == 200
        return len(captured)

    one, _, three = queries(), queries(), queries()
    assert one == three <= 20


def test_the_home_of_the_workspace_leads_there(client: Client) -> None:
    home = client.get("/espace/").content.decode()
    assert reverse("espace_deadlines") in home and reverse("espace_calendar") in home
