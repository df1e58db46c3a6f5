"""My tokens of the API: made, seen once, revoked."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cmq.opendata import actions, rules
from cmq.opendata.models import ApiToken, Scope
from cmq.web.espace.access import READ_AND_ACT, logged_in, page, person_of, posted, submit
from cmq.web.espace.freshness import freshly_proven
from cmq.web.espace.tokens.forms import REVOKE, Opening, TokenForm


@logged_in(*READ_AND_ACT)
@freshly_proven()
def tokens(request: HttpRequest) -> HttpResponse:
    """What my programs may read for me. A token is shown once, when it is made."""
    person, made = person_of(request), list[str]()
    held = ApiToken.objects.filter(person=person).select_related("campus")
    form = TokenForm(posted(request), openings=_openings(person), held=held)

    def act(data: dict[str, Any]) -> None:
        if data["act"] == REVOKE:
            actions.revoke_token(data["token"], by=person)
            return
        scope, campus = data["opening"]
        made.append(actions.make_token(name=data["name"], scope=scope, campus=campus, days=data["days"], by=person))

    done = submit(request, form, act)
    now = timezone.now()
    context = {
        "token": made[0] if made else "",
        "done": done,
        "can_make": bool(form.openings),
        "living": [each for each in held if each.revoked_at is None and each.expires_at > now],
        "over": [each for each in held if each.revoked_at is not None or each.expires_at <= now],
    }
    form = TokenForm(openings=form.openings, held=held) if done else form
    return page(request, "espace/tokens.html", context, form=form)


def _openings(person: Any) -> list[Opening]:
    """What this person may open: value, label, scope, campus."""
    found: list[Opening] = [(f"campus-{each.pk}", str(each), Scope.CAMPUS, each) for each in rules.campuses_of(person)]
    if rules.can_open_files(person):
        found.append(("dossiers", str(Scope.FILES.label), Scope.FILES, None))
    return found
