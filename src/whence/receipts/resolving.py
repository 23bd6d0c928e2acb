"""Looking up, beside the service, which version and which deployment it is."""

import os
from collections.abc import Mapping
from pathlib import Path

from whence.receipts.receipt import Receipt, new_receipt_id


def look_up(model: str, environment: str, loaded: str, folder: Path) -> Mapping[str, str]:
    """What the record knows: ``version``, ``version_name``, ``deployment``.

    Empty where it does not know it yet, or is not at hand: a service never waits for its record.
    """
    url = os.environ.get("WHENCE_STORE")
    place = _record_beside(folder)
    if place is None and not url:
        return {}
    # None of this is loaded by a service whose record is elsewhere.
    from whence.errors import WhenceError  # noqa: PLC0415

    asked = Receipt(new_receipt_id(), model, loaded=loaded, environment=environment)
    try:
        return _ask(url, place or folder.parent, asked)
    except (WhenceError, ImportError):  # a service has the receipts, not all that the record needs
        return {}


def _ask(url: str | None, place: Path, asked: Receipt) -> Mapping[str, str]:
    from whence.receipts.origins import origin_of  # noqa: PLC0415
    from whence.store.opening import open_store  # noqa: PLC0415

    store = open_store(url, place)
    try:
        with store.reading() as reader:
            origin = origin_of(reader, asked)
            (version,) = reader.nodes([origin.version])
    finally:
        store.close()
    told = {"version": str(version.id), "version_name": version.name}
    if origin.deployment is not None:
        told["deployment"] = str(origin.deployment.node.id)
    return told


def _record_beside(folder: Path) -> Path | None:
    """The ``.whence`` folder that receipts belong to."""
    named = os.environ.get("WHENCE_DIR")
    places = [Path(named)] if named else [folder.parent, *(p / ".whence" for p in folder.parents)]
    return next((place for place in places if (place / "whence.sqlite").exists()), None)
