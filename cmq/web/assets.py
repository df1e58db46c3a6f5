"""One light style sheet per theme, made of the parts of the DSFR that our pages use.

The whole DSFR weighs 717 kB; our pages use a tenth of it. From the dist of `django-dsfr` this module takes the core and
the components named below, drops every rule whose classes no template or module of ours names, then every custom
property that nothing reads, puts the few icons left inside the sheet, and adds our own styles. The dark scheme follows
the reader's system without a script.

Theme « neutre » has no Marianne font and its own accents: the State's marks are for the State's sites only.
"""

import base64
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dsfr

DIST = Path(dsfr.__file__).parent / "static" / "dsfr" / "dist"
HERE = Path(__file__).parent
STYLES = HERE / "data" / "styles"
THEMES = ("neutre", "etat")

COMPONENTS = (
    "accordion alert badge breadcrumb button callout card checkbox form footer header input link logo notice",
    "pagination password quote radio search select sidemenu skiplink stepper summary table tag tile upload",
)
SHEETS = (
    "core/core.main.min.css",
    *(f"component/{name}/{name}.main.min.css" for names in COMPONENTS for name in names.split()),
    "utility/icons/icons-system/icons-system.main.min.css",
    "utility/icons/icons-map/icons-map.main.min.css",
    "utility/icons/icons-document/icons-document.main.min.css",
    "scheme/scheme.min.css",
    "core/core.print.min.css",
    *(f"component/{name}/{name}.print.min.css" for name in ("alert", "button", "footer", "header", "table", "tag")),
)
FONTS = ("Marianne-Regular", "Marianne-Medium", "Marianne-Bold", "Marianne-Regular_Italic")
SYSTEM_FONTS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif'

_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_CLASS = re.compile(r"\.(fr-[\w-]+)")
_NOT = re.compile(r":not\([^()]*\)")
_USED = re.compile(r"fr-[A-Za-z0-9_-]+")
_VARIABLE = re.compile(r"var\((--[\w-]+)")
_URL = re.compile(r"url\(([\"']?)(?!data:)([^)\"']+)\1\)")
_DARK = re.compile(r":root(?:\[data-fr-scheme\])?\[data-fr-theme=[\"']?dark[\"']?\]")
_NOTICE = "/* Contient le DSFR 1.14 | SPDX-License-Identifier: MIT | thème d’origine réservé aux sites de l’État */\n"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its selectors (or at-rule), its body, and the rules inside when it is a group."""

    prelude: str
    body: str
    inner: tuple["Rule", ...] = ()


def build(target: Path) -> dict[str, int]:
    """Write one style sheet per theme, and the fonts of « etat », into the folder `target`.

    Returns file name → bytes.
    """
    target.mkdir(parents=True, exist_ok=True)
    used = used_classes()
    written = {}
    for theme in THEMES:
        path = target / f"{theme}.css"
        path.write_text(style_sheet(theme, used), encoding="utf-8")
        written[path.name] = path.stat().st_size
    for font in FONTS:
        path = target / "fonts" / f"{font}.woff2"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((DIST / "fonts" / path.name).read_bytes())
        written[f"fonts/{path.name}"] = path.stat().st_size
    return written


def style_sheet(theme: str, used: frozenset[str]) -> str:
    """The whole style sheet of a theme, keeping only rules about the classes in `used`."""
    # The State's mark is for the State's sites.
    rules = list(prune_classes(_dsfr_rules(theme), used if theme == "etat" else used - {"fr-logo"}))
    for name in ("site.css", "espace.css", f"theme-{theme}.css"):
        path = STYLES / name
        rules += parse(_COMMENT.sub("", path.read_text(encoding="utf-8")))
    rules = list(prune_variables(rules))
    return _NOTICE + "".join(write(rules))


def used_classes() -> frozenset[str]:
    """Every « fr-… » word of our templates, modules and scripts; one that ends in « - » stands for all it begins."""
    files = [
        *HERE.rglob("*.html"),
        *HERE.rglob("*.py"),
        *(HERE / "static" / "cmq").rglob("*.js"),
        *(STYLES.glob("*.css")),
    ]
    words = {word for path in files if path != Path(__file__) for word in _USED.findall(path.read_text("utf-8"))}
    return frozenset(words)


def parse(css: str) -> list[Rule]:
    """Read a style sheet without comments. Enough CSS for what the DSFR and we write."""
    rules, at = [], 0
    while (opening := _find(css, "{;", at)) >= 0:
        prelude = css[at:opening].strip()
        if css[opening] == ";":
            at = opening + 1
            continue
        closing = _closing(css, opening)
        body = css[opening + 1 : closing]
        is_group = prelude.startswith(("@media", "@supports"))
        rules.append(Rule(prelude, "" if is_group else body.strip(), tuple(parse(body)) if is_group else ()))
        at = closing + 1
    return rules


def declarations(body: str) -> Iterator[str]:
    """The declarations of a rule's body, without white space around them."""
    at = 0
    while at < len(body):
        end = _find(body, ";", at)
        end = len(body) if end < 0 else end
        if text := body[at:end].strip():
            yield text
        at = end + 1


