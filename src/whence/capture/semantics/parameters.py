"""What steered a run: configuration that was read, and arguments that libraries were given."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from whence.capture.agent.reports import Telling
from whence.model.gap import Gap
from whence.recording.redact import redact_value

MOST = 2_000
"""How many values a record says of one run."""

INSTANCES = 20
"""How many things of one name are told apart by number, where they were steered differently."""

COMMAND_LINE = "command line"

_COMPOSING = "defaults"
"""The list in Hydra's files that says which others belong to them."""


class Configured:
    """A program's own configuration, as the library that read it gave it to the program."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, Any]] = {}
        self._given: list[Any] = []
        self.composed = False
        """Whether files were put together by what stands in them, as Hydra does."""

    def take(self, told: Mapping[str, Any]) -> None:
        """Add one telling; a later one of the same name is what the program went on with."""
        self.composed = self.composed or told["source"] == "hydra"
        for name, value in told["values"].items():
            origin = told["origins"].get(name, "")
            if origin == COMMAND_LINE:
                self._given.append(value)
                source = COMMAND_LINE
            else:
                source = f"{told['source']}, {origin}" if origin else told["source"]
            self.values[name] = {"value": redact_value(name, value), "source": source}

    def settles(self, name: str) -> bool:
        """Whether a value of a file, under this name in it, is told here as it came out."""
        if name == _COMPOSING and self.composed:
            return True
        head, colon, own = name.rpartition(":")
        wanted = own if colon and "." in head else name
        return any(each == wanted or each.endswith(f".{wanted}") for each in self.values)

    def knows(self, name: str, value: Any) -> bool:
        """Whether a word of the command line, as it looks from outside, is told here better."""
        return name.replace("-", "_") in self.values or any(
            type(each) is type(value) and each == value for each in self._given
        )


def read_parameters(told: Iterable[Telling]) -> tuple[dict[str, Any], Configured, list[Gap]]:
    """Arguments of libraries by dotted name, and the program's configuration."""
    configured = Configured()
    owners: dict[str, list[dict[str, dict[str, Any]]]] = {}
    left_out: dict[str, int] = {}
    for each in told:
        if each.event == "configured":
            configured.take(each.fields)
        elif each.event == "parameters":
            owner = str(each.fields["owner"])
            if not _add_instance(owners.setdefault(owner, []), _values(each.fields)):
                left_out[owner] = left_out.get(owner, 0) + 1
    found: dict[str, Any] = {}
    for owner, instances in owners.items():
        for number, values in enumerate(instances, 1):
            called = owner if number == 1 else f"{owner}#{number}"
            for name, detail in values.items():
                told_of = {**detail, "owner": called} if called else detail
                found[f"{called}.{name}" if called else name] = told_of
    gaps = [
        Gap("truncated", owner, f"{count} more were steered in other ways; {INSTANCES} are told")
        for owner, count in left_out.items()
    ]
    if len(found) > MOST:
        gaps.append(Gap("truncated", "parameters", f"{len(found):,} values; {MOST:,} are told"))
        found = dict(list(found.items())[:MOST])
    return found, configured, gaps


def merge_parameters(
    outside: Mapping[str, Any], inside: Mapping[str, Any], configured: Configured
) -> dict[str, Any]:
    """All that is known, the better account of a value in place of the poorer.

    Args:
        outside: From the command's words and the configuration files that were read.
        inside: From libraries' arguments.
        configured: From the libraries that read command lines and configuration.
    """
    merged: dict[str, Any] = {}
    for name, detail in outside.items():
        from_words = detail.get("source") == COMMAND_LINE
        if from_words and configured.knows(name, detail["value"]):
            continue
        if not from_words and configured.settles(name):
            continue  # what the program went on with; the file has its own bytes in the record
        merged[name] = detail
    merged |= configured.values
    for name, detail in inside.items():
        merged.setdefault(name, detail)
    return merged


def _values(told: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    defaults = set(told.get("defaults") or ())
    found = {}
    for name, value in told["values"].items():
        detail = {"value": redact_value(name, value), "source": told.get("source") or ""}
        if name in defaults:
            detail["default"] = True
        found[str(name)] = detail
    return found


def _add_instance(
    instances: list[dict[str, dict[str, Any]]], values: dict[str, dict[str, Any]]
) -> bool:
    """Add to the first thing of the same name that is not steered otherwise; or it is another."""
    for each in instances:
        if _agree(each, values):
            for name, detail in values.items():
                kept = each.get(name)
                if kept is None or (kept.get("default") and not detail.get("default")):
                    each[name] = detail
            return True
    if len(instances) >= INSTANCES:
        return False
    instances.append(values)
    return True


def _agree(one: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]) -> bool:
    return all(other[name]["value"] == one[name]["value"] for name in one.keys() & other.keys())


def seeds_among(parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Parameters that are seeds by their name, and were set."""
    found = {}
    for name, detail in parameters.items():
        last = name.rpartition(".")[2].rpartition("__")[2]
        value = detail["value"]
        if last in SEED_NAMES and isinstance(value, int) and not isinstance(value, bool):
            found[name] = {"value": value, "source": detail["source"]}
            if detail.get("default"):
                found[name]["default"] = True
    return found


SEED_NAMES: Sequence[str] = (
    "random_state seed random_seed rng_seed data_seed np_seed torch_seed seed_value "
    "manual_seed global_seed data_random_seed bagging_seed feature_fraction_seed extra_seed"
).split()
