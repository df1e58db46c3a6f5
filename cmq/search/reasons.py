"""Why a thing is among the results, in French: read again from what the index was told of it."""

from cmq.search import words
from cmq.search.kinds.base import Row
from cmq.search.understanding import Part, Understood

_MOST = 3


def reasons(row: Row, understood: Understood) -> tuple[str, ...]:
    """At most three reasons, one a part of the question, in its order; none when the question has no text."""
    if not understood.parts:
        return ()
    texts = _Texts(row)
    said = (_reason(part, row, texts) for part in understood.parts)
    return tuple(dict.fromkeys(filter(None, said)))[:_MOST]


class _Texts:
    """The stems of what the index holds, each text read when it is needed."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.read: dict[str, frozenset[str]] = {}

    def __getitem__(self, name: str) -> frozenset[str]:
        if name not in self.read:
            self.read[name] = words.key(getattr(self.row.document, name))
        return self.read[name]


_WHERE = {
    "title": "« {} » dans l’intitulé",
    "names": "aussi appelé « {} »",
    "place": "« {} » est son lieu",
    "body": "« {} » dans le texte",
}


def _reason(part: Part, row: Row, texts: _Texts) -> str:
    typed = " ".join(part.typed)
    own = frozenset(part.slot[0].stems)
    for name, said in _WHERE.items():
        if own <= texts[name]:
            return said.format(typed)
    if set(part.romes).intersection(row.document.tags.get("rome", ())):
        return f"mène au métier « {typed} »" if row.kind.slug == "formation" else f"même métier que « {typed} »"
    for wording in part.also:
        if words.key(wording) <= texts["title"] | texts["names"] | texts["body"]:
            return f"« {wording} » : autre façon de dire « {typed} »"
    everything = texts["title"] | texts["names"] | texts["place"] | texts["body"]
    if own <= everything:
        return f"les mots « {typed} » y sont"
    if any(each.stems and set(each.stems) <= everything for each in part.slot[1:]):
        return f"un mot qui commence par « {typed} »"
    is_related = any(set(each.romes).intersection(row.document.tags.get("rome", ())) for each in part.slot)
    return f"un métier proche de « {typed} »" if is_related else ""
