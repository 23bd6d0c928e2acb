"""Parameters, metrics and tags in the folders of MLflow's file store.

``mlruns/EXPERIMENT/RUN/`` holds ``meta.yaml``, and a file for each value: ``params/lr`` its text,
``tags/team`` its text, ``metrics/loss`` a line ``timestamp value step`` for each point.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from whence.capture.parameters import typed

STORE = "mlruns"
_FORMS = {"params": "parameters", "metrics": "metrics", "tags": "tags"}
_OWN = "mlflow."
_META = "meta.yaml"
LARGEST = 4 * 1024 * 1024
"""Bytes of a file that holds one value with all its steps."""


def is_record(path: str) -> bool:
    """Whether a file holds a value, or the name, of one of MLflow's runs."""
    return _place(path) is not None


def read_store(files: Iterable[tuple[str, bytes]]) -> list[tuple[str, Mapping[str, Any]]]:
    """What MLflow's files say, as (event, fields) in the words of ``capture.semantics``.

    Args:
        files: Paths with their content.
    """
    found: list[tuple[str, Mapping[str, Any]]] = []
    names: dict[str, str] = {}
    stores: dict[str, str] = {}
    for path, data in files:
        place = _place(path)
        if place is None:
            continue
        root, run, form, name = place
        text = data.decode("utf-8", "replace")
        stores.setdefault(run, root)
        if form == _META:
            continue
        if form == "tags" and name == "mlflow.runName":
            names[run] = text
        if form == "metrics":
            found += [("declared", each) for each in _points(run, name, text)]
        elif not name.startswith(_OWN):
            value = typed(text) if form == "params" else text
            found.append(
                (
                    "declared",
                    {
                        "form": _FORMS[form],
                        "source": "mlflow",
                        "run": run,
                        "values": {name: value},
                    },
                )
            )
    links: list[tuple[str, Mapping[str, Any]]] = [
        (
            "link",
            {"system": "mlflow", "id": run, "uri": f"file://{root}", "name": names.get(run, "")},
        )
        for run, root in stores.items()
    ]
    return links + found


def _points(run: str, name: str, text: str) -> Iterable[dict[str, Any]]:
    for line in text.splitlines():
        words = line.split()
        try:
            value, step = float(words[1]), int(words[2]) if len(words) > 2 else 0
        except (IndexError, ValueError):
            continue
        yield {
            "form": "metrics",
            "source": "mlflow",
            "run": run,
            "values": {name: value if value - value == 0 else str(value)},
            "step": step,
        }


def _place(path: str) -> tuple[str, str, str, str] | None:
    """The store, the run, the form and the name of what a file holds."""
    parts = path.split("/")
    if STORE not in parts:
        return None
    at = len(parts) - 1 - parts[::-1].index(STORE)
    below = parts[at + 1 :]
    root = "/".join(parts[: at + 1])
    if len(below) == 3 and below[2] == _META and len(below[1]) == 32:
        return root, below[1], _META, ""
    if len(below) >= 4 and below[2] in _FORMS and len(below[1]) == 32:
        return root, below[1], below[2], "/".join(below[3:])
    return None
