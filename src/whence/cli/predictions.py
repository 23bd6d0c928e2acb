"""REFs that are receipts: from a prediction to what gave it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from whence.receipts.folders import default_folder

if TYPE_CHECKING:
    from whence.receipts.origins import Origin
    from whence.receipts.receipt import Receipt
    from whence.store.interface import Reader

_PREFIX = "rcp_"


@dataclass(frozen=True, slots=True)
class Prediction:
    """A receipt with what gave it."""

    receipt: "Receipt"
    origin: "Origin"


def names_prediction(text: str) -> bool:
    """Whether a REF is meant as a receipt."""
    return text.startswith(_PREFIX)


def find_prediction(reader: "Reader", text: str, folder: str | None) -> Prediction:
    """The prediction that a receipt is of.

    Args:
        reader: The record.
        text: The receipt's id.
        folder: Where receipts are kept, if not where services put them by default.

    Raises:
        NotFoundError: there is no such receipt, or the record does not know what gave it.
    """
    from whence.receipts.origins import origin_of  # noqa: PLC0415  few REFs are receipts
    from whence.receipts.reading import find_receipt  # noqa: PLC0415

    receipt = find_receipt(receipt_folders(folder), text)
    return Prediction(receipt, origin_of(reader, receipt))


def receipt_folders(folder: str | None) -> list[Path]:
    """Where receipts are looked for."""
    return [default_folder() if folder is None else Path(folder).absolute()]
