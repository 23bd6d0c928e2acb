"""How nodes are joined. Every edge points to its origin, from effect to cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from whence.model.identity import NodeId
from whence.model.node import ARTIFACT_KINDS, NodeKind


class Basis(Enum):
    """How we know a thing. Observed beats declared beats inferred; all are kept."""

    OBSERVED = "observed"
    DECLARED = "declared"
    IMPORTED = "imported"
    INFERRED = "inferred"


class EdgeKind(Enum):
    """The ways in which one node comes from another."""

    USED = "used"
    GENERATED_BY = "generated_by"
    DERIVED_FROM = "derived_from"
    INFORMED_BY = "informed_by"
    PART_OF = "part_of"
    HAS_MEMBER = "has_member"
    FOLLOWS = "follows"
    ASSOCIATED_WITH = "associated_with"
    ATTRIBUTED_TO = "attributed_to"
    ACTED_FOR = "acted_for"
    PINS = "pins"
    VERSION_OF = "version_of"
    DEPLOYS = "deploys"


@dataclass(frozen=True, slots=True)
class EdgeRule:
    """One row of the edge table."""

    origins: frozenset[NodeKind]
    """What the edge may start from (the effect)."""
    targets: frozenset[NodeKind]
    """What it may end in (the cause)."""
    lineage: bool
    """Whether ``trace`` and ``impact`` follow it: whether content flowed along it."""
    prov: str
    """The relation of W3C PROV-DM that it means; empty where there is none."""


_RUN = frozenset({NodeKind.RUN})
_ACTOR = frozenset({NodeKind.ACTOR})
_VERSION = frozenset({NodeKind.MODEL_VERSION})
_SYSTEM = frozenset({NodeKind.SYSTEM_VERSION})
_DEPLOYMENT = frozenset({NodeKind.DEPLOYMENT})

EDGE_RULES: Mapping[EdgeKind, EdgeRule] = MappingProxyType(
    {
        EdgeKind.USED: EdgeRule(_RUN, ARTIFACT_KINDS, True, "used"),
        EdgeKind.GENERATED_BY: EdgeRule(ARTIFACT_KINDS, _RUN, True, "wasGeneratedBy"),
        EdgeKind.DERIVED_FROM: EdgeRule(ARTIFACT_KINDS, ARTIFACT_KINDS, True, "wasDerivedFrom"),
        EdgeKind.INFORMED_BY: EdgeRule(_RUN, _RUN, True, "wasInformedBy"),
        EdgeKind.PART_OF: EdgeRule(_RUN, _RUN, False, ""),
        EdgeKind.HAS_MEMBER: EdgeRule(
            ARTIFACT_KINDS | _SYSTEM, ARTIFACT_KINDS | _VERSION | _SYSTEM, True, "hadMember"
        ),
        EdgeKind.FOLLOWS: EdgeRule(_RUN, frozenset({NodeKind.JOB}), False, "hadPlan"),
        EdgeKind.ASSOCIATED_WITH: EdgeRule(_RUN, _ACTOR, False, "wasAssociatedWith"),
        EdgeKind.ATTRIBUTED_TO: EdgeRule(
            ARTIFACT_KINDS | _VERSION | _SYSTEM | _DEPLOYMENT,
            _ACTOR,
            False,
            "wasAttributedTo",
        ),
        EdgeKind.ACTED_FOR: EdgeRule(_ACTOR, _ACTOR, False, "actedOnBehalfOf"),
        EdgeKind.PINS: EdgeRule(_VERSION, ARTIFACT_KINDS, True, "specializationOf"),
        EdgeKind.VERSION_OF: EdgeRule(
            _VERSION | _SYSTEM,
            frozenset({NodeKind.REGISTERED_MODEL, NodeKind.SYSTEM}),
            False,
            "specializationOf",
        ),
        EdgeKind.DEPLOYS: EdgeRule(_DEPLOYMENT, _VERSION | _SYSTEM, True, "used"),
    }
)
"""Which kind may join what; ``docs/decisions/0004-registry-edges.md`` has the last three."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One statement that an effect came from a cause."""

    origin: NodeId
    """The effect."""
    target: NodeId
    """The cause."""
    kind: EdgeKind
    basis: Basis
    role: str = ""
    """The part that the artifact played: ``input``, ``output``, ``code``, ``config`` …; for
    ``derived_from`` the relation: ``copied``, ``subset``, ``fine-tuned`` …"""
    detail: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What belongs to this meeting alone, such as the path under which a run met a file."""
