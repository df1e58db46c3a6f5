"""When two sources name the same training in two ways: one short form for both."""

import re

from cmq.core.text import fold

# How each diploma is written → its one name. The longest first: « bac pro » is inside « bac pro agricole ».
_DIPLOMAS: tuple[tuple[str, str], ...] = (
    (r"certificat d aptitude professionnelle( agricole)?|cap agricole|capa|cap", "cap"),
    (r"brevet professionnel|bp", "bp"),
    (r"brevet des metiers d art|bma", "bma"),
    (r"baccalaureat professionnel|bac pro(fessionnel)?( agricole)?", "bac pro"),
    (r"baccalaureat technologique|bac techno(logique)?", "bac techno"),
    (r"mention complementaire|certificat de specialisation|mc\d?|cs", "mc"),
    (r"brevet de technicien superieur( agricole)?|btsa?( agricole)?", "bts"),
    (r"bachelor universitaire de technologie|but", "but"),
    (r"licence professionnelle|licence pro|lp", "licence pro"),
    (r"diplome d etat d?|diplome d etat|de", "de"),
    (r"titre professionnel|tp", "tp"),
)
_PATTERNS = [(re.compile(rf"\b(?:{pattern})\b"), name) for pattern, name in _DIPLOMAS]
# What Parcoursup files diplomas under, which says nothing of them: « BTS - Production - Électrotechnique ».
_SILENT = frozenset(
    (
        *("production", "services", "agricole", "specialite", "option", "parcours", "mention", "en", "par", "de"),
        *("des", "du", "d", "la", "le", "les", "l", "et", "a", "au", "aux", "apprentissage", "alternance", "formation"),
    )
)


def short_form(title: str) -> str:
    """A title as its diploma and the sorted words of its speciality: « BTS - Services - Tourisme » → « bts|tourisme ».

    Two titles of one form are taken for one training where one establishment gives both.
    """
    folded = fold(title)
    diploma = ""
    for pattern, name in _PATTERNS:
        if pattern.search(folded):
            diploma, folded = name, pattern.sub(" ", folded, count=1)
            break
    words = sorted({_bare(word) for word in folded.split() if word not in _SILENT})
    return f"{diploma}|{' '.join(words)}"


def _bare(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") else word
