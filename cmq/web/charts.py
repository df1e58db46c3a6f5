"""Bar charts drawn on the server by pygal, cleaned to what a strict page lets in: no script, no style, no colour.

Each series has its own filling (plain, hatched, dotted, open), in the colour of the text around it: so a chart reads in
print, in the dark scheme and without telling colours apart. What it shows stands in a table beside it.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pygal
from django.utils.safestring import SafeString
from pygal.etree import etree
from pygal.style import Style

from cmq.core.amounts import number

# What draws takes lxml where it happens to be installed, whose elements do not mix with those added here.
etree.to_etree()
# It would find plugins that we have not, by a way that Python gave up in 3.4 and that tools which look for modules no
# longer know.
sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, pygal.PluginImportFixer)]

Value = int | Decimal | None
WIDTH = 760
_FONT = 15
_LONGEST = 32
# Up to here an axis has a line for each unit: no half campus.
_FEW = 7
_SVG = "{http://www.w3.org/2000/svg}"
_DROPPED = frozenset(["style", "script", "desc", "title"])
_STYLE = Style(label_font_size=_FONT, major_label_font_size=_FONT, legend_font_size=_FONT, value_font_size=_FONT - 1)
_ANCHORS = {"axis y": "end", "axis x": "middle", "legends": "start"}
# Drawn in the colour of the text; the number of a series says which it takes.
_FILLINGS: tuple[tuple[str, dict[str, str]] | None, ...] = (
    None,
    ("M-2 2l4-4M0 8l8-8M6 10l4-4", {"stroke": "currentColor", "stroke-width": "1.6"}),
    ("M2 2h2v2h-2zM6 6h2v2h-2z", {"fill": "currentColor"}),
    ("", {}),
    ("M0 0l8 8M0 8l8-8", {"stroke": "currentColor", "stroke-width": "1"}),
)


@dataclass(frozen=True)
class Series:
    """One kind of bars: its name and a value for each label, None where unknown."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Chart:
    """A drawing; `key` makes the identifiers of one page’s charts differ."""

    key: str
    title: str
    svg: SafeString

    @property
    def file(self) -> str:
        """The drawing alone, as a file of its own."""
        return f'<?xml version="1.0" encoding="utf-8"?>\n{self.svg}'


def bars(
    key: str,
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    is_stacked: bool = False,
    is_upright: bool = False,
) -> Chart | None:
    """A bar chart: lying bars for names, upright ones for years and quarters. None when there is nothing to draw."""
    known = [value for each in series for value in each.values if value is not None]
    if not labels or not any(known):
        return None
    chart = _empty(len(labels), series, is_stacked=is_stacked, is_upright=is_upright)
    shown = [shortened(label) for label in labels]
    # Lying bars are drawn from the bottom up.
    chart.x_labels = shown if is_upright else shown[::-1]
    for each in series:
        values = [None if value is None else float(value) for value in each.values]
        chart.add(each.name, values if is_upright else values[::-1])
    return Chart(key, title, _cleaned(chart.render_tree(), key, title, beside=not is_upright))


_KINDS: dict[tuple[bool, bool], Any] = {
    (False, False): pygal.HorizontalBar,
    (True, False): pygal.HorizontalStackedBar,
    (False, True): pygal.Bar,
    (True, True): pygal.StackedBar,
}


def _empty(count: int, series: Sequence[Series], *, is_stacked: bool, is_upright: bool) -> Any:
    """pygal’s chart, for that many labels."""
    rows = 1 if is_stacked else len(series)
    height = 360 if is_upright else 90 + count * (14 + 17 * rows)
    highest = max(_heights(series, is_stacked=is_stacked))
    return _KINDS[is_stacked, is_upright](
        width=WIDTH,
        height=height + 22 * len(series),
        style=_STYLE,
        css=[],
        js=[],
        margin=8,
        spacing=8,
        legend_at_bottom=True,
        legend_at_bottom_columns=1,
        show_legend=len(series) > 1,
        truncate_label=-1,
        truncate_legend=-1,
        print_values=not is_stacked,
        print_values_position="top",
        x_label_rotation=45 if is_upright and count > 8 else 0,
        disable_xml_declaration=True,
        include_x_axis=True,
        max_scale=8,
        # Room for the figure beside the longest bar.
        range=(0, highest * (1 if is_stacked or is_upright else 1.12)),
        y_labels=list(range(int(highest) + 1)) if highest <= _FEW else None,
        value_formatter=lambda value: "" if value is None else number(Decimal(str(value))),
    )


