"""Job, apprenticeship and internship offers."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db.models import QuerySet

from cmq.core.models import Change
from cmq.offers.models import JobOffer, OfferKind
from cmq.search.engine import Document
from cmq.search.kinds.base import Kind, Row, Stale, by_key, geography, spot


class Offers(Kind):
    """The offers that are open; one that expires leaves the pages at once, the index at its next reading."""

    slug, number, label, plural, gender = "offre", 4, "Offre", "Offres", "e"
    is_dated = True
    tags = ("nature", "contrat", "niveau", "region")

    def public(self, at: dt.datetime) -> "QuerySet[JobOffer]":
        """Those that are open."""
        return JobOffer.objects.live(at)

    def documents(self, at: dt.datetime, *, only: Iterable[int] | None = None) -> Iterator[Document]:
        """All that are open."""
        offers = JobOffer.objects.live(at).select_related("commune", "campus__filiere").order_by("pk")
        if isinstance(only, range):
            offers = offers.filter(pk__range=(only.start, only.stop - 1))
        elif only is not None:
            offers = offers.filter(pk__in=list(only))
        for offer in offers.iterator(chunk_size=2000):
            yield _document(offer)

    def rows(self, numbers: Sequence[int], at: dt.datetime) -> dict[int, Row]:
        """With employer, contract and day."""
        offers = (
            JobOffer.objects.live(at).select_related("commune", "campus__filiere").filter(pk__in=numbers).order_by()
        )
        return {offer.pk: self._row(offer) for offer in offers}

    def _row(self, offer: JobOffer) -> Row:
        kind = "" if offer.kind == OfferKind.JOB else str(offer.get_kind_display())
        return Row(
            kind=self,
            number=offer.pk,
            title=offer.title,
            url=offer.get_absolute_url(),
            context=", ".join(filter(None, (offer.employer_name, str(offer.commune or offer.place)))),
            document=_document(offer),
            badges=tuple(filter(None, (kind, str(offer.get_contract_display()), offer.salary))),
            published=offer.published_at,
            text=offer.text,
            is_demo=offer.is_demo,
        )

    def newest(self, at: dt.datetime, *, limit: int, offset: int) -> list[int] | None:
        """By the day of publication."""
        newest = JobOffer.objects.live(at).order_by("-published_at", "-pk")
        return list(newest.values_list("pk", flat=True)[offset : offset + limit])

    def stale(self, changes: Sequence[Change]) -> Stale:
        """Those that lines name, and those of a campus that changed."""
        named = by_key(changes, "offers.joboffer")
        campuses = by_key(changes, "campuses.campus").numbers
        theirs = JobOffer.objects.filter(campus__in=campuses).values_list("pk", flat=True) if campuses else []
        return Stale(numbers=named.numbers.union(theirs), ranges=named.ranges)

    def moved_by_time(self, since: dt.datetime, at: dt.datetime) -> Collection[int]:
        """Those that expired."""
        return JobOffer.objects.filter(expires_at__gt=since, expires_at__lte=at).values_list("pk", flat=True)


def _document(offer: JobOffer) -> Document:
    filiere = offer.campus.filiere if offer.campus else None
    return Document(
        kind=Offers.slug,
        kind_number=Offers.number,
        number=offer.pk,
        title=offer.title,
        names=offer.job_title if offer.job_title != offer.title else "",
        body=f"{offer.employer_name} {offer.text}",
        place=geography().words(offer.commune) or offer.place,
        spots=spot(offer, offer.commune),
        published=int(offer.published_at.timestamp()),
        tags={
            **geography().tags(offer.commune),
            "nature": [offer.kind],
            "contrat": [offer.contract] if offer.contract else [],
            "niveau": [str(offer.level)] if offer.level else [],
            "rome": [offer.occupation_id] if offer.occupation_id else [],
            "campus": [offer.campus.slug] if offer.campus else [],
            "filiere": [filiere.slug] if filiere else [],
        },
    )
