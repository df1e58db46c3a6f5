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
_LONGEST = 150


def sharing_picture(article: Article) -> bytes:
    """A PNG of 1200 × 630 points; kept beside the other pictures under the digest of what it says."""
    said = {
        "title": article.title[:_LONGEST],
        "rubric": article.rubric.name,
        "site": settings.SITE_NAME,
        "about": ", ".join(str(each) for each in (article.filiere, article.region) if each),
        "demo": article.is_demo,
    }
    written = json.dumps(said, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256((TEMPLATE.read_text("utf-8") + written).encode()).hexdigest()[:32]
    name = f"partage/{digest}.png"
    if default_storage.exists(name):
        with default_storage.open(name) as kept:
            return bytes(kept.read())
    drawn = _drawn(written)
    default_storage.save(name, ContentFile(drawn))
    return drawn


def _drawn(said: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sharing.typ"
        path.write_bytes(TEMPLATE.read_bytes())
        drawn = typst.compile(str(path), root=folder, format="png", ppi=72.0, sys_inputs={"said": said})
    assert isinstance(drawn, bytes)
    return drawn
