"""The table of rights, cell by cell; then every address of the workspace for everyone who may knock there."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules

from cmq.campuses.models import Campus, CampusMembership
from cmq.core.models import Change
from cmq.core.rights import RIGHTS, Role
from cmq.web.espace.urls import urlpatterns
from tests.addresses import address
from tests.answers import without_its_own
from tests.cast import Stage
from tests.doors import (
    ACTS_ON_EMPTY_POST,
    ASKS_AGAIN,
    DOORS,
    NO_POST,
    ONLY_POST,
    REFUSED_ALOUD,
    Door,
)
from tests.downloading import downloaded
from tests.web.public.addresses import FILES, PAGES

autodiscover_modules("rules")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def addresses(committed_stage: Stage, django_db_blocker: Any) -> dict[str, str]:
    """The address of each door; what some of them need more than the stage is set up with it."""
    with django_db_blocker.unblock():
        return {name: address(committed_stage, name) for name in DOORS}


def test_each_cell_of_the_table(stage: Stage) -> None:
    allowed = {
        name: {role for role in Role if right.allows(stage.person(role), *stage.about(right.about))}
        for name, right in RIGHTS.items()
    }
    assert allowed == {name: right.roles for name, right in RIGHTS.items()}


def test_the_table_in_the_docs_is_the_one_in_the_code() -> None:
    printed = StringIO()
    call_command("droits", stdout=printed)
    assert (ROOT / "docs" / "rights.md").read_text() == printed.getvalue()


def test_what_binds_an_institution_asks_who_is_there_once_more() -> None:
    assert {each.name for each in urlpatterns if getattr(each.callback, "asks_again", False)} == ASKS_AGAIN


def test_a_right_is_declared_once_and_says_what_it_permits() -> None:
    assert len({right.wording for right in RIGHTS.values()}) == len(RIGHTS)
    assert not [name for name in RIGHTS if name.count(".") != 1]


def expected(door: Door, name: str, role: Role, *, reads: bool) -> int:
    """The status that this person must get."""
    if (reads and name in ONLY_POST) or (not reads and name in NO_POST):
        return 405
    if role in (Role.VISITOR, Role.DISABLED):
        return 302
    if role in (door.reads if reads else door.posts):
        return 200 if reads else 422
    if role in door.aloud or ((name, role) in REFUSED_ALOUD and not (reads and role in door.reads)):
        return 403
    return door.turned_away


def client_of(stage: Stage, role: Role) -> Client:
    client = Client()
    if role is not Role.VISITOR:
        client.force_login(stage.person(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_address_of_the_workspace_has_its_door() -> None:
    assert {str(pattern.name) for pattern in urlpatterns} == {*DOORS, "espace_invitation", "espace_download"}


# Who may do what is Python, the same on every database: on one the walk is whole. On another each door is opened once,
# by one of those who may, so that each page and each form is asked there too.
IS_WHOLE = connection.vendor == "sqlite"
SEE_THE_MOST = (
    *(Role.KEEPER, Role.DIRECTOR, Role.SECRETARY, Role.INSTRUCTOR, Role.PRESIDENT),
    *(Role.OPINION, Role.EXPERT, Role.AUTHORITY, Role.MEMBER, Role.EDITOR, Role.TECHNICIAN),
)


def walks(role: Role, allowed: frozenset[Role]) -> bool:
    """Whether this person knocks at a door that these may open."""
    return IS_WHOLE or role is next((each for each in SEE_THE_MOST if each in allowed), None)


# A whole row of the table at a time: no refused or empty request moves the stage.
@pytest.mark.parametrize("role", tuple(Role) if IS_WHOLE else SEE_THE_MOST)
def test_what_each_person_may_read_and_where_they_may_post(stage: Stage, addresses: dict[str, str], role: Role) -> None:
    """An empty form: whoever may act is told what is missing, everyone else turned away, and nothing ever changes."""
    client = client_of(stage, role)
    asked = {name: door for name, door in DOORS.items() if walks(role, door.reads)}
    got = {name: downloaded(client, addresses[name]).status_code for name in asked}
    assert got == {name: expected(door, name, role, reads=True) for name, door in asked.items()}
    acts = {name for name in ACTS_ON_EMPTY_POST if role in DOORS[name].posts}
    asked = {name: door for name, door in DOORS.items() if walks(role, door.posts) and name not in acts}
    before = Change.objects.count()
    got = {name: client.post(addresses[name]).status_code for name in asked}
    assert got == {name: expected(door, name, role, reads=False) for name, door in asked.items()}
    assert Change.objects.count() == before


def test_every_door_is_opened_on_every_database() -> None:
    for name, door in DOORS.items():
        assert all(set(SEE_THE_MOST) & people for people in (door.reads, door.posts) if people), name


@pytest.mark.parametrize("name", sorted(ACTS_ON_EMPTY_POST))
def test_a_button_is_the_whole_act(stage: Stage, addresses: dict[str, str], name: str) -> None:
    """A POST without a field does it, for one of those who may."""
    likely = Role.KEEPER, Role.DIRECTOR, Role.SECRETARY, Role.EDITOR, Role.TECHNICIAN
    actor = next(role for role in likely if role in DOORS[name].posts)
    answer = client_of(stage, actor).post(addresses[name])
    assert answer.status_code == {"registre_import": 422, "espace_own_data_file": 200}.get(name, 302)


def test_forms_are_protected_against_other_sites(stage: Stage, addresses: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.person(Role.KEEPER), backend="django.contrib.auth.backends.ModelBackend")
    for name in set(DOORS) - NO_POST:
        assert client.post(addresses[name]).status_code == 403, name


def test_a_visitor_comes_back_to_the_page_after_log_in(stage: Stage, addresses: dict[str, str]) -> None:
    url = addresses["espace_members"]
    assert Client().get(url)["Location"] == f"{reverse('account_login')}?next={url}"


def test_what_belongs_to_another_campus_is_not_reached_through_mine(stage: Stage) -> None:
    """A director puts the number of another campus's line after the name of their own campus."""
    client = client_of(stage, Role.OTHER_DIRECTOR)
    mine = CampusMembership.objects.get(person=stage.person(Role.OTHER_DIRECTOR)).campus
    before = Change.objects.count()
    assert stage.member is not None and stage.pending is not None
    for name, pk in (("espace_member_end", stage.member.pk), ("espace_people_end", stage.pending.pk)):
        assert client.get(reverse(name, args=[mine.slug, pk])).status_code == 404
        assert client.post(reverse(name, args=[mine.slug, pk]), {"on": "2024"}).status_code == 404
    assert Change.objects.count() == before


