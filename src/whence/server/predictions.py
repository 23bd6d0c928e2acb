"""The receipts that lie on a server: where they are, and what collects those of platforms."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from whence.query.deployments import Deployed, deployments_for
from whence.receipts.collecting import Collector
from whence.receipts.folders import VARIABLE
from whence.settings.configuration import load
from whence.store.interface import Store

_FRESH = 5.0
"""Seconds for which it need not be asked again what a service was deployed as."""

_MOST = 1000
"""Services that are remembered at once."""


class Predictions:
    """The receipts beside one served record.

    Args:
        folder: The ``.whence`` folder of the server; what is set there as ``receipts.folder`` is
            looked into as well.

    Raises:
        UsageError: the settings cannot be understood.
    """

    def __init__(self, folder: Path) -> None:
        more = load(folder).word("receipts.folder")
        named = os.environ.get(VARIABLE)
        own = Path(named).absolute() if named else folder / "receipts"
        self.folders = [own, *([Path(more)] if more else [])]
        """Where receipts are looked for."""
        self.collector = Collector(own)
        self._known: dict[str, tuple[float, list[Deployed]]] = {}

    def served_as(self, store: Store, service: str, at: str) -> Mapping[str, str]:
        """Which version a service was at a moment; nothing where that is not known for certain."""
        known = self._known.get(service)
        if known is None or time.monotonic() - known[0] > _FRESH:
            with store.reading() as reader:
                known = time.monotonic(), deployments_for(reader, service)
            self._known = {**self._known, service: known} if len(self._known) < _MOST else {}
        live = [each for each in known[1] if each.serving.is_live(at)]
        if len(live) != 1:
            return {}
        (its,) = live
        return {
            "version": its.version.id,
            "version_name": its.version.name,
            "deployment": its.node.id,
        }

    def close(self) -> None:
        """File what was collected."""
        self.collector.close()
