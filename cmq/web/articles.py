"""The text of an article as a page draws it: prose, pictures in the widths they exist in, cards as they stand now."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString

from cmq.editorial import cards
from cmq.editorial.body import IMAGE, Body, Named
from cmq.editorial.cards import Card
from cmq.editorial.models import Illustration

Address = Callable[[int, int], str]


@dataclass(frozen=True)
class Figure:
    """A picture with the addresses of its renditions."""

    picture: Illustration
    src: str
    srcset: str
    width: int
    height: int


@dataclass(frozen=True)
class Block:
    """One part of a drawn text: exactly one of the three."""

    html: SafeString | None = None
    figure: Figure | None = None
    card: Card | None = None


def public_address(picture: int, width: int) -> str:
    """Where anyone sees a picture that an agreed text shows."""
    return reverse("illustration", args=[picture, width])


def blocks(read: Body, *, at: dt.datetime, address: Address = public_address) -> list[Block]:
    """The parts of a text in their order; a picture that is not there is left out, a card always says something."""
    keys = [int(each.key) for each in read.named if each.kind == IMAGE and each.key.isdecimal()]
    pictures = {}
    if keys:
        rows = Illustration.objects.filter(pk__in=keys).prefetch_related("renditions")
        pictures = {str(row.pk): figure(row, address=address) for row in rows}
    found = cards.resolve(read.named, at=at)
    drawn = []
    for part in read.parts:
        if not isinstance(part, Named):
            drawn.append(Block(html=part))
        elif part.kind == IMAGE and part.key in pictures:
            drawn.append(Block(figure=pictures[part.key]))
        elif part in found:
            drawn.append(Block(card=found[part]))
    return drawn


def figure(picture: Illustration, *, address: Address = public_address) -> Figure:
    """A picture in every width it was drawn in; the page asks for the one it needs."""
    renditions = sorted(picture.renditions.all(), key=lambda each: each.width)
    widest = renditions[-1]
    places = [(address(picture.pk, each.width), each.width) for each in renditions]
    usual = next((place for place, width in places if width >= 800), places[-1][0])
    srcset = ", ".join(f"{place} {width}w" for place, width in places)
    return Figure(picture, usual, srcset, widest.width, widest.height)
