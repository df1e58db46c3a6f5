"""The menu of a campus's workspace: every page two links away at most, each saying where one is."""

import re

import pytest
from django.test import Client

from cmq.core.rights import Role
from cmq.web.espace.campus_menu import GROUPS, Entry, menu
from tests.cast import Stage

ENTRIES = [entry for entries in GROUPS.values() for entry in entries]


@pytest.fixture
def director(stage: Stage) -> Client:
    client = Client()
    client.force_login(stage.person(Role.DIRECTOR), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_a_page_says_where_one_is(director: Client, stage: Stage, entry: Entry) -> None:
    slug = stage.campus.slug
    shown = menu(slug, entry.key)
    (here,) = [link for link in shown.entries if link.is_here]
    page = director.get(here.url).content.decode()
    nav = re.search(r'<nav class="cmq-tabs" aria-label="Espace du campus">.*?</nav>', page, re.DOTALL)
    assert nav is not None
    assert re.findall(r'href="([^"]+)" aria-current="page"', nav[0]) == [here.url]
    assert len(re.findall(r'aria-current="true"', nav[0])) == 1
    for link in (*shown.groups, *shown.entries):
        assert f'href="{link.url}"' in nav[0]


def test_every_entry_is_two_links_away() -> None:
    first = {link.url for link in menu("un", "facts").groups}
    reached = {link.url for entry in ENTRIES for link in menu("un", entry.key).entries if first & _urls(entry.key)}
    assert len(reached) == len(ENTRIES) == len({entry.key for entry in ENTRIES})
    assert max(len(entries) for entries in GROUPS.values()) <= 5


def _urls(key: str) -> set[str]:
    return {link.url for link in menu("un", key).entries}
