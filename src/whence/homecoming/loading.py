"""What recording a run takes to be loaded, in pieces that fit into a program's pauses."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module

MODULES = (
    "whence.model.node",
    "whence.model.edge",
    "whence.recording.observation",
    "ast",
    "logging",
    "whence.capture.agent.reports",
    "whence.capture.semantics.queries",
    "whence.capture.semantics.objects",
    "whence.capture.semantics.understanding",
    "whence.capture.observe",
    "whence.capture.tracers.settle",
    "whence.wire.canonical",
    "whence.ledger.entry",
    "whence.ledger.audit",
    "whence.store.interface",
    "configparser",
    "tomllib",
    "whence.capture.configfiles",
    "whence.capture.digests",
    "csv",
    "whence.rows.delimited",
    "whence.rows.opening",
    "whence.rows.fingerprint",
    "concurrent.futures.thread",
    "whence.settings.configuration",
    "whence.store.objects",
    "whence.homecoming.keeping",
    "whence.homecoming.instruments",
    "platform",
    "whence.capture.probes.environment",
    "whence.homecoming.surroundings",
    "sqlite3",
    "whence.store.adjacency",
    "whence.store.sqlite",
    "whence.store.memory",
    "whence.store.opening",
    "whence.recording.compose",
    "whence.recording.recorder",
    "whence.homecoming.bring",
)
"""What is needed by others first; the last ones make sure that nothing is missing."""


def pieces() -> Iterator[Callable[[], object]]:
    """One import each."""
    return (partial(import_module, name) for name in MODULES)
