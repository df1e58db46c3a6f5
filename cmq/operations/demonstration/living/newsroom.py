"""A newsroom at work: articles out, to come, withdrawn, in review; news of a campus; a standing text to agree to.

Everything in them is invented and says so; the texts stand in `data/articles/`, one file each.
"""

import datetime as dt
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.core.links import Answer
from cmq.editorial import body, cards, standing
from cmq.editorial.actions import illustrating, links, pages, publishing, review, writing
from cmq.editorial.actions.illustrating import SentIllustration
from cmq.editorial.actions.publishing import Sheet
from cmq.editorial.actions.rubrics import OF_CAMPUSES, load_rubrics
from cmq.editorial.actions.writing import Draft
from cmq.editorial.models import Article, Illustration, Rubric, StandingSubject, WatchedLink
from cmq.offers.models import JobOffer
from cmq.operations.demonstration.drawing import SCENES, scene
from cmq.operations.demonstration.living.projects import MAIN
from cmq.operations.demonstration.people import Cast
from cmq.reference.models import Filiere, Region
from cmq.tours.models import Stop

_TEXTS = Path(__file__).resolve().parent.parent / "data" / "articles"
BYLINE = "La rédaction (démonstration)"
CREDIT = "Dessin de la démonstration"


def build(cast: Cast, *, on: dt.date) -> None:
    """The newsroom, around the day `on`."""
    load_rubrics()
    editor, second, director = cast["redactrice"], cast["relecteur"], cast["directrice"]
    campus = Campus.objects.get(name=MAIN)
    pictures = {name: _picture(name, by=editor) for name in SCENES}
    now = timezone.make_aware(dt.datetime.combine(on, dt.time(8)))
    names = _names(campus, pictures, now)
    made: dict[str, Article] = {}
    said = {path.stem: _read(path) for path in sorted(_TEXTS.glob("*.md"))}
    for stem, (head, text) in sorted(said.items(), key=lambda item: -int(item[1][0]["jours"])):
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value)
        made[stem] = _article(head, _without_missing(text, now), pictures, now=now, by=editor, second=second)
    for stem, (head, _) in said.items():
        if wanted := [made[name].pk for name in head.get("liens", "").split(", ") if name]:
            _file(made[stem], head, by=editor, related=wanted)
    _news(campus, pictures, now=now, director=director, contributor=cast["contributeur"], editor=editor)
    text = standing.shipped(StandingSubject.COOKIES) + "\n\nCe texte est relu chaque année par la rédaction."
    pages.write_page(StandingSubject.COOKIES, text=text, version=0, by=editor, at=now)
    _watch(now)


def _without_missing(text: str, now: dt.datetime) -> str:
    """The text without the cards of what this site does not hold: a job when no sheet was loaded."""
    for named, card in cards.resolve(body.read(text).named, at=now).items():
        if not card.url:
            text = text.replace(f"[[{named.kind}:{named.key}]]", "")
    return text


def _read(path: Path) -> tuple[dict[str, str], str]:
    head, _, text = path.read_text(encoding="utf-8").partition("\n\n")
    pairs = (line.partition(":") for line in head.splitlines())
    return {name: value.strip() for name, _, value in pairs}, text


def _picture(name: str, *, by: User) -> Illustration:
    data = scene(name)
    sent = SentIllustration(
        f"{name}.png", ContentFile(data), len(data), SCENES[name][2], CREDIT, caption="Image dessinée pour l’exemple."
    )
    return illustrating.illustrate(sent, by=by)


def _names(campus: Campus, pictures: dict[str, Illustration], now: dt.datetime) -> dict[str, str]:
    """What the texts name: keys of pictures, of the campus, of an event and an offer of the demonstration."""
    stop = Stop.objects.public().filter(tour__campus=campus).order_by("-starts_at").first()
    offer = JobOffer.objects.live(now).filter(is_demo=True).order_by("-published_at").first()
    return {
        **{name: str(picture.pk) for name, picture in pictures.items()},
        "campus": campus.slug,
        "evenement": f"[[evenement:{stop.pk}]]" if stop else "",
        "offre": f"[[offre:{offer.pk}]]" if offer else "",
    }


def _article(
    head: dict[str, str],
    text: str,
    pictures: dict[str, Illustration],
    *,
    now: dt.datetime,
    by: User,
    second: User,
) -> Article:
    at, state = now - dt.timedelta(days=int(head["jours"])), head.get("etat", "publie")
    draft = Draft(head["titre"], head["chapo"], text, BYLINE, pictures.get(head["image"]))
    begun = min(at, now) - dt.timedelta(days=2)
    article = writing.begin(draft, rubric=Rubric.objects.get(slug=head["rubrique"]), by=by, at=begun)
    _file(article, head, by=by)
    if state == "brouillon":
        review.comment(article, text="On garde le titre ?", by=second, at=now)
        return article
    review.ask_review(article, version=article.version, by=by)
    if state == "relecture":
        review.comment(article, text="La citation : de qui est-elle ?", by=second, at=now)
        return article
    review.agree(article, version=article.version, by=second, at=begun)
    article = publishing.publish(article, at=at, by=by, now=min(at, now))
    if state == "retire":
        reason = "Le chiffre qu’il annonçait n’avait pas de source."
        article = publishing.withdraw(article, reason=reason, by=second, now=at + dt.timedelta(days=4))
    return article


def _file(article: Article, head: dict[str, str], *, by: User, related: list[int] | None = None) -> None:
    sheet = Sheet(
        rubric=article.rubric,
        filiere=Filiere.objects.filter(slug=head.get("filiere", "")).first(),
        region=Region.objects.filter(slug=head.get("region", "")).first(),
        tags=head["mots"].split(", "),
        related=related or [],
    )
    publishing.file(article, sheet, by=by)


def _news(
    campus: Campus,
    pictures: dict[str, Illustration],
    *,
    now: dt.datetime,
    director: User,
    contributor: User,
    editor: User,
) -> None:
    """Three pieces of news of a campus: one promoted, one proposed, one that the director has yet to read."""
    told = (
        (
            "Portes ouvertes dans la maison témoin (fictive)",
            "Une journée pour tout essayer, sur inscription.",
            "maison",
        ),
        ("Le camion cherche des bénévoles (fictifs)", "Deux heures, un samedi, pour tenir le stand.", "camion"),
        ("Un nouveau module commence (fiction)", "Trois jours pour apprendre ensemble.", "salle"),
    )
    rubric = Rubric.objects.get(slug=OF_CAMPUSES)
    for number, (title, standfirst, image) in enumerate(told):
        at = now - dt.timedelta(days=2 + 3 * number)
        text = f"## Venir\n\nLe campus vous attend.\n\n[[campus:{campus.slug}]]"
        draft = Draft(title, standfirst, text, campus.name, pictures[image])
        article = writing.begin(draft, rubric=rubric, campus=campus, by=contributor, at=at)
        review.ask_review(article, version=1, by=contributor)
        if number == 2:
            return
        review.agree(article, version=1, by=director, at=at)
        publishing.publish(article, at=at, by=director, now=at)
        publishing.propose(article, by=director, at=now)
        if number == 0:
            publishing.promote(article, by=editor)


def _watch(now: dt.datetime) -> None:
    """What the visit of links has found: the page of a fictional sawmill is gone."""
    links.list_links(at=now)
    found = WatchedLink.objects.filter(url__startswith="https://scierie.invalid/")
    answers = {link.url: Answer(404, "Cette page n’existe plus (404).") for link in found}
    links.note_answers(answers, at=now)
