"""The formula of completeness as data; ``docs/completeness.md`` says the same in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of thing that may be known."""

    name: str
    weight: int
    """What it counts in the score of all layers together."""
    about: str
    """What its questions are asked of: ``thing``, ``run`` or ``model``."""
    absent: str
    """Why it does not apply where nothing asks for it."""
    questions: Mapping[str, int]
    """What is asked, and what the answer weighs within the layer."""


LAYERS: Mapping[str, Layer] = MappingProxyType(
    {
        each.name: each
        for each in (
            Layer("data", 3, "thing", "it came from no data", {"content": 1, "origin": 3}),
            Layer("code", 2, "run", "no code of the project ran", {"files": 2, "version": 1}),
            Layer("parameters", 1, "run", "no recorded run", {"command": 1, "values": 2}),
            Layer("environment", 1, "run", "no recorded run", {"system": 1, "packages": 2}),
            Layer("seeds", 1, "run", "no use of randomness was seen", {"seeds": 1}),
            Layer("evaluation", 1, "model", "it is no model", {"measured": 2, "measured on": 1}),
            Layer(
                "base model",
                1,
                "model",
                "no model went into it",
                {"content": 1, "training data": 2},
            ),
        )
    }
)
"""Every layer, in the order in which it is told."""

QUESTIONS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("data", "content"): "its bytes are known by digest",
        ("data", "origin"): "a run, other things or an address are recorded as its origin",
        ("code", "files"): "the source files that ran are known by digest",
        ("code", "version"): "each of them is in a commit, or the changes to it are kept",
        ("parameters", "command"): "the command and its arguments are known",
        ("parameters", "values"): "every source of parameters could be read",
        ("environment", "system"): "the interpreter or the operating system is known",
        ("environment", "packages"): "the installed packages are known by version",
        ("seeds", "seeds"): "every source of randomness that was used had been seeded",
        ("evaluation", "measured"): "somebody measured how good it is",
        ("evaluation", "measured on"): "on which data, is known",
        ("base model", "content"): "its bytes are known by digest",
        ("base model", "training data"): "what it was trained on is recorded",
    }
)
"""When the answer to a question is known."""

LINK_PART = 1 / 4
"""Of what a thing weighs in the layer of data: what knowing its maker answers. Knowing its bytes
answers ``content``; the rest is answered by what the maker used, in equal parts."""

STEP_BACK = 1 / 2
"""What a run leaves of its weight to the things that it used, in equal parts."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a remedy costs whoever applies it."""

    name: str
    rank: int
    """Lower is cheaper."""
    meaning: str


COSTS: Mapping[str, Cost] = MappingProxyType(
    {
        each.name: each
        for each in (
            Cost("command", 1, "one command"),
            Cost("rerun", 2, "a command, then run it again"),
            Cost("edit", 3, "an edit, then run it again"),
            Cost("ask", 4, "somebody else has to answer"),
        )
    }
)
"""Every class of cost, cheapest first."""

TOLD = 3
"""How many remedies are told."""
