"""Receipts from what a serving platform logs: KServe's requests and answers become pairs.

KServe's logger sends one CloudEvent for the request and one for the answer, under the same id, in
either order, and again when it is not sure (KServe 0.21, ``pkg/logger``). Of the first of a pair
only its digest is held until the other comes; what never comes is done without.
"""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from whence.receipts.cloudevents import CloudEvent
from whence.receipts.forms import read_body
from whence.receipts.origins import SERVICE
from whence.receipts.receipt import PREFIX
from whence.receipts.recorder import Recorder
from whence.receipts.web.bodies import is_json

REQUEST = "org.kubeflow.serving.inference.request"
ANSWER = "org.kubeflow.serving.inference.response"
VERSION = "whence/version"
"""The annotation of an InferenceService that says which version it serves, such as ``delay@3``; it
comes along where KServe is told to (``metadataAnnotations`` of its logger)."""

_COMPONENTS = frozenset({"", "predictor"})
"""What a transformer or an explainer is asked is no prediction."""

_WAITING = 10_000
_PATIENCE = 600.0
_RECORDERS = 200
_LONGEST = 200

LookUp = Callable[[str, str], Mapping[str, str]]
"""A service's name and a moment → ``version``, ``version_name``, ``deployment``."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some events."""

    received: int = 0
    receipts: int = 0
    """Pairs that are complete, and have receipts now."""
    waiting: int = 0
    """Events whose other half has not come yet."""
    ignored: int = 0
    """Events that are of no prediction, or that came before."""


@dataclass(slots=True)
class _Half:
    """What is held of the first of a pair."""

    since: float
    is_request: bool
    form: tuple[str, str]
    """Digest and form."""
    moment: datetime | None


@dataclass(frozen=True, slots=True)
class _Subject:
    """What an event is about."""

    service: str
    """``kserve:shop/churn``."""
    model: str
    event: str
    source: str
    request: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.service, self.source, self.event


class Collector:
    """Takes events, gives receipts; for as many threads as like.

    Args:
        folder: The folder of receipts.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._halves: OrderedDict[tuple[str, str, str], tuple[_Subject, _Half]] = OrderedDict()
        self._done: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._recorders: OrderedDict[str, Recorder] = OrderedDict()

    def take(self, events: Iterable[CloudEvent], look_up: LookUp) -> Taken:
        """Take events.

        Args:
            events: In any order, repeated or not.
            look_up: Finds which version and deployment a service was at a moment.
        """
        received = receipts = waiting = ignored = 0
        with self._lock:
            for event in events:
                received += 1
                subject = _subject(event)
                if subject is None or subject.key in self._done:
                    ignored += 1
                elif self._take(subject, event, look_up):
                    receipts += 1
                else:
                    waiting += 1
            receipts += self._give_up(look_up)
        return Taken(received, receipts, waiting, ignored)

    def close(self) -> None:
        """Give receipts for what is alone still, and file everything."""
        with self._lock:
            while self._halves:
                self._alone(lambda _service, _at: {})
            for recorder in self._recorders.values():
                recorder.close()
            self._recorders.clear()

    def _take(self, subject: _Subject, event: CloudEvent, look_up: LookUp) -> bool:
        recorder = self._recorder(subject)
        key = recorder.key()
        read = read_body(event.data, is_json=is_json(event.content_type))
        form = ("", "") if key is None else (key.digest(*read), read[0])
        half = _Half(time.monotonic(), event.type == REQUEST, form, _moment(event))
        found = self._halves.get(subject.key)
        if found is None or found[1].is_request == half.is_request:
            self._halves[subject.key] = (subject, half)
            return False
        del self._halves[subject.key]
        asked, answered = (found[1], half) if found[1].is_request else (half, found[1])
        self._give(subject, asked, answered, look_up)
        return True

    def _give_up(self, look_up: LookUp) -> int:
        """What waits for too long, or too much of it, is done without its other half."""
        count = 0
        before = time.monotonic() - _PATIENCE
        while self._halves:
            oldest = next(iter(self._halves.values()))[1]
            if len(self._halves) <= _WAITING and oldest.since >= before:
                break
            count += self._alone(look_up)
        return count

    def _alone(self, look_up: LookUp) -> int:
        _, (subject, half) = self._halves.popitem(last=False)
        if not half.is_request:
            return 0  # an answer to nobody knows what
        self._give(subject, half, None, look_up)
        return 1

    def _give(
        self, subject: _Subject, asked: _Half, answered: _Half | None, look_up: LookUp
    ) -> None:
        moment = asked.moment or (answered.moment if answered else None) or datetime.now(UTC)
        seconds = None
        if answered is not None and answered.moment is not None and asked.moment is not None:
            seconds = max((answered.moment - asked.moment).total_seconds(), 0.0)
        at = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._recorder(subject).keep_digests(
            asked.form,
            ("", "") if answered is None else answered.form,
            seconds=seconds,
            request=subject.request,
            id=_receipt_id(subject, moment),
            # An annotation says more than the name of the service.
            known=look_up(subject.service, at) if subject.model == subject.service else {},
        )
        self._done[subject.key] = None
        if len(self._done) > _WAITING:
            self._done.popitem(last=False)

    def _recorder(self, subject: _Subject) -> Recorder:
        recorder = self._recorders.get(subject.model)
        if recorder is None:
            recorder = Recorder(subject.model, folder=self.folder, resolver=None)
            self._recorders[subject.model] = recorder
            if len(self._recorders) > _RECORDERS:
                self._recorders.popitem(last=False)[1].close()
        else:
            self._recorders.move_to_end(subject.model)
        return recorder


def _subject(event: CloudEvent) -> _Subject | None:
    told = event.attributes
    name, space = told.get("inferenceservicename", ""), told.get("namespace", "")
    if event.type not in {REQUEST, ANSWER} or told.get("component", "") not in _COMPONENTS:
        return None
    if not name:
        return None
    service = f"{SERVICE}{space}/{name}" if space else f"{SERVICE}{name}"
    service = service[:_LONGEST]
    annotated = _member(told.get("annotations", ""), VERSION)
    return _Subject(
        service,
        annotated or service,
        event.id,
        event.source,
        _member(told.get("metadata", ""), "x-request-id") or event.id[:_LONGEST],
    )


def _member(text: str, name: str) -> str:
    """What a JSON object says under a name, in whatever case; the first where it says several."""
    try:
        told = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return ""
    for key, value in told.items() if isinstance(told, dict) else ():
        first = value[0] if isinstance(value, list) and value else value
        if str(key).lower() == name and isinstance(first, str):
            return first[:_LONGEST].strip()
    return ""


def _moment(event: CloudEvent) -> datetime | None:
    try:
        moment = datetime.fromisoformat(event.attributes.get("time", ""))
    except ValueError:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def _receipt_id(subject: _Subject, moment: datetime) -> str:
    """The id that follows from the event, so that one sent again gives the same receipt."""
    told = hashlib.sha256("\0".join(subject.key).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{PREFIX}{max(int(moment.timestamp() * 1000), 0):012x}{told[:20]}"
