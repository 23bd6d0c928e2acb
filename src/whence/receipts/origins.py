"""From a receipt to what gave the prediction: the version, and where it was deployed."""

from dataclasses import dataclass
from typing import Any

from whence.errors import NotFoundError, WhenceError
from whence.model.deployment import percent_text
from whence.model.identity import NodeId, is_id
from whence.model.node import NodeKind
from whence.query.asof import AsOfReader
from whence.query.deployments import (
    Deployed,
    deployment_json,
    deployments_of,
    live_for,
    one_deployment,
)
from whence.query.refs import resolve_ref
from whence.receipts.receipt import Receipt, receipt_json
from whence.store.interface import Reader

SERVICE = "kserve:"
"""How the names begin of what a serving platform logged, rather than serving code of its own."""

_VERSIONS = frozenset({NodeKind.MODEL_VERSION, NodeKind.SYSTEM_VERSION})


@dataclass(frozen=True, slots=True)
class Origin:
    """What gave a prediction."""

    version: int
    """The handle of the version of a model, or of a system."""
    deployment: Deployed | None
    """Where it was deployed, if that is recorded."""

    @property
    def start(self) -> int:
        """Where a walk back to the data starts."""
        return self.version if self.deployment is None else self.deployment.handle


def origin_of(reader: Reader, receipt: Receipt) -> Origin:
    """What gave a prediction.

    What the serving code looked up itself counts first. Else its own words are read as they were
    meant then: an alias as it stood when the model was loaded, a platform's name for a service by
    what was deployed under it at the moment of the prediction.

    Raises:
        NotFoundError: the record does not know it; says what the receipt tells.
    """
    served = _deployment(reader, receipt)
    if served is not None:
        version = reader.find(served.version.id)
        assert version is not None
        return Origin(version, served)
    version = _version(reader, receipt)
    return Origin(version, _live_in(reader, version, receipt))


def _deployment(reader: Reader, receipt: Receipt) -> Deployed | None:
    for told in (receipt.deployment, receipt.environment):
        handle = reader.find(NodeId(told)) if is_id(told) else None
        found = None if handle is None else one_deployment(reader, handle)
        if found is not None:
            return found
    if not receipt.model.startswith(SERVICE):
        return None
    live = live_for(reader, receipt.model, receipt.at)
    if len(live) > 1:
        shares = ", ".join(
            f"{each.version.name} {percent_text(each.serving.share(receipt.at))}" for each in live
        )
        raise NotFoundError(
            f"several versions served as {receipt.model} at {receipt.at}: {shares}",
            hint="an annotation whence/version on the InferenceService says which one it was",
        )
    return live[0] if live else None


def _version(reader: Reader, receipt: Receipt) -> int:
    handle = reader.find(NodeId(receipt.version)) if is_id(receipt.version) else None
    if handle is not None:
        return handle
    if receipt.version:  # another of the same name is not what gave it
        raise NotFoundError(
            f"the record does not know the version {receipt.version[:12]} "
            f"({receipt.version_name}), which gave {receipt.id}",
            hint="it was known where the service ran; `whence pull` brings records from elsewhere",
        )
    if receipt.model.startswith(SERVICE):
        name = receipt.model.removeprefix(SERVICE)
        raise NotFoundError(
            f"nothing was deployed as the InferenceService {name} at {receipt.at}",
            hint=f"`whence deploy REF --to ENV --kserve {name} --at TIME` says what it served",
        )
    try:
        handle = _as_it_was(reader, receipt)
    except WhenceError as error:
        raise NotFoundError(
            f"the record does not know {receipt.model!r}, which gave {receipt.id}",
            hint=error.hint,
        ) from error
    (node,) = reader.nodes([handle])
    if node.kind not in _VERSIONS:
        raise NotFoundError(
            f"{receipt.model!r}, which gave {receipt.id}, is a "
            f"{node.kind.value.replace('_', ' ')}, not a version"
        )
    return handle


def _as_it_was(reader: Reader, receipt: Receipt) -> int:
    """What the model's name meant when it was loaded; a number never comes to mean another."""
    then = AsOfReader(reader, receipt.loaded or receipt.at)
    try:
        return resolve_ref(then, receipt.model, lambda _: None).handle
    except NotFoundError:
        if not receipt.model.rpartition("@")[2].isdigit():
            raise
    return resolve_ref(reader, receipt.model, lambda _: None).handle


def _live_in(reader: Reader, version: int, receipt: Receipt) -> Deployed | None:
    """The deployment of a version that was live then, where the serving code says it was."""
    live = [each for each in deployments_of(reader, version) if each.serving.is_live(receipt.at)]
    if receipt.environment:
        live = [each for each in live if each.serving.environment == receipt.environment]
    return live[0] if len(live) == 1 else None


def prediction_json(reader: Reader, receipt: Receipt, origin: Origin) -> dict[str, Any]:
    """A receipt with what gave the prediction, as ``schemas/receipt-1.json`` has it."""
    (version,) = reader.nodes([origin.version])
    served = origin.deployment
    return {
        **receipt_json(receipt),
        "gave": {
            "version": {"id": version.id, "kind": version.kind.value, "name": version.name},
            "deployment": None if served is None else deployment_json(served),
        },
    }
