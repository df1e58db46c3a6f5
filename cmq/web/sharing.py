"""The picture that social networks show of an article: its title, drawn once for each wording."""

import hashlib
import json
import tempfile
from pathlib import Path

import typst
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cmq.editorial.models import Article

TEMPLATE = Path(__file__).resolve().parent / "data" / "sharing.typ"
WIDTH, HEIGHT = 1200, 630
FOLDER = "partage"
_LONGEST = 150


def sharing_picture(article: Article) -> bytes:
    """A PNG of 1200 × 630 points; kept beside the other pictures under the digest of what it says."""
    name = name_of(article)
    if default_storage.exists(name):
        with default_storage.open(name) as kept:
            return bytes(kept.read())
    drawn = _drawn(_said(article))
    default_storage.save(name, ContentFile(drawn))
    return drawn


def name_of(article: Article) -> str:
    """Under which name its picture is kept, once it is drawn."""
    digest = hashlib.sha256((TEMPLATE.read_text("utf-8") + _said(article)).encode()).hexdigest()[:32]
    return f"{FOLDER}/{digest}.png"


def _said(article: Article) -> str:
    said = {
        "title": article.title[:_LONGEST],
        "rubric": article.rubric.name,
        "site": settings.SITE_NAME,
        "about": ", ".join(str(each) for each in (article.filiere, article.region) if each),
        "demo": article.is_demo,
    }
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def _drawn(said: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sharing.typ"
        path.write_bytes(TEMPLATE.read_bytes())
        drawn = typst.compile(str(path), root=folder, format="png", ppi=72.0, sys_inputs={"said": said})
    assert isinstance(drawn, bytes)
    return drawn
