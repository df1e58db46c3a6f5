"""`/statistiques/metiers-et-filieres/`: which jobs are of which filière, who says so, since when."""

from collections import defaultdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cmq.careers.models import Occupation
from cmq.labour.models import JobFamily
from cmq.statistics.models import CodeList, FiliereJobs
from cmq.web import downloads
from cmq.web.public.common import public

COLUMNS = ("nomenclature", "debut_de_code", "filiere", "depuis", "jusque", "motif", "source", "metiers_concernes")


@public
def filiere_jobs(request: HttpRequest) -> HttpResponse:
    """The rows in force and those that have ended."""
    rows = FiliereJobs.objects.select_related("filiere", "source")
    names = _names()
    held = [(row, names[row.code_list, row.prefix]) for row in rows.filter(until=None)]
    context = {
        "lists": [(each, [pair for pair in held if pair[0].code_list == each]) for each in CodeList],
        "ended": rows.exclude(until=None).order_by("-until", "-pk"),
    }
    return render(request, "public/statistics/jobs.html", context)


@public
def filiere_jobs_csv(request: HttpRequest) -> HttpResponse:
    """All rows, ended ones too."""
    names = _names()
    rows = [
        (
            *(row.get_code_list_display(), row.prefix, row.filiere.name if row.filiere else "hors filières"),
            *(row.since, row.until, row.reason, row.source.title, " | ".join(names[row.code_list, row.prefix])),
        )
        for row in FiliereJobs.objects.select_related("filiere", "source")
    ]
    return downloads.spreadsheet("metiers-et-filieres.csv", COLUMNS, rows)


def _names() -> dict[tuple[str, str], list[str]]:
    """(list, beginning) → the first names of the jobs that begin so; three are enough to know what is meant."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    families = JobFamily.objects.order_by("code").values_list("code", "name")
    jobs = Occupation.objects.current().order_by("code").values_list("code", "title")
    for code_list, rows in ((CodeList.FAP, families), (CodeList.ROME, jobs)):
        for code, name in rows:
            for length in range(1, len(code) + 1):
                names = found[code_list, code[:length]]
                if len(names) < 3:
                    names.append(name.partition(" / ")[0])
    return found
