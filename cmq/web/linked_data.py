"""What pages say to machines in the words of schema.org: the site, the way to a page, what a list shows.

The things themselves are described where their page is made (`web/public/*._json_ld`, `offers.linked_data`); the tests
hold all of them to what schema.org lets each type say.
"""

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any

from django.conf import settings

CONTEXT = "https://schema.org"


def website() -> dict[str, Any]:
    """The site, who publishes it, and how its search is asked (WebSite, SearchAction)."""
    home = f"{settings.SITE_URL}/"
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "@id": home,
        "url": home,
        "name": settings.SITE_NAME,
        "inLanguage": "fr",
        "publisher": {"@type": "Organization", "name": settings.SITE_OWNER or settings.SITE_NAME, "url": home},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{settings.SITE_URL}/recherche/?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def item_list(things: Iterable[Any]) -> dict[str, Any] | None:
    """What a page of a list shows, in its order (ItemList); None when nothing of it is real.

    Args:
        things: what has a page and a name. Some lists hold them with a distance, or as the row of a hit.
    """
    shown = [thing for thing in map(_bare, things) if not _is_demo(thing)]
    if not shown:
        return None
    items = [
        {"@type": "ListItem", "position": place, "name": _name(thing), "url": f"{settings.SITE_URL}{_path(thing)}"}
        for place, thing in enumerate(shown, start=1)
    ]
    return {"@context": CONTEXT, "@type": "ItemList", "numberOfItems": len(items), "itemListElement": items}


def breadcrumbs(drawn: str) -> dict[str, Any] | None:
    """The way to a page, read from the one that it draws, so that both say the same (BreadcrumbList)."""
    steps = _Steps(drawn).steps
    if not steps:
        return None
    items: list[dict[str, Any]] = []
    for place, (name, path) in enumerate(steps, start=1):
        there = {"item": f"{settings.SITE_URL}{path}"} if path else {}
        items.append({"@type": "ListItem", "position": place, "name": name, **there})
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}


def _bare(thing: Any) -> Any:
    return thing[0] if isinstance(thing, tuple) else getattr(thing, "row", thing)


def _name(thing: Any) -> str:
    return str(getattr(thing, "name", "") or getattr(thing, "title", "") or thing)


def _path(thing: Any) -> str:
    return str(thing.get_absolute_url() if hasattr(thing, "get_absolute_url") else thing.url)


def _is_demo(thing: Any) -> bool:
    owners = (thing, getattr(thing, "campus", None), getattr(getattr(thing, "tour", None), "campus", None))
    return any(getattr(owner, "is_demo", False) for owner in owners)


class _Steps(HTMLParser):
    """The links of a breadcrumb: words and path, empty for the page itself."""

    def __init__(self, drawn: str) -> None:
        super().__init__()
        self.steps: list[tuple[str, str]] = []
        self._is_in = False
        self.feed(drawn)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._is_in = True
            self.steps.append(("", dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        self._is_in = self._is_in and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._is_in:
            words, path = self.steps[-1]
            self.steps[-1] = (words + data, path)
