"""The archive and its feed show what has left, and nothing before."""

import xml.etree.ElementTree as ET

import pytest
from django.test import Client

from cmq.newsletter.actions import sending
from cmq.web import page_cache

from .conftest import Postman
from .letter_world import agreed, an_issue, crowd


@pytest.mark.django_db
def test_what_has_left_is_in_the_archive_and_its_feed_and_nothing_else(client: Client, postman: Postman) -> None:
    draft, due = an_issue(title="Brouillon"), agreed(an_issue(title="Programmé"))
    for path in ("/lettre/numeros/", "/lettre/numeros.atom"):
        assert "Programmé" not in client.get(path).content.decode()
    assert client.get(f"/lettre/{due.number}/").status_code == 404
    page_cache.shelf = page_cache._Shelf()
    crowd(1)
    sending.run()
    for path in ("/lettre/numeros/", "/lettre/numeros.atom", f"/lettre/{due.number}/"):
        text = client.get(path).content.decode()
        assert "Programmé" in text and draft.title not in text, path
    feed = ET.fromstring(client.get("/lettre/numeros.atom").content)
    entry = feed.find("{http://www.w3.org/2005/Atom}entry")
    assert entry is not None and "Nouvelle 1" in (entry.findtext("{http://www.w3.org/2005/Atom}summary") or "")
    assert "Recevoir la lettre" in client.get("/").content.decode()
