"""The text of an article: Markdown as editors type it, read into parts that pages, letters and checks draw.

The reading allows no HTML, and what it makes is cleaned again by nh3: two barriers, neither trusting the other.
Pictures and cards are named (`[[image:12]]`, `[[campus:mon-campus]]`) on a line of their own, and resolved when the
page is drawn, so that they stay true.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from cmq.core.text import fold
from cmq.editorial.typography import french

LONGEST = 60_000
# Name → what it stands for and its colour in the design system.
CALLOUTS = {"info": "À savoir", "attention": "Attention", "citation": "En bref"}
IMAGE = "image"
_NAMED = re.compile(r"^\[\[([a-z]+):([A-Za-z0-9_-]{1,110})\]\]\s*$")
_WORDS_A_MINUTE = 230
_TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "strong", "em", "a", "br", "hr", "code", "pre"} | {
    *("table", "thead", "tbody", "tr", "th", "td", "div")
}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),
    "a": {"href"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "th": {"scope"},
    "ol": {"start"},
} | {"div": {"role", "tabindex", "aria-label"}}
_CLASSES = {"div": {"cmq-callout", "cmq-callout--attention", "cmq-callout--citation", "cmq-table"}}


@dataclass(frozen=True)
class Named:
    """A picture or a card that the text names: its kind (« image », « campus »…) and its key."""

    kind: str
    key: str


@dataclass(frozen=True)
class Heading:
    """A heading of the text."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Link:
    """A link of the text: where it leads and what it says."""

    url: str
    text: str


@dataclass(frozen=True)
class Body:
    """A text that was read: clean HTML and named things in their order, and what checks look at."""

    parts: tuple[SafeString | Named, ...]
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    # Plain sentences: one string per paragraph, item or cell.
    texts: tuple[str, ...]
    empty_headers: bool = False

    @property
    def named(self) -> list[Named]:
        """The pictures and cards of the text."""
        return [part for part in self.parts if isinstance(part, Named)]

    @property
    def words(self) -> int:
        """How many words a reader reads."""
        return sum(len(fold(text).split()) for text in self.texts)

    @property
    def minutes(self) -> int:
        """How long a reader takes, in minutes, at least one."""
        return max(1, round(self.words / _WORDS_A_MINUTE))


@dataclass
class _Found:
    headings: list[Heading] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    empty_headers: bool = False


@lru_cache(maxsize=256)
def read(text: str) -> Body:
    """Read a text. Whatever it holds, what comes out may stand in a page."""
    tokens = _reader().parse(text[:LONGEST])
    found = _Found()
    _look(tokens, found)
    parts = tuple(_parts(tokens))
    return Body(parts, tuple(found.headings), tuple(found.links), tuple(found.texts), found.empty_headers)


def plain(text: str) -> str:
    """The text without its marks, a paragraph a line: for letters, feeds and differences."""
    return "\n\n".join(read(text).texts)


_BEGINNINGS = ("http://", "https://", "mailto:", "tel:", "/", "#")


def clean(html: str) -> SafeString:
    """HTML with nothing left in it that could act: the one place where markup is trusted."""
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto", "tel"},
        attribute_filter=_leading_somewhere,
        link_rel="noopener",
        strip_comments=True,
    )
    return SafeString(cleaned)


def _leading_somewhere(tag: str, name: str, value: str) -> str | None:
    """A link says where it leads from the root of a site, or is none: « : » and « autre » lead nowhere certain."""
    return value if name != "href" or value.lower().startswith(_BEGINNINGS) else None


@lru_cache(maxsize=1)
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_inline"])
    for name, title in CALLOUTS.items():
        reader.use(container_plugin, name, render=_callout(name, title))
    reader.block.ruler.before("table", "named", _named_rule, {"alt": ["paragraph", "reference"]})
    reader.core.ruler.push("french", _french_rule)
    reader.core.ruler.push("headings", _headings_rule)
    reader.add_render_rule("table_open", _table_open)
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    reader.add_render_rule("th_open", lambda *_: '<th scope="col">')
    return reader


def _callout(name: str, title: str):  # type: ignore[no-untyped-def]
    def render(self, tokens, index, options, env):  # type: ignore[no-untyped-def]
        if tokens[index].nesting < 0:
            return "</div>\n"
        shape = "" if name == "info" else f" cmq-callout--{name}"
        return f'<div class="cmq-callout{shape}"><p><strong>{title}</strong></p>\n'

    return render


def _named_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A line that names a picture or a card, outside of any list, quote or call-out."""
    if state.level:
        return False
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    match = _NAMED.match(line)
    if match is None:
        return False
    if not silent:
        state.line = start + 1
        token = state.push("named", "", 0)
        token.meta = {"kind": match[1], "key": match[2]}
    return True


def _french_rule(state: StateCore) -> None:
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "text" and not child.content.startswith(("http://", "https://")):
                child.content = french(child.content)


def _headings_rule(state: StateCore) -> None:
    """Headings begin below that of the page, and each has an anchor of its own."""
    taken: set[str] = set()
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type == "heading_open":
            anchor = fold(_said(inline)).replace(" ", "-")[:60] or "partie"
            while anchor in taken or anchor in _PAGE_ANCHORS:
                anchor += "-bis"
            taken.add(anchor)
            token.attrSet("id", anchor)
        if token.type.startswith("heading_"):
            token.meta = {"level": int(token.tag[1])}
            token.tag = f"h{min(4, max(2, int(token.tag[1])))}"
    if state.tokens and state.tokens[-1].type.startswith("heading_"):
        last = state.tokens[-1]
        last.tag = f"h{min(4, max(2, int(last.tag[1])))}"


# What the page itself names.
_PAGE_ANCHORS = frozenset({"contenu", "navigation", "pied", "voir-aussi", "partager", "texte"})


def _table_open(self, tokens, index, options, env):  # type: ignore[no-untyped-def]
    return '<div class="cmq-table" tabindex="0" role="region" aria-label="Tableau"><table>\n'


def _parts(tokens: Sequence[Token]) -> Iterator[SafeString | Named]:
    held: list[Token] = []
    for token in tokens:
        if token.type != "named":
            held.append(token)
            continue
        if held:
            yield _drawn(held)
            held = []
        yield Named(**token.meta)
    if held:
        yield _drawn(held)


def _drawn(tokens: Sequence[Token]) -> SafeString:
    reader = _reader()
    return clean(reader.renderer.render(tokens, reader.options, {}))


def _look(tokens: Sequence[Token], found: _Found) -> None:
    before: Token | None = None
    for token in tokens:
        if token.type == "inline":
            said = _said(token)
            if before is not None and before.type == "heading_open":
                found.headings.append(Heading(before.meta["level"], said, str(before.attrGet("id"))))
            if before is not None and before.type == "th_open" and not said:
                found.empty_headers = True
            if said:
                found.texts.append(said)
            found.links += _links(token)
        elif token.type in ("fence", "code_block"):
            found.texts.append(token.content.strip())
        before = token


def _said(token: Token) -> str:
    signs = {"softbreak": " ", "hardbreak": " "}
    return "".join(signs.get(child.type, child.content) for child in token.children or ()).strip()


def _links(token: Token) -> Iterator[Link]:
    url, words = "", list[str]()
    for child in token.children or ():
        if child.type == "link_open":
            url, words = str(child.attrGet("href") or ""), []
        elif child.type == "link_close":
            yield Link(url, "".join(words).strip())
            url = ""
        elif url:
            words.append(child.content)