def _heights(series: Sequence[Series], *, is_stacked: bool) -> list[float]:
    if not is_stacked:
        return [float(value) for each in series for value in each.values if value is not None]
    columns = zip(*(each.values for each in series), strict=True)
    return [sum(float(value or 0) for value in column) for column in columns]


def shortened(label: str) -> str:
    """A label that leaves room for its bar; the table beside the chart has it whole."""
    if len(label) <= _LONGEST:
        return label
    return f"{label[: label.rfind(' ', 0, _LONGEST)].rstrip(' ,:')}…"


def _cleaned(root: Any, key: str, title: str, *, beside: bool) -> SafeString:
    """Of the tree that pygal makes, what is drawn, with a name for screen readers and attributes for all the looks."""
    _prune(root)
    for name in [name for name in root.attrib if name.startswith("xmlns")]:
        del root.attrib[name]
    root.attrib.update({"class": "cmq-chart", "id": f"graphique-{key}", "role": "img"})
    root.attrib.update({"aria-labelledby": f"graphique-{key}-titre", "font-family": "sans-serif"})
    root.attrib.update({"font-size": str(_FONT), "fill": "currentColor"})
    heading = ElementTree.Element(f"{_SVG}title", {"id": f"graphique-{key}-titre"})
    heading.text = title
    for figure in root.iter():
        if beside and figure.get("class") == "value":
            figure.attrib |= {"text-anchor": "start", "dx": "4"}
    for child in root:
        _dress(child, key, anchor="")
    root.insert(0, heading)
    root.insert(1, _patterns(key))
    ElementTree.register_namespace("", _SVG[1:-1])
    # Everything in it is escaped by the tree's own writer.
    return SafeString(ElementTree.tostring(root, encoding="unicode"))


def _prune(node: Any) -> None:
    for child in list(node):
        tag = child.tag if isinstance(child.tag, str) else ""
        if not tag or tag.rpartition("}")[2] in _DROPPED or "tooltip" in child.get("class", "").split():
            node.remove(child)
        else:
            _prune(child)


def _patterns(key: str) -> Any:
    found = ElementTree.Element(f"{_SVG}defs")
    for rank, filling in enumerate(_FILLINGS):
        if filling is None:
            continue
        size = {"width": "8", "height": "8", "patternUnits": "userSpaceOnUse"}
        pattern = ElementTree.SubElement(found, f"{_SVG}pattern", {"id": f"trame-{key}-{rank}", **size})
        path, look = filling
        if path:
            ElementTree.SubElement(pattern, f"{_SVG}path", {"d": path, "fill": "none", **look})
    return found


def _dress(node: Any, key: str, *, anchor: str, rank: int | None = None) -> None:
    """Say by attributes what pygal leaves to a style sheet; what its scripts would look for goes."""
    for useless in ("id", "style"):
        node.attrib.pop(useless, None)
    classes = str(node.attrib.pop("class", "")).split() if node.tag.endswith(("g", "rect", "path", "text")) else []
    joined = " ".join(classes)
    anchor = next((value for start, value in _ANCHORS.items() if joined.startswith(start)), anchor)
    serie = next((int(name[6:]) for name in classes if name.startswith("color-") and name[6:].isdigit()), None)
    rank = serie if serie is not None else rank
    kind = node.tag.rpartition("}")[2]
    if kind == "rect":
        node.attrib.update(_filling(key, rank) if "background" not in classes else {"fill": "none"})
    elif kind == "path":
        node.attrib.update({"fill": "none", "stroke": "currentColor", "stroke-opacity": "0.25"})
    elif kind == "text" and anchor and "text-anchor" not in node.attrib:
        node.attrib["text-anchor"] = anchor
    for child in node:
        _dress(child, key, anchor=anchor, rank=rank)


def _filling(key: str, rank: int | None) -> dict[str, str]:
    place = (rank or 0) % len(_FILLINGS)
    fill = "currentColor" if _FILLINGS[place] is None else f"url(#trame-{key}-{place})"
    return {"fill": fill, "stroke": "currentColor"}
