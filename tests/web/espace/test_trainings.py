"""The trainings of a campus in the workspace and for everyone: forms, refusals, strangers, numbers of queries."""

import datetime as dt
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus, Partnership
from cmq.core.partial_dates import PartialDate
from cmq.imports.models import TrainingImport
from cmq.organisations.models import Family, Organisation
from cmq.reference.audiences import Audience
from cmq.reference.models import Commune
from cmq.trainings import actions
from cmq.trainings.models import Training, TrainingShare, Way
from cmq.trainings.rules import TrainingTerms
from cmq.upkeep.models import Confirmation
from cmq.web import page_cache
from tests.factories import a_campus, a_contributor, a_director, an_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "LOOK_AT_FEED_EVERY", 0)


@pytest.fixture
def campus() -> Campus:
    return a_campus()


@pytest.fixture
def lycee(campus: Campus) -> Organisation:
    lycee = an_organisation("Lycée d’essai")
    Partnership.objects.create(campus=campus, organisation=lycee, family=Family.SCHOOL)
    return lycee


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(name: str, campus: Campus, *more: object) -> str:
    return reverse(name, args=[campus.slug, *more])


def a_training(campus: Campus, lycee: Organisation, title: str = "Domotique", **fields: object) -> Training:
    terms = TrainingTerms(
        title,
        lycee,
        **{  # type: ignore[arg-type]
            "level": 3,
            "ways": (Way.CONTINUING,),
            "audiences": (Audience.EMPLOYEES,),
            "commune": Commune.objects.get(name="La Madeleine", departement="59"),
            **fields,
        },
    )
    return actions.add_training(campus, terms=terms, by=None)


SENT = {"version": "1", "source_title": "Déclaration du campus", "reliability": "haute"}


def test_a_training_is_entered_changed_confirmed_and_ended(campus: Campus, lycee: Organisation) -> None:
    client = as_(a_director(campus))
    new = url("espace_training_new", campus)
    assert "Lycée d’essai" in client.get(new).content.decode()
    sent = {
        **SENT,
        "title": "Bases de la domotique",
        "organisation": lycee.pk,
        "level": "3",
        "rncp_code": "35506",
        "ways": ["continue"],
        "audiences": ["salaries", "demandeurs_emploi"],
        "colorations": "Domotique\n",
        "romes": "K1304, K1302",
        "commune": "La Madeleine (59)",
    }
    for wrong, sentence in (
        ({"title": ""}, "obligatoire"),
        ({"rncp_code": "XX"}, "n’est pas un code RNCP"),
        ({"romes": "K13"}, "n’est pas un code ROME"),
        ({"commune": "Nulle Part"}, "Aucune commune"),
        ({"starts_on": "2026-02-01", "ends_on": "2026-01-01"}, "finit avant de commencer"),
        ({"organisation": "999999"}, "choix"),
    ):
        answer = client.post(new, {**sent, **wrong})
        assert answer.status_code == 422 and sentence in answer.content.decode(), wrong
    assert not Training.objects.exists()
    answer = client.post(new, sent, follow=True)
    training = Training.objects.get()
    text = answer.content.decode()
    assert "Formation inscrite." in text and "coloration : Domotique" in text and "RNCP35506" in text
    change = url("espace_training_change", campus, training.pk)
    form = client.get(change).content.decode()
    assert "K1302, K1304" in form and "La Madeleine (59)" in form
    assert client.post(change, {**sent, "title": "Domotique"}).status_code == 302
    stale = client.post(change, {**sent, "title": "Autre"})
    assert stale.status_code == 422 and "entre-temps" in stale.content.decode()
    day = timezone.localdate() + dt.timedelta(3)
    opened = client.post(url("espace_training_open_day", campus, training.pk), {"day": day, "note": "9 h"}, follow=True)
    assert "Journée annoncée" in opened.content.decode()
    past = client.post(url("espace_training_open_day", campus, training.pk), {"day": "2020-01-01"})
    assert past.status_code == 422 and "déjà passée" in past.content.decode()
    assert "portes ouvertes" in client.get(url("training", campus, training.pk)).content.decode()
    gone = client.post(url("espace_open_day_remove", campus, training.open_days.get().pk), follow=True)
    assert "Journée retirée" in gone.content.decode()
    page = url("espace_training", campus, training.pk)
    assert "Inscrit ou modifié le" in client.get(page).content.decode()
    line = {"ligne": f"trainings.training:{training.pk}", "retour": "objet"}
    confirmed = client.post(url("espace_confirm", campus), line, follow=True)
    assert confirmed.redirect_chain[-1][0] == page
    assert "Confirmé le" in confirmed.content.decode()
    assert "toujours vrai" not in client.get(page).content.decode(), "once a day"
    assert "déjà confirmé" in client.post(url("espace_confirm", campus), line, follow=True).content.decode()
    assert client.post(url("espace_training_end", campus, training.pk), {"ends_on": "2026-01-01"}).status_code == 302
    assert client.get(url("training", campus, training.pk)).status_code == 404
    assert "est finie" in client.get(url("espace_training", campus, training.pk)).content.decode()


def test_another_campus_opens_nothing(campus: Campus, lycee: Organisation) -> None:
    training = a_training(campus, lycee)
    other = a_campus()
    client = as_(a_contributor(other))
    assert client.get(url("espace_trainings", campus)).status_code == 404
    # Nor by its own address.
    for name in ("espace_training", "espace_training_change", "espace_training_end", "espace_training_share"):
        assert client.get(url(name, other, training.pk)).status_code == 404
    client.post(url("espace_confirm", other), {"ligne": f"trainings.training:{training.pk}"})
    assert not Confirmation.objects.exists()


