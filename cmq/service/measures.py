"""What this machine counts: requests by page and status, and how long they took (Prometheus)."""

import os

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

ANSWERS = Counter("cmq_answers", "Answers given", ["page", "method", "status"])
SECONDS = Histogram(
    "cmq_answer_seconds",
    "Time to answer",
    ["page"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
SLOW_QUERIES = Counter("cmq_slow_queries", "Queries slower than CMQ_SLOW_QUERY_MS", ["page"])


def exposition(now: dict[str, float]) -> tuple[bytes, str]:
    """Everything counted by all processes of this machine, with some values of this instant; (body, content type)."""
    registry = CollectorRegistry()
    for name, value in now.items():
        Gauge(name, name.removeprefix("cmq_").replace("_", " "), registry=registry).set(value)
    counted = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    else:
        for each in (ANSWERS, SECONDS, SLOW_QUERIES):
            counted.register(each)
    return generate_latest(counted) + generate_latest(registry), CONTENT_TYPE_LATEST
