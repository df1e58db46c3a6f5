"""What the page of deadlines chooses and draws."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from cmq.core.text import fold
from cmq.renewals.review import Load, Renewal, RenewalState

WIDTH, LEFT, TOP, BOTTOM, TALLEST = 900, 40, 16, 216, 180


class CalendarForm(forms.Form):
    """What to do with the address of a calendar."""

    act = forms.ChoiceField(label="Que faire ?", choices=[("make", "Créer"), ("close", "Fermer")])


class Filters:
    """What of the deadlines is shown: a region, a filière, a state, among those that occur."""

    def __init__(self, asked: QueryDict, renewals: Sequence[Renewal]) -> None:
        self.renewals = renewals
        campuses = [each.campus for each in renewals]
        self.regions = _by_name((campus.region.slug, campus.region.name) for campus in campuses)
        self.filieres = _by_name((c.filiere.slug, c.filiere.name) for c in campuses if c.filiere)
        present = {each.state for each in renewals}
        self.states = [(state.value, state.label) for state in RenewalState if state in present]
        self.region = _among(asked.get("region"), self.regions)
        self.filiere = _among(asked.get("filiere"), self.filieres)
        self.state = _among(asked.get("etat"), self.states)
        given = [asked.get(name) for name in ("region", "filiere", "etat")]
        self.ignored = sum(bool(value) for value in given) > sum(map(bool, (self.region, self.filiere, self.state)))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.region or self.filiere or self.state)

    def chosen(self) -> list[Renewal]:
        """The deadlines that answer, nearest first."""
        return [each for each in self.renewals if self._passes(each)]

    def query(self) -> str:
        """The choices as an address has them."""
        pairs = (("region", self.region), ("filiere", self.filiere), ("etat", self.state))
        return urlencode([(name, value) for name, value in pairs if value])

    def _passes(self, renewal: Renewal) -> bool:
        campus = renewal.campus
        return (
            (not self.region or campus.region.slug == self.region)
            and (not self.filiere or (campus.filiere is not None and campus.filiere.slug == self.filiere))
            and (not self.state or renewal.state == self.state)
        )


def _by_name(named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(set(named), key=lambda each: fold(each[1]))


def _among(value: str | None, choices: Iterable[tuple[str, str]]) -> str:
    return value if value and value in {known for known, _ in choices} else ""


@dataclass(frozen=True)
class Column:
    """The labels that end in one quarter: filed ones at the foot, the others on top."""

    x: int
    width: int
    filed_y: int
    filed_height: int
    open_y: int
    open_height: int
    total: int
    total_y: int
    text_x: int
    title: str
    label: str


@dataclass(frozen=True)
class Chart:
    """All that the template draws."""

    columns: tuple[Column, ...]
    years: tuple[tuple[int, int], ...]
    width: int = WIDTH
    height: int = BOTTOM + 44
    floor: int = BOTTOM
    left: int = LEFT

    @property
    def view_box(self) -> str:
        """Of the SVG."""
        return f"0 0 {self.width} {self.height}"


def draw(loads: Sequence[Load]) -> Chart | None:
    """The load by quarter as columns; None when nothing ends."""
    highest = max((each.ending for each in loads), default=0)
    if not highest:
        return None
    step = (WIDTH - LEFT) / len(loads)
    columns = tuple(_column(each, LEFT + round(place * step), round(step), highest) for place, each in enumerate(loads))
    years = tuple(
        (LEFT + round(place * step), each.quarter.year)
        for place, each in enumerate(loads)
        if place == 0 or each.quarter.number == 1
    )
    return Chart(columns, years)


def _column(load: Load, x: int, step: int, highest: int) -> Column:
    filed = round(TALLEST * load.filed / highest)
    total = round(TALLEST * load.ending / highest)
    title = f"{load.quarter} : {load.ending} label{'s' * (load.ending > 1)}, dont {load.filed} avec un dossier déposé"
    return Column(
        x=x + 3,
        width=step - 6,
        filed_y=BOTTOM - filed,
        filed_height=filed,
        open_y=BOTTOM - total,
        open_height=total - filed,
        total=load.ending,
        total_y=BOTTOM - total - 6,
        text_x=x + step // 2,
        title=title,
        label=f"T{load.quarter.number}",
    )
