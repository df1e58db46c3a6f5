"""« Vérifier un label »: what anyone may ask of an award, and what machines read to check it without us."""

import datetime as dt
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from cmq.core.errors import Refusal
from cmq.core.partial_dates import PartialDate
from cmq.proof import attestation, credential, keys, statuses, wording
from cmq.proof.checking import Checked, check, identifier_in, text_of
from cmq.proof.rules import Award, award_of, following, standing_on
from cmq.web import errors
from cmq.web.public.common import public

JWT = "application/vc+jwt"


class CheckForm(forms.Form):
    """Something to check: an identifier, a signed credential, or the file of one."""

    text = forms.CharField(
        label="Identifiant ou justificatif",
        help_text="L’identifiant imprimé sur l’attestation (exemple : 7K3M9-QX2TA), ou le texte entier du justificatif "
        "numérique.",
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": "Ce texte est trop long pour un justificatif signé."},
    )
    file = forms.FileField(
        label="Ou le fichier du justificatif",
        help_text="Fichier .jwt, 100 ko au plus.",
        required=False,
        allow_empty_file=True,
    )

    def said(self) -> str:
        """What was given, as text. Raises `Refusal`."""
        file = self.cleaned_data["file"]
        return text_of(file.read(200_000)) if file else str(self.cleaned_data["text"])


def verify(request: HttpRequest) -> HttpResponse:
    """Say in plain words what can be checked, and check what is given."""
    if request.method not in ("GET", "HEAD", "POST"):
        return errors.method_not_allowed(request, ["GET", "HEAD", "POST"])
    if request.method != "POST":
        return render(request, "public/verify.html", {"form": CheckForm()})
    form = CheckForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return _answer(request, form.said())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    return render(request, "public/verify.html", {"form": form}, status=422)


@public
def award(request: HttpRequest, identifier: str) -> HttpResponse:
    """How a label stands today, and on the day `le` when one is given."""
    found = award_of(identifier)
    if found is None:
        return render(request, "public/verify_unknown.html", {"identifier": identifier[:40]}, status=404)
    if found.public_id != identifier:
        query = request.GET.urlencode()
        return HttpResponseRedirect(_address(found) + (f"?{query}" if query else ""))
    today, problem = timezone.localdate(), ""
    try:
        day = _day(request.GET.get("le", ""))
    except ValueError:
        day, problem = None, "Donnez un jour qui existe, entier, comme 01/03/2025."
    context = {"award": found, "today": today, "problem": problem, **_page(found, today)}
    if day is not None:
        context["asked"] = _standing(found, day)
    return render(request, "public/verify_award.html", context, status=422 if problem else 200)


@public
def attestation_pdf(request: HttpRequest, identifier: str) -> HttpResponse:
    """The attestation of the day; the page that says why, where there is none."""
    found = _award(identifier)
    if attestation.refusal(found):
        return _refused(request, found)
    made = attestation.pdf(found, on=timezone.localdate(), at=timezone.now())
    return _file(made, "application/pdf", f"attestation-{found.public_id}.pdf")


@public
def credential_jwt(request: HttpRequest, identifier: str) -> HttpResponse:
    """The signed credential; the page that says why, where there is none."""
    found = _award(identifier)
    try:
        made = credential.issue(found, at=timezone.now())
    except Refusal:
        return _refused(request, found)
    return _open(_file(made.encode(), JWT, f"label-{found.public_id}.jwt"))


@public
def status_list(request: HttpRequest, purpose: str, number: int) -> HttpResponse:
    """Which credentials are revoked or suspended today, signed."""
    if purpose not in set(statuses.Purpose) or not statuses.exists(number):
        raise Http404
    try:
        made = statuses.status_list(statuses.Purpose(purpose), number, at=timezone.now(), on=timezone.localdate())
    except Refusal as refusal:
        return HttpResponse(str(refusal), status=503, content_type="text/plain; charset=utf-8")
    return _open(HttpResponse(made, content_type=JWT))


@public
def key_set(request: HttpRequest) -> HttpResponse:
    """The keys that credentials are checked with (RFC 7517)."""
    return _open(JsonResponse(keys.key_set(), content_type="application/jwk-set+json"))


@public
def did_document(request: HttpRequest) -> HttpResponse:
    """The same as a DID document (did:web)."""
    return _open(JsonResponse(keys.did_document(), content_type="application/did+json"))


def _answer(request: HttpRequest, text: str) -> HttpResponse:
    if identifier := identifier_in(text):
        found = award_of(identifier)
        if found is None:
            raise Refusal("Identifiant inconnu : le registre n’a pas de label sous cet identifiant.")
        return HttpResponseRedirect(_address(found))
    if text.strip() and text.count(".") != 2 and len(text) < 40:
        raise Refusal("Identifiant mal recopié : il a dix lettres et chiffres, comme 7K3M9-QX2TA.")
    checked = check(text, on=timezone.localdate())
    context = {"checked": checked, "award": checked.award, "said": _told(checked)}
    return render(request, "public/verify_checked.html", context)


def _told(checked: Checked) -> list[tuple[str, Any]]:
    """What the credential itself says, for comparing with what is shown on paper."""
    achievement = checked.said["credentialSubject"]["achievement"]
    return [
        ("Label", achievement["name"]),
        ("Ce qu’il dit", achievement["description"]),
        ("Signé le", timezone.localtime(checked.signed_at)),
    ]


def _page(found: Award, today: dt.date) -> dict[str, Any]:
    return {
        "now": _standing(found, today),
        "rows": attestation.rows(found) if found.label else [],
        "sources": found.decision.sources.all(),
        "following": following(found),
        "no_attestation": attestation.refusal(found),
        "no_credential": credential.refusal(found, on=today),
    }


def _standing(found: Award, day: dt.date) -> dict[str, Any]:
    standing = standing_on(found, day)
    return {"day": day, "standing": standing, "explanation": wording.explain(found, standing, day)}


def _day(text: str) -> dt.date | None:
    """The day of an address, or None when it names none. Raises ValueError."""
    if not text.strip():
        return None
    date = PartialDate.parse(text)
    if not date.is_full:
        raise ValueError("a day is needed")
    return date.first


def _award(identifier: str) -> Award:
    found = award_of(identifier)
    if found is None or found.public_id != identifier:
        raise Http404
    return found


def _address(found: Award) -> str:
    return reverse("verify_award", args=[found.public_id])


def _refused(request: HttpRequest, found: Award) -> HttpResponse:
    """The award's page, which says why there is nothing to download."""
    today = timezone.localdate()
    context = {"award": found, "today": today, "is_refused": True, **_page(found, today)}
    return render(request, "public/verify_award.html", context, status=404)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _open(response: HttpResponse) -> HttpResponse:
    """Let pages of other sites read it: that is what it is for."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
