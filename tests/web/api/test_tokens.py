"""Tokens: made in the workspace, shown once, kept as digests, opening what their holder may read and no longer."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus, CampusMembership
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.opendata import actions
from cmq.opendata.models import ApiToken, Scope
from tests.factories import a_campus, a_contributor, a_director, a_person
from tests.opendata.publishing import measure, publish

pytestmark = pytest.mark.django_db


def make(campus: Campus, by: User, **said: Any) -> str:
    terms: dict[str, Any] = {"name": "Tableau de bord", "scope": Scope.CAMPUS, "days": 30, **said}
    return actions.make_token(campus=campus, by=by, **terms)


def read(client: Client, path: str, token: str, status: int = 200) -> dict[str, Any]:
    response = client.get(f"/api/v1/{path}", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert response.status_code == status, response.content
    told: dict[str, Any] = json.loads(response.content)
    assert status == 200 or told["status"] == status
    return told


def test_a_director_reads_what_is_not_public(client: Client) -> None:
    campus, other = publish("Interne", is_public=False), publish("Autre", is_public=False)
    measure(campus, "apprentis", Decimal(3), note="Dont Camille"), measure(other, "apprentis", Decimal(4))
    token = make(campus, a_director(campus))
    (row,) = read(client, "prive/indicateurs", token)["data"]
    assert (row["campus"], row["valeur"], row["masquee"], row["precision"]) == (campus.slug, 3.0, True, "Dont Camille")
    (row,) = read(client, "prive/financements", token)["data"]
    assert (row["objet"], row["accorde"], row["montree"]) == ("Payer Interne", 1500.5, False)
    assert read(client, f"prive/financements/{row['numero']}", token) == row
    foreign = other.agreements.get().pk
    read(client, f"prive/financements/{foreign}", token, 404)
    read(client, "prive/dossiers", token, 403)
    read(client, "prive/rien", token, 404)
    private = client.get("/api/v1/prive/indicateurs", HTTP_AUTHORIZATION=f"Bearer {token}")
    assert private.headers["Cache-Control"] == "private, no-store" and "Authorization" in private.headers["Vary"]
    assert client.get("/api/v1/prive/indicateurs").headers["WWW-Authenticate"].startswith("Bearer")
    assert ApiToken.objects.get().used_on == timezone.localdate()


def test_only_a_digest_is_kept(client: Client) -> None:
    campus = a_campus()
    token = make(campus, a_director(campus))
    kept = ApiToken.objects.values().get()
    assert token not in str(kept) and token.startswith("cmq_") and len(token) > 40
    assert token not in str(list(Change.objects.values())) and Change.objects.latest("position").is_private


@pytest.mark.parametrize("end", ["revoked", "expired", "role", "account"])
def test_a_token_ends(client: Client, end: str) -> None:
    campus = a_campus()
    director = a_director(campus)
    token = make(campus, director)
    read(client, "prive/indicateurs", token)
    row = ApiToken.objects.get()
    if end == "revoked":
        actions.revoke_token(row, by=director)
        with pytest.raises(Refusal, match="déjà"):
            actions.revoke_token(row, by=director)
    elif end == "expired":
        ApiToken.objects.update(made_at=row.made_at - dt.timedelta(60), expires_at=timezone.now())
    elif end == "role":
        CampusMembership.objects.update(ends_on=timezone.localdate() - dt.timedelta(days=1))
    else:
        User.objects.update(is_active=False)
    told = read(client, "prive/indicateurs", token, 401)
    assert "expiré ou révoqué" in told["detail"]
    read(client, "campus", token, 401)


def test_what_cannot_be_made() -> None:
    campus = a_campus()
    director = a_director(campus)
    for by in (a_person(), a_contributor(campus), a_director(a_campus())):
        with pytest.raises(NotAllowed):
            make(campus, by)
        with pytest.raises(NotAllowed):
            make(campus, by, scope=Scope.FILES)
    for said, sentence in (
        ({"days": 0}, "de 1 à 365"),
        ({"days": 366}, "de 1 à 365"),
        ({"name": " "}, "à quoi"),
        ({"name": "x" * 81}, "80 signes"),
    ):
        with pytest.raises(Refusal, match=sentence):
            make(campus, director, **said)
    assert not ApiToken.objects.exists()
    for _ in range(actions.MOST):
        make(campus, director)
    with pytest.raises(Refusal, match="révoquez-en un"):
        make(campus, director)
    with pytest.raises(NotAllowed):
        actions.revoke_token(ApiToken.objects.latest("pk"), by=a_person())


def test_the_workspace_shows_a_token_once_and_revokes_it(client: Client) -> None:
    campus = a_campus("Campus du bois")
    client.force_login(a_director(campus))
    page = client.get("/espace/jetons/").content.decode()
    assert "Aucun jeton en cours" in page and "Campus du bois" in page
    form = {"name": "Tableau", "opening": f"campus-{campus.pk}", "days": "90", "act": "make"}
    page = client.post("/espace/jetons/", form).content.decode()
    token = page.partition('readonly value="')[2].partition('"')[0]
    read(Client(), "prive/indicateurs", token)
    assert token not in client.get("/espace/jetons/").content.decode()
    made = ApiToken.objects.get()
    assert made.expires_at - made.made_at == dt.timedelta(days=90)
    assert client.post("/espace/jetons/", {"act": "revoke", "revoked": made.pk}).status_code == 200
    read(Client(), "prive/indicateurs", token, 401)
    assert client.post("/espace/jetons/", {**form, "opening": "campus-1000"}).status_code == 422
    client.force_login(a_person())
    assert client.post("/espace/jetons/", {"act": "revoke", "revoked": made.pk}).status_code == 422
    assert "n’ouvrent rien" in client.get("/espace/jetons/").content.decode()


def test_its_end_is_told_at_two_marks_and_once() -> None:
    campus = a_campus()
    director, at = a_director(campus), timezone.now()
    make(campus, director, days=30)
    days = [0, 14, 15, 16, 20, 27, 28, 29, 31]
    assert [actions.remind_of_ends(at=at + dt.timedelta(days=day, hours=1)) for day in days] == [
        *(0, 0, 1, 0, 0, 1, 0, 0, 0)
    ]
    letter = OutgoingMail.objects.latest("pk")
    assert letter.to == director.email and "Tableau de bord" in letter.subject and "/espace/jetons/" in letter.text


def test_a_token_raises_the_rate(client: Client, settings: Any) -> None:
    settings.API_PER_MINUTE, settings.API_PER_MINUTE_WITH_TOKEN = 1, 3
    campus = a_campus()
    token = make(campus, a_director(campus))
    assert [client.get("/api/v1/campus", HTTP_AUTHORIZATION=f"Bearer {token}").status_code for _ in range(4)] == [
        200,
        200,
        200,
        429,
    ]
