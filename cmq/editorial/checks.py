"""What an editor is told of a text before it is shown: faults that hold it back, and advice.

The criteria are those of the RGAA 4.1.2 where they bear on words: 1.1 and 1.3 (texts for pictures), 5.7 (headers of
tables), 6.1 (links that say where they lead), 9.1 (headings in order).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from cmq.core.text import fold
from cmq.editorial import body, cards
from cmq.editorial.models import Article, ArticleAddress, ArticleVersion, Illustration, WatchedLink

LONG_SENTENCE = 40  # words
LONG_STANDFIRST = 350  # characters
# Kandel and Moles (1958): below 45 a text asks for the reading of a student.
HARD_TO_READ = 45
_VAGUE_LINKS = frozenset(
    {
        *("ici", "la", "cliquez ici", "cliquer ici", "lien", "ce lien", "lire la suite", "la suite", "suite"),
        *(
            "en savoir plus",
            "plus d informations",
            "plus d infos",
            "voir",
            "voir plus",
            "cette page",
            "site",
            "ce site",
        ),
    }
)
_SENTENCE = re.compile(r"(?<![.!?…])[.!?…]+(?:\s|$)")
_SYLLABLE = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+", re.IGNORECASE)
_MUTE = re.compile(r"(?<=[^aeiouyàâäéèêëîïôöùûüœæ])(?:e|es|ent)$", re.IGNORECASE)
_RAW_IMAGE = re.compile(r"!\[[^\]]*\]\(")
_RAW_HTML = re.compile(r"</?[a-z][a-z0-9]*[\s>/]", re.IGNORECASE)
_STRAY_NAME = re.compile(r"\[\[[^\]]*\]\]")
_STARTS_LIKE_A_FILE = re.compile(
    r"^(?:(?:une? )?(?:image|photo|photographie|illustration|dessin) (?:de|d|du|des|qui)\b)"
)


@dataclass(frozen=True)
class Finding:
    """One thing to put right, or to think of."""

    message: str
    is_blocking: bool = False


def findings(version: ArticleVersion) -> list[Finding]:
    """What is to be said of a version, faults first."""
    read = body.read(version.body)
    found = [
        *_of_frame(version, read),
        *_of_title(version),
        *headings(read),
        *_of_links(read),
        *_of_named(version, read),
        *_of_marks(version.body, read),
        *_of_reading(read),
    ]
    return sorted(dict.fromkeys(found), key=lambda each: not each.is_blocking)


def headings(read: body.Body) -> Iterator[Finding]:
    """Headings that skip a level, stand above the second, or say nothing."""
    before = 1
    for heading in read.headings:
        if heading.level == 1:
            yield Finding(f"L’intertitre « {heading.text[:60]} » a le rang du titre : écrivez-le avec ##.", True)
        elif heading.level > 4:
            yield Finding(f"L’intertitre « {heading.text[:60]} » est trop bas : quatre rangs au plus (####).", True)
        elif heading.level > before + 1:
            yield Finding(f"L’intertitre « {heading.text[:60]} » saute un rang.", True)
        if not heading.text:
            yield Finding("Un intertitre est vide.", True)
        before = max(2, heading.level)


def reading_ease(texts: tuple[str, ...]) -> float | None:
    """How easily French is read, by Flesch’s formula as Kandel and Moles fitted it: 207 − 1.015 × words a sentence
    − 73.6 × syllables a word. 100 is very easy, 0 very hard; None for a text too short to tell (50 words)."""
    sentences = sentences_of(texts)
    words = [word for sentence in sentences for word in sentence.split() if any(sign.isalpha() for sign in word)]
    if len(words) < 50:
        return None
    syllables = sum(syllables_of(word) for word in words)
    return 207 - 1.015 * len(words) / len(sentences) - 73.6 * syllables / len(words)


def sentences_of(texts: tuple[str, ...]) -> list[str]:
    """The sentences of paragraphs, each ending where its paragraph does at the latest."""
    return [part.strip() for text in texts for part in _SENTENCE.split(text) if part.strip()]


def syllables_of(word: str) -> int:
    """About how many syllables a French word has when it is read aloud: its groups of vowels, but for a mute ending."""
    bare = word.strip("«»“”\"'’().,;:!?…\u00a0\u202f")
    kept = _MUTE.sub("", bare)
    return max(1, len(_SYLLABLE.findall(kept)))


def _of_frame(version: ArticleVersion, read: body.Body) -> Iterator[Finding]:
    if not read.texts:
        yield Finding("Le texte est vide.", True)
    if not version.standfirst:
        yield Finding("Le chapô manque : deux phrases qui disent l’essentiel.", True)
    if not version.byline:
        yield Finding("La signature manque : qui écrit ?", True)
    if len(version.standfirst) > LONG_STANDFIRST:
        yield Finding(f"Le chapô est long : {LONG_STANDFIRST} signes suffisent.")
    if version.picture is None:
        yield Finding("Aucune image n’illustre l’article.")
    if not read.headings and read.words > 300:
        yield Finding("Un texte de plus de 300 mots se lit mieux avec des intertitres.")


def _of_title(version: ArticleVersion) -> Iterator[Finding]:
    letters = [sign for sign in version.title if sign.isalpha()]
    if len(letters) > 10 and all(sign.isupper() for sign in letters):
        yield Finding("Le titre est tout en capitales : les lecteurs d’écran l’épellent.", True)
    if version.title.endswith(".") and not version.title.endswith("..."):
        yield Finding("Un titre se passe de point.")


def _of_links(read: body.Body) -> Iterator[Finding]:
    broken = dict(
        WatchedLink.objects.exclude(problem="")
        .filter(url__in=[link.url for link in read.links])
        .values_list("url", "problem")
    )
    for link in read.links:
        said = fold(link.text)
        if not said or said in _VAGUE_LINKS:
            yield Finding(f"Un lien dit seulement « {link.text} » : dites où il mène ({link.url[:80]}).", True)
        elif said.startswith(("http ", "https ", "www ")):
            yield Finding(f"Un lien montre son adresse : dites où il mène ({link.url[:80]}).")
        if link.url in broken:
            yield Finding(f"Un lien ne mène plus nulle part : {link.url[:80]} ({broken[link.url]})")
        yield from _of_own_link(link)


def _of_own_link(link: body.Link) -> Iterator[Finding]:
    parts = urlsplit(link.url)
    if parts.scheme == "http":
        yield Finding(f"Un lien n’est pas chiffré (http) : {link.url[:80]}.")
    is_ours = not parts.netloc or link.url.startswith(f"{settings.SITE_URL}/")
    if is_ours and not parts.scheme and not parts.path.startswith("/") and not link.url.startswith("#"):
        yield Finding(f"Le lien « {link.url[:80]} » n’est pas une adresse : commencez par https:// ou par /.", True)
    if is_ours and parts.path.startswith("/articles/") and parts.path.count("/") == 3:
        slug = parts.path.split("/")[2]
        known = Article.objects.filter(slug=slug).exists() or ArticleAddress.objects.filter(slug=slug).exists()
        if slug and not known:
            yield Finding(f"Le lien {parts.path} mène à un article qui n’existe pas.", True)


def _of_named(version: ArticleVersion, read: body.Body) -> Iterator[Finding]:
    keys = [each.key for each in read.named if each.kind == body.IMAGE]
    usable = Illustration.objects.usable_by(version.article.campus)
    known = {str(each.pk): each for each in usable.filter(pk__in=[key for key in keys if key.isdecimal()])}
    shown = [*known.values(), *([version.picture] if version.picture else [])]
    for key in keys:
        if key not in known:
            yield Finding(f"L’image {key} n’existe pas, ou n’est pas à votre disposition.", True)
    for picture in dict.fromkeys(shown):
        yield from _of_picture(picture)
    for named, card in cards.resolve(read.named, at=timezone.now()).items():
        if card.note:
            yield Finding(f"[[{named.kind}:{named.key}]] : {card.note}", not card.url and not card.details)
    for named in read.named:
        if named.kind != body.IMAGE and named.kind not in cards.LABELS:
            yield Finding(f"« [[{named.kind}:…]] » ne désigne rien : {', '.join(cards.LABELS)} ou image.", True)


def _of_picture(picture: Illustration) -> Iterator[Finding]:
    said = fold(picture.alternative)
    if re.search(r"\.(jpe?g|png|webp)$", picture.alternative.lower()):
        yield Finding(f"Le texte de remplacement « {picture.alternative[:60]} » est un nom de fichier.", True)
    if _STARTS_LIKE_A_FILE.match(said):
        yield Finding(f"« {picture.alternative[:60]} » : dites ce qu’on voit, sans « image de ».")
    if picture.caption and said == fold(picture.caption):
        yield Finding(f"La légende et le texte de remplacement se répètent : « {picture.caption[:60]} ».")


def _of_marks(text: str, read: body.Body) -> Iterator[Finding]:
    if _RAW_IMAGE.search(text):
        yield Finding("Une image est écrite dans le texte : ajoutez-la aux images, puis insérez-la.", True)
    if _RAW_HTML.search(text):
        yield Finding("Le texte contient des balises HTML : elles s’afficheront telles quelles.")
    if any(_STRAY_NAME.search(said) for said in read.texts):
        yield Finding("Une image ou une fiche n’est pas seule sur sa ligne : elle s’affichera telle quelle.", True)
    if any(said.startswith(":::") for said in read.texts):
        yield Finding(f"Un encadré n’est pas reconnu : {', '.join(f'::: {name}' for name in body.CALLOUTS)}.", True)
    if read.empty_headers:
        yield Finding("Un tableau a un en-tête vide.", True)


def _of_reading(read: body.Body) -> Iterator[Finding]:
    ease = reading_ease(read.texts)
    if ease is not None and ease < HARD_TO_READ:
        yield Finding(f"Le texte est difficile à lire (indice {ease:.0f}, visez {HARD_TO_READ} ou plus).")
    for sentence in sentences_of(read.texts):
        if (words := len(sentence.split())) > LONG_SENTENCE:
            yield Finding(f"Une phrase de {words} mots : « {sentence[:60]}… ».")
