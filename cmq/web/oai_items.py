"""What OAI-PMH harvesters may read: job sheets and articles, as headers that are cheap to list, and as Dublin Core.

A sheet that left the ROME and an article that was withdrawn are told as deleted as long as the register holds them.
What it no longer holds at all (an article of a campus that was removed) is not told: `deletedRecord` is « transient ».
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from cmq.careers.models import Occupation
from cmq.core.feed import changed_at
from cmq.editorial.models import Article

SETS = {"metiers": "Fiches métiers", "articles": "Articles"}

# Element of Dublin Core, and what it says.
Field = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Header:
    """An item: when it last changed (to the second, UTC), and which it is. In the order of harvests."""

    stamp: dt.datetime
    name: str
    in_set: str
    key: str
    is_deleted: bool

    @property
    def identifier(self) -> str:
        """« oai:host:metiers/J1501 » (the oai-identifier scheme)."""
        return f"oai:{urlsplit(settings.SITE_URL).hostname}:{self.name}"


def headers(*, at: dt.datetime) -> list[Header]:
    """Every item as of an instant, the first changed first."""
    return sorted([*_sheets(), *_articles(at)])


def _header(stamp: dt.datetime, in_set: str, key: object, *, is_deleted: bool) -> Header:
    second = stamp.astimezone(dt.UTC).replace(microsecond=0)
    return Header(second, f"{in_set}/{key}", in_set, str(key), is_deleted)


def _sheets() -> Iterable[Header]:
    rows = dict(Occupation.objects.order_by().values_list("code", "is_obsolete"))
    moved = changed_at(Occupation, rows.keys())
    return (_header(at, "metiers", code, is_deleted=rows[code]) for code, at in moved.items())


def _articles(at: dt.datetime) -> Iterable[Header]:
    shown = Article.objects.real().filter(shown_version__isnull=False, publish_at__lte=at)
    for pk, published, updated, withdrawn in shown.values_list("pk", "publish_at", "updated_at", "withdraw_at"):
        if withdrawn and withdrawn <= at:
            yield _header(withdrawn, "articles", pk, is_deleted=True)
        else:
            yield _header(max(filter(None, (published, updated))), "articles", pk, is_deleted=False)


def described(shown: Sequence[Header]) -> dict[Header, list[Field]]:
    """The Dublin Core of some items, in a bounded number of queries; nothing for a deleted one."""
    keys: dict[str, list[str]] = defaultdict(list)
    for header in shown:
        if not header.is_deleted:
            keys[header.in_set].append(header.key)
    sheets = Occupation.objects.filter(pk__in=keys["metiers"]).select_related("source")
    articles = Article.objects.filter(pk__in=keys["articles"]).select_related("rubric", "filiere", "region", "campus")
    told = {f"metiers/{row.pk}": _sheet(row) for row in sheets}
    told |= {f"articles/{row.pk}": _article(row) for row in articles.prefetch_related("tags")}
    return {header: told[header.name] for header in shown if header.name in told}


def _common(path: str) -> list[Field]:
    owner = settings.SITE_OWNER or settings.SITE_NAME
    return [("identifier", f"{settings.SITE_URL}{path}"), ("language", "fr"), ("publisher", owner)]


def _said(fields: Iterable[tuple[str, object]]) -> list[Field]:
    return [(name, str(value)) for name, value in fields if value]


def _sheet(row: Occupation) -> list[Field]:
    own = [
        ("title", row.title),
        ("type", "Fiche métier"),
        ("subject", f"ROME {row.code}"),
        ("description", row.definition),
    ]
    return [*_said([*own, ("source", row.source)]), *_common(row.get_absolute_url())]


def _article(row: Article) -> list[Field]:
    day = timezone.localtime(row.publish_at).date().isoformat() if row.publish_at else ""
    own = [("title", row.title), ("type", "Article"), ("creator", row.byline), ("description", row.standfirst)]
    subjects = [row.rubric, row.filiere, row.region, row.campus, *row.tags.all()]
    told = _said([*own, ("date", day), *(("subject", each) for each in subjects)])
    return [*told, *_common(row.get_absolute_url())]
