"""What serving code says of each prediction: which version, which deployment, which input.

One call gives a receipt, an id that proves later which version gave the prediction::

    from whence import receipts

    recorder = receipts.Recorder("delay@3", deployment="production-eu")
    answer = model.predict(rows)
    receipt = recorder.receipt(rows, answer)

or a line around the application does it for every answer, as the header ``Whence-Receipt``::

    app = receipts.asgi(app, "delay@3", deployment="production-eu", paths=["/predict"])

``whence trace RECEIPT`` then goes from the prediction to the raw data. The input itself is never
kept, only a keyed digest, by which who has the input can confirm that this is its receipt.

Importing this loads the standard library alone. Read in this order: ``receipt`` (what it is),
``forms`` and ``keys`` (the digest), ``spool`` and ``filing`` (how it is kept), ``recorder``,
``web``; then, for those who ask, ``reading`` and ``origins``.
"""

__all__ = ["Recorder", "asgi", "wsgi"]

_PLACES = {
    "Recorder": "whence.receipts.recorder",
    "asgi": "whence.receipts.web.asgi",
    "wsgi": "whence.receipts.web.wsgi",
}

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from whence.receipts.recorder import Recorder
    from whence.receipts.web.asgi import asgi
    from whence.receipts.web.wsgi import wsgi


def __getattr__(name: str) -> object:
    """The public names, loaded when they are first used (PEP 562): who only reads needs none."""
    if name in __all__:
        from importlib import import_module  # noqa: PLC0415

        found: object = getattr(import_module(_PLACES[name]), name)
        return found
    raise AttributeError(f"module 'whence.receipts' has no attribute {name!r}")
