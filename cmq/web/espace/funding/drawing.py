"""The money of a campus as a drawing: for each year, columns of what is planned, granted and spent."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cmq.core.amounts import euros
from cmq.funding.rules import YearView

WIDTH, LEFT, BOTTOM, TALLEST, GAP = 900, 10, 190, 160, 4
SERIES = (("planned", "prévu", "open"), ("granted", "accordé", "filed"), ("actual", "dépensé", "spent"))


@dataclass(frozen=True)
class Column:
    """One amount of one year."""

    x: int
    y: int
    width: int
    height: int
    look: str
    title: str


@dataclass(frozen=True)
class Chart:
    """All that the template draws."""

    columns: tuple[Column, ...]
    years: tuple[tuple[int, int], ...]
    width: int = WIDTH
    left: int = LEFT
    floor: int = BOTTOM

    @property
    def view_box(self) -> str:
        """Of the SVG."""
        return f"0 0 {WIDTH} {BOTTOM + 28}"


def draw(years: Sequence[YearView]) -> Chart | None:
    """The drawing; None when no amount is known."""
    amounts = [getattr(year, name) or Decimal(0) for year in years for name, _, _ in SERIES]
    highest = max(amounts, default=Decimal(0))
    if not highest:
        return None
    step = (WIDTH - LEFT) // len(years)
    width = min(60, (step - 20) // len(SERIES))
    columns = []
    for place, year in enumerate(years):
        for rank, (name, label, look) in enumerate(SERIES):
            amount = getattr(year, name)
            if amount is None:
                continue
            height = max(1, round(TALLEST * amount / highest))
            x = LEFT + place * step + 10 + rank * width
            title = f"{year.year}, {label} : {euros(amount)}"
            columns.append(Column(x, BOTTOM - height, width - GAP, height, look, title))
    middles = tuple((LEFT + place * step + 10 + width * 3 // 2, year.year) for place, year in enumerate(years))
    return Chart(tuple(columns), middles)
