"""How each kind of thing is called and drawn: outline, glyph, word and colour, never one alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from whence.drawing.figures import counted
from whence.model.node import NodeKind


@dataclass(frozen=True, slots=True)
class KindLook:
    """One row of the table of kinds."""

    word: str
    """What it is called, in the singular."""
    many: str
    """What several are called."""
    colour: str
    """A row of ``COLOURS``."""
    outline: str
    """A row of ``outlines.OUTLINES``."""
    glyph: str
    """A row of ``outlines.GLYPHS``."""


KIND_LOOKS: Mapping[NodeKind, KindLook] = MappingProxyType(
    {
        NodeKind.RUN: KindLook("run", "runs", "step", "pill", "play"),
        NodeKind.DATASET: KindLook("data", "files", "data", "box", "cylinder"),
        NodeKind.MODEL: KindLook("model", "models", "model", "hexagon", "cube"),
        NodeKind.MODEL_VERSION: KindLook(
            "model version", "model versions", "model", "label", "ribbon"
        ),
        NodeKind.REGISTERED_MODEL: KindLook(
            "registered model", "registered models", "model", "label", "ribbon"
        ),
        NodeKind.CODE: KindLook("code", "code files", "input", "cut", "brackets"),
        NodeKind.ENVIRONMENT: KindLook("environment", "environments", "input", "cut", "layers"),
        NodeKind.CONFIG: KindLook("configuration", "configurations", "input", "cut", "sliders"),
        NodeKind.PROMPT: KindLook("prompt", "prompts", "input", "cut", "speech"),
        NodeKind.EVALUATION: KindLook("evaluation", "evaluations", "paper", "page", "bars"),
        NodeKind.DOCUMENT: KindLook("document", "documents", "paper", "page", "lines"),
        NodeKind.INDEX: KindLook("index", "indexes", "data", "box", "grid"),
        NodeKind.TOOL: KindLook("tool", "tools", "input", "cut", "wrench"),
        NodeKind.SYSTEM: KindLook("system", "systems", "model", "label", "parts"),
        NodeKind.SYSTEM_VERSION: KindLook(
            "system version", "system versions", "model", "hexagon", "parts"
        ),
        NodeKind.DEPLOYMENT: KindLook("deployment", "deployments", "serving", "double", "rise"),
        NodeKind.JOB: KindLook("job", "jobs", "step", "pill", "lines"),
        NodeKind.ACTOR: KindLook("actor", "actors", "input", "pill", "person"),
    }
)


@dataclass(frozen=True, slots=True)
class Colour:
    """One hue in both modes; text passes 4.5:1 on its ground, lines pass 3:1 (WCAG 2.2, 1.4)."""

    light: str
    dark: str


COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "data": Colour("#00639b", "#6cb8ea"),
        "step": Colour("#8a5a00", "#e2ac4c"),
        "input": Colour("#4c5661", "#b4bdc8"),
        "model": Colour("#b3400c", "#ff9a66"),
        "serving": Colour("#1b2126", "#e8ecf0"),
        "paper": Colour("#8b3f7a", "#e39bcf"),
    }
)
"""The hues of Okabe and Ito, darkened or lightened until they can be read."""


def many_of(kind: NodeKind, count: int) -> str:
    """So many of a kind, in words: ``1 run``, ``12 files``."""
    look = KIND_LOOKS[kind]
    one = "file" if kind is NodeKind.DATASET else look.word
    return counted(count, one, look.many)
