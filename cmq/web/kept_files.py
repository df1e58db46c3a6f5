"""Which stored files are ours: the pictures that social networks show of articles, drawn again when one is gone."""

from collections.abc import Iterator

from cmq.core.stored_files import named_in
from cmq.editorial.models import Article
from cmq.web import sharing


@named_in(sharing.FOLDER, is_redrawn=True)
def _sharing() -> Iterator[str]:
    articles = Article.objects.select_related("rubric", "filiere", "region")
    return (sharing.name_of(article) for article in articles.iterator())
