"""Tags and filters of every template; loaded as built-ins."""

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from django import template
from django.db.models import Model
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Textarea
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cmq.campuses.models import Campus
from cmq.campuses.rules import can_edit
from cmq.core import amounts
from cmq.core.partial_dates import PartialDate
from cmq.network import rules as network
from cmq.upkeep import rules
from cmq.web import linked_data
from cmq.web.espace.campus_menu import menu
from cmq.web.security import nonce_of

register = template.Library()


@register.simple_tag(takes_context=True)
def script(context: template.Context, path: str, *, defer: bool = True) -> SafeString:
    """A script of ours, with the number of this answer; a page that is kept for everyone bears none."""
    request = context.get("request")
    nonce = ""
    if request is not None and not context.get("leaves_slots"):
        nonce = format_html(' nonce="{}"', nonce_of(request))
    return format_html('<script src="{}"{}{}></script>', static(path), nonce, " defer" if defer else "")


@register.inclusion_tag("espace/_campus_nav.html")
def campus_menu(campus: Campus, here: str) -> dict[str, Any]:
    """The menu of a campus's workspace, seen from one of its pages."""
    return {"campus": campus, "menu": menu(campus.slug, here)}


@register.filter
def pluriel(count: Any, ending: str = "s") -> str:
    """The ending of a French plural: nothing for 0 and 1. « s,x » gives singular and plural endings."""
    singular, _, plural = ending.rpartition(",")
    return plural if abs(int(count or 0)) >= 2 else singular


@register.filter
def jour(value: dt.date | PartialDate | None) -> str:
    """A date as French people write it; « date non sourcée » for none."""
    if value is None:
        return "date non sourcée"
    return str(value if isinstance(value, PartialDate) else PartialDate.of(value))


@register.filter
def depuis(value: PartialDate) -> str:
    """« depuis le 5 mars 2024 », « depuis mars 2024 », « depuis 2024 »."""
    return f"depuis le {value}" if value.is_full else f"depuis {value}"


@register.filter
def jusqua(value: PartialDate) -> str:
    """« jusqu’au 5 mars 2024 », « jusqu’à mars 2024 », « jusqu’à 2024 »."""
    return f"jusqu’au {value}" if value.is_full else f"jusqu’à {value}"


@register.filter
def euros(value: Decimal | None) -> str:
    """« 1 234,50 € »; « inconnu » for none."""
    return amounts.euros(value)


@register.filter
def nombre(value: Decimal | None) -> str:
    """« 1 234,5 »; « inconnu » for none."""
    return amounts.number(value)


class _JsonText:
    """JSON that may stand inside a script element: no sign of HTML is left in it."""

    _ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})

    def __init__(self, value: Any) -> None:
        self.text = json.dumps(value, ensure_ascii=False).translate(self._ESCAPES)

    def __html__(self) -> str:
        return self.text


@register.simple_tag
def json_ld(value: dict[str, Any]) -> str:
    """Linked data for search engines."""
    return format_html('<script type="application/ld+json">{}</script>', _JsonText(value))


@register.simple_tag
def item_list(things: Iterable[Any]) -> str:
    """Linked data of what a page of a list shows; nothing for an empty one."""
    told = linked_data.item_list(things)
    return json_ld(told) if told else ""


@register.simple_tag
def website() -> str:
    """Linked data of the site itself."""
    return json_ld(linked_data.website())


class _Crumbs(template.Node):
    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        drawn = self.nodelist.render(context)
        request = context.get("request")
        is_private = request is None or request.path.startswith(("/espace/", "/compte/"))
        told = None if is_private else linked_data.breadcrumbs(drawn)
        return format_html("{}{}", drawn, json_ld(told)) if told else drawn


@register.tag
def crumbs(parser: template.base.Parser, token: template.base.Token) -> template.Node:
    """Between this and `endcrumbs`: the way to the page, followed by the same as linked data on a public one."""
    nodelist = parser.parse(("endcrumbs",))
    parser.delete_first_token()
    return _Crumbs(nodelist)


@register.inclusion_tag("partials/state_badge.html")
def state_badge(state: Any) -> dict[str, Any]:
    """The badge of a label state: shape, word and colour."""
    return {"state": state}


@register.inclusion_tag("espace/_confirm.html", takes_context=True)
def confirmation(context: template.Context, thing: Model) -> dict[str, Any]:
    """When a thing of the page’s campus was last confirmed, with the button; nothing when another answers for it."""
    campus = context["campus"]
    line = rules.line_at(campus, f"{thing._meta.label_lower}:{thing.pk}", on=timezone.localdate())
    return {"campus": campus, "line": line, "csrf_token": context["csrf_token"]}


@register.simple_tag(takes_context=True)
def opens(context: template.Context, campus: Campus | Literal[""] | None) -> bool:
    """Whether who reads the page may open the workspace of a campus; never of none (a page without one passes "")."""
    return can_edit(context["request"].user, campus) if campus else False


@register.inclusion_tag("espace/_departed.html", takes_context=True)
def departed(context: template.Context, thing: Model) -> dict[str, Any]:
    """A warning when a thing of the page’s campus cites a partner that has left it."""
    campus = context["campus"]
    return {"campus": campus, "departed": network.departed_from(campus, thing, timezone.localdate())}


@register.inclusion_tag("partials/field.html")
def field(bound: BoundField, *, autofocus: bool = False) -> dict[str, Any]:
    """A form field in DSFR markup, with its label, hint and errors tied to it."""
    widget = bound.field.widget
    described = [f"{bound.id_for_label}-errors"] if bound.errors else []
    kind = "input"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        # Boxes to tick are a kind of radio buttons for Django.
        kind = "checkboxes" if isinstance(widget, CheckboxSelectMultiple) else "radio"
    elif isinstance(widget, CheckboxInput):
        kind = "checkbox"
    elif isinstance(widget, Select):
        kind = "select"
    attrs: dict[str, Any] = {"class": "fr-select" if kind == "select" else "fr-input"}
    if kind in ("checkbox", "radio", "checkboxes"):
        attrs.pop("class")
    if isinstance(widget, Textarea):
        attrs["rows"] = widget.attrs.get("rows", 6)
    if described:
        attrs["aria-describedby"] = " ".join(described)
        attrs["aria-invalid"] = "true"
    if autofocus:
        attrs["autofocus"] = True
    drawn = "" if kind in ("radio", "checkboxes") else bound.as_widget(attrs={**widget.attrs, **attrs})
    return {"field": bound, "kind": kind, "drawn": drawn}
