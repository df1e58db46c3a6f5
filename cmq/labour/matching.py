"""Which jobs of the ROME a family of the survey holds, where no official table is loaded: by their names, said so."""

from collections import defaultdict

from cmq.careers.models import JobTitle, Occupation
from cmq.core.text import fold
from cmq.labour.models import JobFamily, JobFamilyOccupation

_SMALL = frozenset(["de", "des", "du", "d", "la", "le", "les", "l", "et", "en", "a", "au", "aux"])


def match_families() -> int:
    """Tie each family to the jobs of the very same name; returns how many ties there are.

    « Aides-soignants » is tied to « Aide-soignant / Aide-soignante ». Where two names share an ending (« Techniciens et
    agents d’exploitation ») nothing is guessed. Ties that an official table gave are left, and families that have one
    get no other.
    """
    official = set(JobFamilyOccupation.objects.filter(is_deduced=False).values_list("family", flat=True))
    JobFamilyOccupation.objects.filter(is_deduced=True).delete()
    jobs = _jobs_by_name()
    ties = [
        JobFamilyOccupation(family=family, occupation_id=code, is_deduced=True)
        for family in JobFamily.objects.exclude(pk__in=official)
        for code in sorted({code for name in names_of_family(family.name) for code in jobs.get(name, ())})
    ]
    JobFamilyOccupation.objects.bulk_create(ties)
    return len(ties)


def names_of_family(name: str) -> set[str]:
    """What a family certainly holds: « Maraîchers et horticulteurs » holds « maraicher » and « horticulteur »."""
    parts = [bare(part) for part in name.replace(" et ", ",").split(",")]
    are_single = all(" " not in part for part in parts)
    return {part for part in (*parts, bare(name)) if part and (are_single or " " in part)}


def names_of_job(title: str) -> set[str]:
    """Both forms of a title: « Conducteur / Conductrice d’engins » is « conducteur engin », « conductrice engin »."""
    masculine, _, feminine = title.partition(" / ")
    if not feminine:
        return {bare(title)}
    tail = feminine.split()[len(masculine.split()) :]
    return {bare(" ".join((masculine, *tail))), bare(feminine)}


def bare(name: str) -> str:
    """A name without accents, little words and plurals: « Aides à domicile » → « aide domicile »."""
    words = (word for word in fold(name).split() if word not in _SMALL)
    return " ".join(word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in words)


def _jobs_by_name() -> dict[str, set[str]]:
    titles = [
        *Occupation.objects.current().values_list("code", "title"),
        *JobTitle.objects.values_list("occupation", "long_name"),
    ]
    found: dict[str, set[str]] = defaultdict(set)
    for code, title in titles:
        for name in names_of_job(title):
            found[name].add(code)
    return found
