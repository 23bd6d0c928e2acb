"""What a model card, or an adapter's configuration, claims of the model that it lies beside."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from whence.model.edge import Basis
from whence.model.node import NodeKind
from whence.recording.observation import Claim, FileSeen

CARDS = frozenset("readme.md model_card.md modelcard.md model-card.md adapter_config.json".split())
"""Names of files, in small letters, that say of a model what it is."""

LARGEST = 256 * 1024
"""Bytes; a larger file is no card."""

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_DIGEST = re.compile(r"(?i)sha-?256\W{1,12}([0-9a-f]{64})\b")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "model": ("model_name", "name", "model_id"),
    "version": ("version", "model_version"),
    "base": ("base_model", "base_model_name_or_path"),
    "sha256": ("sha256", "model_sha256", "digest", "hash"),
}
"""What may be claimed → the keys that claim it."""


def is_card(path: str) -> bool:
    """Whether a file may be a model card, by its name."""
    return path.rpartition("/")[2].lower() in CARDS


def read_card(path: str, data: bytes) -> Claim | None:
    """The claims in a card; ``None`` where it makes none."""
    text = data.decode("utf-8", "replace")
    told = _mapping(path, text)
    found = {claim: _first(told, keys) for claim, keys in _WORDS.items()}
    if not found["model"]:
        found["model"] = _first(_first_index(told), ("name",))
    digest = found["sha256"].lower().removeprefix("sha256:")
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        digests = {each.lower() for each in _DIGEST.findall(text)}
        digest = digests.pop() if len(digests) == 1 else ""
    found["sha256"] = digest
    if not any(found[claim] for claim in ("version", "base", "sha256")):
        return None
    return Claim(source="", **found)


def _mapping(path: str, text: str) -> Mapping[str, Any]:
    """The facts of a card: its front matter in YAML, or the whole of a JSON file."""
    try:
        if path.lower().endswith(".json"):
            told = json.loads(text)
        else:
            front = _FRONT.match(text)
            told = _yaml(front[1]) if front else {}
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, Mapping) else {}


def _yaml(text: str) -> Any:
    """The text as plain values, each as it is written: version 1.10 is not 1.1."""
    try:
        import yaml  # noqa: PLC0415  only where there is a card
    except ImportError:
        return {}
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  it makes texts, lists and mappings alone
    except yaml.YAMLError:
        return {}


def _first(told: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = told.get(key)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            return str(value)[:300]
    return ""


def _first_index(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one entry of ``model-index``, in which Hugging Face's cards name a model."""
    index = told.get("model-index")
    if isinstance(index, list) and len(index) == 1 and isinstance(index[0], Mapping):
        return index[0]
    return {}


def add_cards(
    files: tuple[FileSeen, ...], cards: Mapping[str, tuple[str, Claim]]
) -> tuple[FileSeen, ...]:
    """The files of a run, the models among them with what the card beside them claims.

    A digest is claimed of a model that lies alone with its card; of several nobody knows which.

    Args:
        files: What the run used, or made.
        cards: Folder's location → the card's name and its claims.
    """
    if not cards:
        return files
    count: dict[str, int] = {}
    for file in files:
        if _is_model(file):
            folder = _folder(file, cards)
            count[folder] = count.get(folder, 0) + 1
    claimed = []
    for file in files:
        folder = _folder(file, cards) if _is_model(file) else ""
        if folder not in cards:
            claimed.append(file)
            continue
        name, claim = cards[folder]
        alone = count[folder] == 1 and not file.members
        said = replace(claim, source=name, sha256=claim.sha256 if alone else "")
        claimed.append(replace(file, claims=(*file.claims, said)))
    return tuple(claimed)


def _is_model(file: FileSeen) -> bool:
    return file.kind is NodeKind.MODEL and file.basis is Basis.OBSERVED


def _folder(file: FileSeen, cards: Mapping[str, tuple[str, Claim]]) -> str:
    """Where a model's card lies: in the folder that it is, or in the one that holds it."""
    return file.location if file.location in cards else file.location.rpartition("/")[0]
