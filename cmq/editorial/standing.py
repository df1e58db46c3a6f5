"""The standing texts: what readers see of each, and what the newsroom may write in it.

Only the words between what the law obliges a site to say are edited: the obligations themselves (publisher and host,
state of conformity and remedies, rights over one's data, cookies) stand in the templates, drawn from the settings.
"""

from pathlib import Path

from django.conf import settings

from cmq.editorial.models import StandingPage, StandingSubject

_DATA = Path(__file__).resolve().parent / "data" / "pages"


def shipped(subject: StandingSubject) -> str:
    """The text that the product carries: the first version of every site."""
    return (_DATA / f"{subject.value}.md").read_text(encoding="utf-8").strip()


def newest(subject: StandingSubject) -> StandingPage | None:
    """The last version that somebody saved; None while nobody has."""
    return StandingPage.objects.filter(subject=subject).select_related("saved_by").order_by("-number").first()


def shown(subject: StandingSubject) -> StandingPage | None:
    """The last version that was agreed to; None while readers see the shipped text."""
    return StandingPage.objects.agreed().filter(subject=subject).order_by("-number").first()


def filled(text: str) -> str:
    """The text with the names that stand for the site's own: `{site}`, `{adresse}`, `{editeur}`, `{contact}`."""
    known = {
        "{site}": settings.SITE_NAME,
        "{adresse}": settings.SITE_URL,
        "{editeur}": settings.SITE_OWNER or "l’éditeur du site (non renseigné)",
        "{contact}": f"[{settings.CONTACT_EMAIL}](mailto:{settings.CONTACT_EMAIL})",
    }
    for name, value in known.items():
        text = text.replace(name, value)
    return text