def test_an_unknown_campus_answers_like_a_forbidden_one(stage: Stage) -> None:
    client = client_of(stage, Role.OTHER_DIRECTOR)
    forbidden = client.get(reverse("espace_campus", args=[stage.campus.slug]))
    unknown = client.get(reverse("espace_campus", args=["n-existe-pas"]))
    assert not Campus.objects.filter(slug="n-existe-pas").exists()
    assert forbidden.status_code == unknown.status_code == 404
    assert without_its_own(forbidden.content) == without_its_own(unknown.content)


@pytest.mark.skipif(not IS_WHOLE, reason="the same on every database")
@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_no_page_knows_another_method_whoever_asks(stage: Stage, addresses: dict[str, str], method: str) -> None:
    """Whoever may do the most, and a visitor, at every address."""
    paths = [*addresses.values(), *PAGES, *FILES]
    before = Change.objects.count()
    for role in (Role.VISITOR, Role.TECHNICIAN, Role.DIRECTOR):
        client = client_of(stage, role)
        got = {path: client.generic(method, path) for path in paths if not path.startswith("/api/v1/")}
        assert {path: each.status_code for path, each in got.items() if each.status_code != 405} == {}
        assert {each["Allow"] for each in got.values()} <= {"GET, HEAD, POST", "GET, HEAD", "POST"}
        assert {name for name in DOORS if got[addresses[name]]["Allow"] == "POST"} == ONLY_POST
    assert Change.objects.count() == before
