"""A keeper says which jobs are of which filière."""

import pytest
from django.test import Client

from cmq.statistics.actions import load_jobs
from cmq.statistics.models import FiliereJobs
from tests.factories import a_keeper

pytestmark = pytest.mark.django_db
ADDRESS = "/espace/registre/metiers-et-filieres/"


def test_what_is_said_is_kept_with_its_reason_and_what_cannot_be_is_refused(client: Client) -> None:
    load_jobs()
    keeper = a_keeper()
    client.force_login(keeper)
    said = {
        "code_list": "fap",
        "beginning": "v2x92",
        "filieres": ["alimentaire-agroalimentaire"],
        "reason": "Élevages.",
    }
    assert client.post(ADDRESS, said).status_code == 302
    row = FiliereJobs.objects.get(prefix="V2X92", until=None)
    assert (row.filiere.slug, row.decided_by, row.reason) == ("alimentaire-agroalimentaire", keeper, "Élevages.")
    assert FiliereJobs.objects.get(prefix="V2X92", filiere=None).until is not None
    page = client.get("/statistiques/metiers-et-filieres/").content.decode()
    assert "Élevages." in page and "V2X92 : hors filières, du" in page
    for wrong, words in (
        ({"filieres": ["hors", "alimentaire-agroalimentaire"]}, "pas les deux"),
        ({"beginning": "9"}, "commence par une lettre"),
        ({"reason": ""}, "Ce champ est obligatoire"),
        ({"filieres": ["rien"]}, "Sélectionnez un choix valide"),
    ):
        answer = client.post(ADDRESS, said | wrong)
        assert answer.status_code == 422 and words in answer.content.decode(), wrong
