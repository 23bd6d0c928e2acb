"""Figures of the server's work, in the form that Prometheus reads (OpenMetrics)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from whence.errors import StoreError

if TYPE_CHECKING:
    from whence.server.service import Service

MEDIA = CONTENT_TYPE_LATEST
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The figures of one server."""

    def __init__(self, service: "Service") -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "whence_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "whence_request_seconds",
            "How long answering took.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._known: dict[tuple[str, str, int], Counter] = {}
        self._timed: dict[str, Histogram] = {}
        self._registry.register(_Store(service))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (method, route, status)
        counter = self._known.get(key)
        if counter is None:
            counter = self._known[key] = self._requests.labels(method, route, str(status))
        counter.inc()
        timed = self._timed.get(route)
        if timed is None:
            timed = self._timed[route] = self._seconds.labels(route)
        timed.observe(seconds)

    def text(self) -> bytes:
        """Everything, as it is to be served."""
        text: bytes = generate_latest(self._registry)  # type: ignore[no-untyped-call]
        return text


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
