"""A person's own data: what the site has, as a file; and the end of their account."""

import io
import json
import zipfile
from typing import Any

from django import forms
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from cmq.accounts import leaving
from cmq.accounts import own_data as own
from cmq.accounts.models import User
from cmq.web.espace.access import ACT, READ, READ_AND_ACT, logged_in, page, person_of, posted, submit
from cmq.web.espace.freshness import freshly_proven


class EraseForm(forms.Form):
    """The last word before an account goes."""

    with_subscriptions = forms.BooleanField(
        label="Arrêter aussi la lettre et les alertes demandées avec la même adresse", required=False
    )
    sure = forms.BooleanField(
        label="J’efface mon compte : personne ne pourra le rendre",
        error_messages={"required": "Cochez cette case : rien n’est encore effacé."},
    )


@logged_in(*READ)
def own_data(request: HttpRequest) -> HttpResponse:
    """What the file will hold, and the button that makes it."""
    return page(request, "espace/own_data.html", {})


@logged_in(*ACT)
@freshly_proven("espace_own_data")
def own_data_file(request: HttpRequest) -> HttpResponse:
    """All that the site has about this person: the same as JSON and as a page to read, in one archive."""
    at = timezone.now()
    data = own.own_data(person_of(request), at=at)
    answer = HttpResponse(_archive(data), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="mes-donnees-{timezone.localdate(at)}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


@logged_in(*READ_AND_ACT)
@freshly_proven()
def erase_account(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays, then erase; who alone keeps something hands it over first."""
    person = person_of(request)
    reasons = leaving.why_stays(person, on=timezone.localdate())
    form = EraseForm(posted(request))
    if submit(request, form, lambda data: _erase(person, data)):
        logout(request)
        return render(request, "espace/account_erased.html")
    return page(request, "espace/account_erase.html", {"reasons": reasons}, form=form)


def _erase(person: User, data: dict[str, Any]) -> None:
    leaving.erase_account(person, by=person, with_subscriptions=data["with_subscriptions"])


def _archive(data: dict[str, Any]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        archive.writestr("mes-donnees.json", text)
        archive.writestr("mes-donnees.html", render_to_string("espace/own_data_file.html", data))
    return made.getvalue()