def prune_classes(rules: Iterable[Rule], used: frozenset[str]) -> Iterator[Rule]:
    """Without the selectors, then the rules, then the groups that concern unused classes only."""
    prefixes = tuple(word for word in used if word.endswith("-"))
    for rule in rules:
        if rule.inner:
            inner = tuple(prune_classes(rule.inner, used))
            if inner:
                yield Rule(rule.prelude, "", inner)
        elif rule.prelude.startswith("@"):
            yield rule
        else:
            kept = [each for each in _selectors(rule.prelude) if _is_used(each, used, prefixes)]
            if kept:
                yield Rule(",".join(kept), rule.body)


def prune_variables(rules: list[Rule]) -> Iterator[Rule]:
    """Without the custom properties that no kept declaration reads, directly or through another one."""
    everything = list(_all_declarations(rules))
    needed: set[str] = set()
    fresh = {name for text in everything if not text.startswith("--") for name in _VARIABLE.findall(text)}
    while fresh:
        needed |= fresh
        readers = (text for text in everything if text.startswith("--") and text.partition(":")[0] in fresh)
        fresh = {name for text in readers for name in _VARIABLE.findall(text)} - needed
    yield from _without_variables(rules, needed)


def write(rules: Iterable[Rule]) -> Iterator[str]:
    """The rules as text, one a line."""
    for rule in rules:
        body = "\n".join(("", *write(rule.inner))) if rule.inner else ";".join(declarations(rule.body))
        yield f"{rule.prelude}{{{body}}}\n"


def _dsfr_rules(theme: str) -> Iterator[Rule]:
    for sheet in SHEETS:
        path = DIST / sheet
        if not path.exists():
            continue
        inlined = functools.partial(_inlined, folder=path.parent)
        css = _URL.sub(inlined, _COMMENT.sub("", path.read_text("utf-8")))
        if theme == "neutre":
            css = css.replace("Marianne,arial,sans-serif", SYSTEM_FONTS).replace(
                "Spectral,georgia,serif", "Georgia,serif"
            )
        for rule in parse(css):
            if not rule.prelude.startswith(("@font-face", "@-moz-document")):
                yield from _follow_system(rule)


def _follow_system(rule: Rule) -> Iterator[Rule]:
    """The rule, its dark part under the reader's own preference."""
    if rule.inner:
        for inner in (each for nested in rule.inner for each in _follow_system(nested)):
            yield Rule(rule.prelude, "", (inner,))
        return
    selectors = _selectors(rule.prelude)
    dark = [each for each in selectors if _DARK.search(each)]
    light = [each.replace("[data-fr-theme]", "[data-fr-scheme]") for each in selectors if each not in dark]
    if light:
        yield Rule(",".join(light), rule.body)
    if dark:
        followed = ",".join(_DARK.sub(":root[data-fr-scheme=system]", each) for each in dark)
        yield Rule("@media (prefers-color-scheme:dark)", "", (Rule(followed, rule.body),))


def _inlined(match: re.Match[str], folder: Path) -> str:
    """An icon as a data address: one request less each. Fonts are served as files, by our own rules."""
    path = (folder / match[2].split("?")[0].split("#")[0]).resolve()
    if path.suffix != ".svg" or not path.exists():
        return match[0]
    return f'url("data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}")'


def _is_used(selector: str, used: frozenset[str], prefixes: tuple[str, ...]) -> bool:
    classes = _CLASS.findall(_NOT.sub("", selector))
    return all(name in used or name.startswith(prefixes) for name in classes)


def _selectors(prelude: str) -> list[str]:
    found, at = [], 0
    while (comma := _find(prelude, ",", at)) >= 0:
        found.append(prelude[at:comma].strip())
        at = comma + 1
    return [*found, prelude[at:].strip()]


def _all_declarations(rules: Iterable[Rule]) -> Iterator[str]:
    for rule in rules:
        if rule.inner:
            yield from _all_declarations(rule.inner)
        else:
            yield from declarations(rule.body)


def _without_variables(rules: Iterable[Rule], needed: set[str]) -> Iterator[Rule]:
    for rule in rules:
        if rule.inner:
            inner = tuple(_without_variables(rule.inner, needed))
            if inner:
                yield Rule(rule.prelude, "", inner)
            continue
        kept = [
            text for text in declarations(rule.body) if not text.startswith("--") or text.partition(":")[0] in needed
        ]
        if kept:
            yield Rule(rule.prelude, ";".join(kept))


def _find(css: str, signs: str, start: int) -> int:
    """Where the first of `signs` stands outside strings and brackets, or -1."""
    depth, quote = 0, ""
    for at in range(start, len(css)):
        sign = css[at]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif depth == 0 and sign in signs:
            return at
    return -1


def _closing(css: str, opening: int) -> int:
    """Where the block that opens at `opening` closes."""
    depth, at = 1, opening
    while depth:
        at = _find(css, "{}", at + 1)
        if at < 0:
            raise ValueError(f"style sheet: block never closed: {css[opening - 60 : opening]!r}")
        depth += 1 if css[at] == "{" else -1
    return at
