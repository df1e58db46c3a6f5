"""Looking for an organisation: among those of the register, then among the lycées of the reference."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from cmq.core.text import fold
from cmq.organisations.codes import is_siret
from cmq.organisations.models import Organisation
from cmq.reference.codes import normalize_uai
from cmq.reference.models import CommunePostcode, School

MOST = 15
MOST_WORDS = 8


@dataclass(frozen=True)
class Found:
    """What answers a search."""

    organisations: tuple[Organisation, ...] = ()
    schools: tuple[School, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.organisations or self.schools)


def organisations(text: str, *, is_demo: bool) -> Found:
    """By UAI or SIRET when the text is one, else by words of the name or the commune, or a postcode; at most fifteen of
    each."""
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
    for word in fold(text).split()[:MOST_WORDS]:
        condition &= Q(folded_name__contains=word) | _in_commune(word)
    return Organisation.objects.filter(condition)


def _schools(text: str) -> QuerySet[School]:
    if uai := normalize_uai(text):
        return School.objects.filter(uai=uai)
    condition = Q()
    for word in text.split()[:MOST_WORDS]:
        named = Q(name__icontains=word) | Q(city__icontains=word) | Q(postcode__startswith=word)
        condition &= named | _in_commune(fold(word))
    return School.objects.filter(condition)


def _in_commune(word: str) -> Q:
    """In a commune whose name holds a folded word, or that is served by a postcode beginning so."""
    if word.isdecimal() and 2 <= len(word) <= 5:
        return Q(commune__in=CommunePostcode.objects.filter(code__startswith=word).values("commune"))
    return Q(commune__folded_name__contains=word) if word else Q(pk=None)
