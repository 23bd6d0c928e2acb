"""The published JSON Schemas (draft 2020-12) of records and of what the commands print."""

import json
from importlib.resources import files
from typing import Any

from whence.errors import NotFoundError

_FOLDER = "schemas"


def schema_names() -> list[str]:
    """Every schema, as ``what-version``."""
    names = (each.name for each in files(__package__).joinpath(_FOLDER).iterdir())
    return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))


def load_schema(name: str) -> dict[str, Any]:
    """A schema by its name, such as ``run-1``.

    Raises:
        NotFoundError: there is none of that name.
    """
    if name not in schema_names():
        raise NotFoundError(f"there is no schema {name!r}", hint=", ".join(schema_names()))
    text = files(__package__).joinpath(_FOLDER, f"{name}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
