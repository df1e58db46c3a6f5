"""Atom (RFC 4287): one builder for every list that changes. A view gives a title, the page it follows, and entries."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
MOST = 50
# A feed without entries must bear an instant too: the year in which the register began.
_BEGINNING = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)

# What XML 1.0 cannot bear.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something of a list, as of its last change.

    path: its page on this site; key: what tells it from others for ever, the page itself when not said.
    categories: term → label.
    """

    title: str
    path: str
    updated: dt.datetime
    summary: str = ""
    published: dt.datetime | None = None
    key: str = ""
    author: str = ""
    categories: tuple[tuple[str, str], ...] = ()


class _Feed(Atom1Feed):
    """Atom as Django writes it, with plain text for summaries and the labels of categories."""

    def latest_post_date(self) -> dt.datetime:
        return max((item["updateddate"] for item in self.items), default=_BEGINNING)

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["plain"]:
            handler.addQuickElement("summary", item["plain"], {"type": "text"})
        for term, label in item["labelled"]:
            handler.addQuickElement("category", "", {"term": legal(term), "label": legal(label)})


def respond(
    request: HttpRequest, entries: Iterable[Entry], *, title: str, page: str, status: int = 200
) -> HttpResponse:
    """The feed at the address that was asked.

    Args:
        entries: newest first; who calls bounds them.
        page: the path of the list that the feed follows, with its choices.
    """
    address = f"{settings.SITE_URL}{request.get_full_path()}"
    feed = _Feed(
        title=legal(f"{title} – {settings.SITE_NAME}"),
        link=f"{settings.SITE_URL}{page}",
        description=None,
        language="fr",
        author_name=settings.SITE_NAME,
        feed_url=address,
        feed_guid=address,
    )
    for entry in entries:
        feed.add_item(
            title=legal(entry.title),
            link=f"{settings.SITE_URL}{entry.path}",
            description=None,  # type: ignore[arg-type]
            author_name=legal(entry.author) or None,
            pubdate=entry.published,
            updateddate=entry.updated,
            unique_id=f"{settings.SITE_URL}{entry.key or entry.path}",
            plain=legal(entry.summary),
            labelled=entry.categories,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=MEDIA_TYPE, status=status)


def legal(text: str) -> str:
    """A text without what no XML file can bear."""
    return _ILLEGAL.sub("", text)


def marked(title: str, *, is_demo: bool) -> str:
    """A title that says so when what it names is invented."""
    return f"[Démonstration] {title}" if is_demo else title


def newest(entries: Iterable[Entry], *, most: int = MOST) -> list[Entry]:
    """The last changed ones."""
    return sorted(entries, key=lambda entry: (entry.updated, entry.key or entry.path), reverse=True)[:most]
