"""The map of the offers of a page: one mark a place."""

from collections import defaultdict
from collections.abc import Iterable

from cmq.offers.models import JobOffer, OfferKind
from cmq.web import maps

_KINDS = {
    OfferKind.JOB: ("en-cours", "Emploi"),
    OfferKind.APPRENTICESHIP: ("en-creation", "Alternance"),
    OfferKind.INTERNSHIP: ("suspendu", "Stage"),
}
_SEVERAL = ("termine", "Plusieurs offres")


def draw(offers: Iterable[JobOffer]) -> maps.Map | None:
    """A map around the offers; None when none of them can be placed. The list says the same."""
    spots: dict[tuple[float, float], list[JobOffer]] = defaultdict(list)
    for offer in offers:
        if offer.latitude is not None and offer.longitude is not None:
            spots[round(offer.latitude, 3), round(offer.longitude, 3)].append(offer)
    marks = [_mark(lat, lon, here) for (lat, lon), here in spots.items()]
    kinds = tuple(kind for kind in (*_KINDS.values(), _SEVERAL) if kind[0] in {mark.kind for mark in marks})
    title = "Carte des offres de cette page"
    if len({frame.name for mark in marks for frame in maps.FRAMES if frame.holds(mark.lat, mark.lon)}) > 1:
        placed, _ = maps.spread(marks)
        return maps.Map("offres", title, maps.shapes("regions"), placed, kinds=kinds, insets=maps.INSETS)
    window = maps.window_around([spot for mark in marks if (spot := maps.locate(mark.lat, mark.lon))])
    if window is None:
        return None
    placed, _ = maps.spread(marks, size=maps.size_in(window))
    near = tuple(shape for shape in maps.shapes("departements") if maps.is_in_window(shape, window))
    return maps.Map("offres", title, near, placed, kinds=kinds, window=window)


def _mark(lat: float, lon: float, here: list[JobOffer]) -> maps.Mark:
    if len(here) == 1:
        [offer] = here
        return maps.Mark(lat, lon, str(offer), url=offer.get_absolute_url(), kind=_KINDS[OfferKind(offer.kind)][0])
    title = f"{len(here)} offres : {here[0].place or here[0]}"
    return maps.Mark(lat, lon, title, url=f"#offre-{here[0].pk}", kind=_SEVERAL[0])
