"""What keepers see of the questions that readers ask."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from cmq.search import indexing, rules
from cmq.search.models import SoughtWords
from cmq.web.espace.access import READ, allow, logged_in, page

PER_PAGE = 50


@logged_in(*READ)
def sought(request: HttpRequest) -> HttpResponse:
    """What people look for, or only what they look for and do not find; and how the index is."""
    allow(rules.can_see_sought(request.user), "Cette page est réservée aux gardiens du registre.")
    is_unfound = request.GET.get("vue") == "introuvables"
    rows = SoughtWords.objects.shown()
    rows = rows.filter(unanswered__gt=0).order_by("-unanswered", "words") if is_unfound else rows
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": found, "is_unfound": is_unfound, "state": indexing.state(), "rules": rules}
    return page(request, "espace/search/sought.html", context)