def test_a_training_is_shared_and_accepted_on_the_pages(campus: Campus, lycee: Organisation) -> None:
    training, other = a_training(campus, lycee), a_campus()
    director, there = as_(a_director(campus)), as_(a_contributor(other))
    answer = director.post(url("espace_training_share", campus, training.pk), {"campus": other.pk}, follow=True)
    assert "l’autre campus doit accepter" in answer.content.decode()
    assert "L’offrez-vous aussi" in there.get(url("espace_trainings", other)).content.decode()
    share = TrainingShare.objects.get()
    assert there.get(url("training", other, training.pk)).status_code == 404
    assert "Accepté" in there.post(url("espace_training_share_accept", other, share.pk), follow=True).content.decode()
    assert "Formation commune" in Client().get(url("training", other, training.pk)).content.decode()
    assert there.get(url("espace_training_change", other, training.pk)).status_code == 404
    third = as_(a_contributor(a_campus()))
    assert third.post(url("espace_training_share_end", campus, share.pk)).status_code == 404
    there.post(url("espace_training_share_end", other, share.pk))
    assert not TrainingShare.objects.exists()


def test_a_training_whose_giver_has_left_is_flagged_and_not_shown(campus: Campus, lycee: Organisation) -> None:
    training, client = a_training(campus, lycee), as_(a_director(campus))
    assert "à revoir" not in client.get(url("espace_trainings", campus)).content.decode()
    Partnership.objects.update(ends_on=PartialDate(2020))
    page_cache.shelf.pages.clear()
    text = client.get(url("espace_trainings", campus)).content.decode()
    assert "1 formation à revoir" in text and "membre parti" in text
    assert "n’est plus membre" in client.get(url("espace_training", campus, training.pk)).content.decode()
    for address in (url("campus", campus), url("trainings", campus)):
        assert "Domotique" not in Client().get(address).content.decode()
    assert Client().get(url("training", campus, training.pk)).status_code == 404


def test_the_public_list_is_narrowed(campus: Campus, lycee: Organisation) -> None:
    a_training(campus, lycee)
    a_training(campus, lycee, "Cuisine", level=5, ways=(Way.SCHOOL,), audiences=(Audience.PUPILS,), commune=None)
    address = url("trainings", campus)

    def listed(query: str) -> list[str]:
        text = Client().get(f"{address}?{query}").content.decode()
        return re.findall(r"formations/\d+/\"><strong>([^<]+)", text)

    assert listed("") == ["Cuisine", "Domotique"]
    madeleine = Commune.objects.get(name="La Madeleine", departement="59").pk
    for query in ("public=salaries", "niveau=3", "modalite=continue", f"commune={madeleine}", "q=domo"):
        assert listed(query) == ["Domotique"], query
    assert listed("public=salaries&niveau=5") == []
    unknown = Client().get(f"{address}?public=martiens").content.decode()
    assert "n’existe pas ici" in unknown and "Cuisine" in unknown


def test_the_public_page_speaks_to_search_engines(campus: Campus, lycee: Organisation) -> None:
    training = a_training(campus, lycee, romes=("K1304",), apply_url="https://exemple.fr/inscription", capacity=12)
    text = Client().get(url("training", campus, training.pk)).content.decode()
    found = re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert found
    said = json.loads(found[1])
    assert "Course" in said["@type"] and said["provider"]["name"] == "Lycée d’essai"
    assert said["maximumEnrollment"] == 12 and said["occupationalCategory"][0]["codeValue"] == "K1304"
    assert "Formations" in Client().get(url("campus", campus)).content.decode()


def test_a_table_is_read_then_written(campus: Campus, lycee: Organisation) -> None:
    client = as_(a_director(campus))
    send = url("espace_trainings_table", campus)
    assert "intitule" in client.get(send).content.decode()
    for name in ("espace_trainings_workbook", "espace_trainings_empty"):
        assert client.get(url(name, campus)).status_code == 200
    refused = client.post(send, {"file": SimpleUploadedFile("f.csv", b"%PDF-1.7")})
    assert refused.status_code == 422 and "PDF" in refused.content.decode()
    assert client.post(send).status_code == 422
    content = "intitule;organisation;niveau\nBonne;Lycée d’essai;3\nFautive;Lycée d’essai;12\n".encode()
    text = client.post(send, {"file": SimpleUploadedFile("f.csv", content)}, follow=True).content.decode()
    assert "1 bonne ligne, 1 fautive" in text and "de 3 à 8" in text and "Inscrire la bonne ligne" in text
    assert not Training.objects.exists()
    sent = url("espace_trainings_sent", campus, TrainingImport.objects.get().pk)
    assert sent in client.get(send).content.decode()
    assert "Formations inscrites : 1" in client.post(sent, follow=True).content.decode()
    assert Training.objects.get().title == "Bonne"
    assert sent not in client.get(send).content.decode()
    twice = client.post(sent)
    assert twice.status_code == 422 and "déjà inscrit" in twice.content.decode()
    csv = client.get(url("espace_trainings_csv", campus) + "?q=bonne").content.decode()
    assert "Bonne;Lycée d’essai" in csv


def test_lists_ask_as_many_questions_for_three_as_for_one(campus: Campus, lycee: Organisation) -> None:
    client = as_(a_director(campus))
    addresses = [url("espace_trainings", campus), url("trainings", campus), url("campus", campus)]
    addresses += [url("espace_trainings_csv", campus)]

    def counted() -> list[int]:
        numbers = []
        for address in addresses:
            page_cache.shelf.pages.clear()
            client.get(address)
            page_cache.shelf.pages.clear()
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            numbers.append(len(asked))
        return numbers

    a_training(campus, lycee)
    one = counted()
    for number in range(2):
        a_training(campus, lycee, f"Autre {number}", romes=("K1304",), modules=("M",))
    assert counted() == one
