"""Figures of the server's work, in the form that Prometheus reads (OpenMetrics)."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from whence.errors import StoreError

if TYPE_CHECKING:
    from whence.server.service import Service

MEDIA = CONTENT_TYPE_LATEST
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The figures of one server.

    The loop's thread alone counts, so that counting needs no lock and next to no time.
    """

    def __init__(self, service: "Service") -> None:
        self._registry = CollectorRegistry()
        self._answered: dict[tuple[str, str, int], int] = {}
        self._timed: dict[str, _Timed] = {}
        self._registry.register(self)
        self._registry.register(_Store(service))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (method, route, status)
        self._answered[key] = self._answered.get(key, 0) + 1
        timed = self._timed.get(route)
        if timed is None:
            timed = self._timed[route] = _Timed()
        timed.counts[bisect_left(_BUCKETS, seconds)] += 1
        timed.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """What was counted."""
        requests = CounterMetricFamily(
            "whence_requests", "Requests answered.", labels=("method", "route", "status")
        )
        for (method, route, status), count in list(self._answered.items()):
            requests.add_metric((method, route, str(status)), count)
        yield requests
        times = HistogramMetricFamily(
            "whence_request_seconds", "How long answering took.", labels=("route",)
        )
        for route, timed in list(self._timed.items()):
            names = (*map(str, _BUCKETS), "+Inf")
            buckets = list(zip(names, accumulate(timed.counts), strict=True))
            times.add_metric((route,), buckets, timed.seconds)
        yield times

    def text(self) -> bytes:
        """Everything, as it is to be served."""
        text: bytes = generate_latest(self._registry)  # type: ignore[no-untyped-call]
        return text


@dataclass(slots=True)
class _Timed:
    """How long the requests of one route took."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(_BUCKETS) + 1))
    """How many took no longer than each bucket, and longer than the one before."""
    seconds: float = 0.0


class _Store:
    """Figures that are asked for when somebody looks."""

    def __init__(self, service: "Service") -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        ingest = self._service.ingest
        yield GaugeMetricFamily("whence_queue", "Submissions not kept yet.", value=ingest.waiting)
        for name, words in _TOLD:
            value = getattr(ingest.tally, name)
            yield CounterMetricFamily(f"whence_ingest_{name}", words, value=value)
        try:
            size, behind = self._service.extent()
        except StoreError:
            return
        yield GaugeMetricFamily("whence_ledger_entries", "Entries of the ledger.", value=size)
        yield GaugeMetricFamily("whence_arrivals", "Arrivals that are not read yet.", value=behind)


_TOLD = (
    ("groups", "Transactions."),
    ("submissions", "Submissions kept."),
    ("records", "Records kept or known already."),
    ("refused", "Submissions refused."),
    ("read", "Arrivals of which was said what they mean."),
    ("seconds", "Time spent writing."),
)
