"""REFs that are receipts: from a prediction to what gave it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from whence.receipts.folders import VARIABLE
from whence.settings.configuration import load

if TYPE_CHECKING:
    from whence.receipts.origins import Origin
    from whence.receipts.receipt import Receipt
    from whence.store.interface import Reader
    from whence.workspace import Workspace

_PREFIX = "rcp_"
_FOLDER = "receipts"


@dataclass(frozen=True, slots=True)
class Prediction:
    """A receipt with what gave it."""

    receipt: "Receipt"
    origin: "Origin"


def names_prediction(text: str) -> bool:
    """Whether a REF is meant as a receipt."""
    return text.startswith(_PREFIX)


def find_prediction(
    workspace: "Workspace", reader: "Reader", text: str, folder: str | None
) -> Prediction:
    """The prediction that a receipt is of.

    Args:
        workspace: Beside whose record receipts are kept.
        reader: The record.
        text: The receipt's id.
        folder: Where receipts are kept, if not where services put them by default.

    Raises:
        NotFoundError: there is no such receipt, or the record does not know what gave it.
    """
    from whence.receipts.origins import origin_of  # noqa: PLC0415  few REFs are receipts
    from whence.receipts.reading import find_receipt  # noqa: PLC0415

    receipt = find_receipt(receipt_folders(workspace.folder, folder), text)
    return Prediction(receipt, origin_of(reader, receipt))


def receipt_folders(workspace: Path, folder: str | None) -> list[Path]:
    """Where receipts are looked for: there, or where services put them and where it is set.

    Raises:
        UsageError: the settings cannot be understood.
    """
    if folder is not None:
        return [Path(folder).absolute()]
    told = load(workspace).word("receipts.folder")
    own = Path(os.environ[VARIABLE]).absolute() if VARIABLE in os.environ else workspace / _FOLDER
    return [own, *([Path(told)] if told else [])]
