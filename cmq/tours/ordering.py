"""The order of stops that makes the shortest way, the first staying first (decision 0030)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import networkx as nx

from cmq.reference.geo import distance_km
from cmq.tours.models import Stop

# Below this, an order that saves nothing worth a change of dates.
WORTH_KM = 1.0


@dataclass(frozen=True)
class Suggestion:
    """Another order of the same stops, and what each way measures in kilometres as the crow flies."""

    seen: tuple[Stop, ...]
    wanted: tuple[Stop, ...]
    km_now: float
    km_then: float

    @property
    def saved(self) -> float:
        """Kilometres less."""
        return self.km_now - self.km_then


def suggest(stops: Sequence[Stop]) -> Suggestion | None:
    """A shorter way through the stops, or None when there is none, or a commune's centre is not known."""
    centres = ((stop.commune.latitude, stop.commune.longitude) for stop in stops)
    points = [(lat, lon) for lat, lon in centres if lat is not None and lon is not None]
    if len(stops) < 3 or len(points) < len(stops):
        return None
    table = [[distance_km(lat, lon, *other) for other in points] for lat, lon in points]
    order = shortest(table)
    now, then = length(table, range(len(stops))), length(table, order)
    if now - then < WORTH_KM:
        return None
    return Suggestion(tuple(stops), tuple(stops[place] for place in order), now, then)


def length(table: Sequence[Sequence[float]], order: Sequence[int]) -> float:
    """What a way measures."""
    return sum(table[one][other] for one, other in pairwise(order))


def shortest(table: Sequence[Sequence[float]]) -> list[int]:
    """A short way through all places from the first one, ending anywhere; never longer than the given order.

    Few places are all tried; more are improved by threshold accepting from the nearest-neighbour way, with a seed: the
    same stops always give the same suggestion.
    """
    count = len(table)
    if count <= 7:
        ways = ([0, *rest] for rest in permutations(range(1, count)))
        return min(ways, key=lambda way: length(table, way))
    graph = nx.DiGraph()
    # Going back to the first place costs nothing: the cycle is then as long as the way.
    graph.add_weighted_edges_from(
        (one, other, 0 if other == 0 else table[one][other])
        for one in range(count)
        for other in range(count)
        if one != other
    )
    found = [list(range(count))]
    for start in ("greedy", [*range(count), 0]):
        cycle = nx.approximation.threshold_accepting_tsp(
            graph, start, source=0, seed=1, move="1-1", N_inner=100, max_iterations=10
        )
        found.append(cycle[:-1])
        cycle = nx.approximation.simulated_annealing_tsp(
            graph, cycle, source=0, seed=1, move="1-0", N_inner=100, max_iterations=10
        )
        found.append(cycle[:-1])
    return min(found, key=lambda way: length(table, way))
