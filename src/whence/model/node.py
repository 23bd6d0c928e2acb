"""What the graph joins."""

from dataclasses import dataclass
from enum import Enum

from whence.model.digest import Digest
from whence.model.identity import NodeId


class NodeKind(Enum):
    """Every kind of node. Artifacts come in several; ``ARTIFACT_KINDS`` lists them."""

    RUN = "run"
    JOB = "job"
    ACTOR = "actor"
    REGISTERED_MODEL = "registered_model"
    MODEL_VERSION = "model_version"
    DATASET = "dataset"
    MODEL = "model"
    CODE = "code"
    ENVIRONMENT = "environment"
    CONFIG = "config"
    EVALUATION = "evaluation"
    PROMPT = "prompt"
    INDEX = "index"
    DOCUMENT = "document"
    TOOL = "tool"
    SYSTEM = "system"
    SYSTEM_VERSION = "system_version"
    DEPLOYMENT = "deployment"


ARTIFACT_KINDS = frozenset(
    {
        NodeKind.DATASET,
        NodeKind.MODEL,
        NodeKind.CODE,
        NodeKind.ENVIRONMENT,
        NodeKind.CONFIG,
        NodeKind.EVALUATION,
        NodeKind.PROMPT,
        NodeKind.INDEX,
        NodeKind.DOCUMENT,
        NodeKind.TOOL,
    }
)
"""The kinds that are artifacts: immutable things with a history."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing in the graph. What may be said of it over time is in its facets."""

    id: NodeId
    kind: NodeKind
    name: str
    """How people call it: a path below the workspace, a job's name, ``delay@3``. Not unique."""
    digest: Digest | None = None
    """The identity of its content. Only artifacts have one, and not all: content can be unknown."""
    location: str | None = None
    """Where its bytes were met first, as a URI (RFC 3986). Never its identity."""

    @property
    def is_artifact(self) -> bool:
        """Whether it is a thing with content, rather than a doing, a person or a name."""
        return self.kind in ARTIFACT_KINDS
