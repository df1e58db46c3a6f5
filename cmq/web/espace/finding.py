"""Looking for an organisation: among those of the register, then among the lycées of the reference."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from cmq.core.text import fold
from cmq.organisations.codes import is_siret
from cmq.organisations.models import Organisation
from cmq.reference.codes import normalize_uai
from cmq.reference.models import School

MOST = 15


@dataclass(frozen=True)
class Found:
    """What answers a search."""

    organisations: tuple[Organisation, ...] = ()
    schools: tuple[School, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.organisations or self.schools)


def organisations(text: str, *, is_demo: bool) -> Found:
    """By UAI or SIRET when the text is one, else by the words of the name; at most fifteen of each."""
    if not fold(text):
        return Found()
    known = tuple(_known(text).filter(is_demo=is_demo).select_related("commune").order_by("name", "pk")[:MOST])
    entered = Organisation.objects.exclude(uai=None).values("uai")
    schools = _schools(text).exclude(pk__in=entered).select_related("commune").order_by("name", "pk")
    return Found(known, tuple(schools[:MOST]))


def _known(text: str) -> QuerySet[Organisation]:
    digits = "".join(text.split())
    if uai := normalize_uai(text):
        return Organisation.objects.filter(uai=uai)
    if is_siret(digits):
        return Organisation.objects.filter(siret=digits)
    condition = Q()
    for word in fold(text).split()[:8]:
        condition &= Q(folded_name__contains=word)
    return Organisation.objects.filter(condition)


def _schools(text: str) -> QuerySet[School]:
    if uai := normalize_uai(text):
        return School.objects.filter(uai=uai)
    condition = Q()
    for word in text.split()[:8]:
        condition &= Q(name__icontains=word) | Q(city__icontains=word) | Q(postcode__startswith=word)
    return School.objects.filter(condition)
