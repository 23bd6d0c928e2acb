"""Small lineages written by hand, for what is made of answers and needs no store.

A sketch names things by short words and joins effects to causes::

    sketch = Sketch()
    sketch.run("train", made=["models/delay.joblib"], used=["data/flights.csv"])
    lineage = sketch.lineage("models/delay.joblib")
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from whence.model.digest import Digest
from whence.model.gap import Gap
from whence.model.identity import NodeId, derived_id
from whence.model.node import ARTIFACT_KINDS, Node, NodeKind
from whence.query.lineage import Lineage, LineageEdge, LineageNode
from whence.store.interface import Direction
from whence.testing.worlds import digest_of

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_ROLES = {
    NodeKind.CODE: "code",
    NodeKind.ENVIRONMENT: "environment",
    NodeKind.CONFIG: "config",
}


class Sketch:
    """Things and how they are joined, in the order in which they were named."""

    def __init__(self) -> None:
        self._nodes: dict[str, LineageNode] = {}
        self._edges: list[LineageEdge] = []

    def thing(
        self,
        name: str,
        kind: NodeKind = NodeKind.DATASET,
        facts: Mapping[str, Any] = _NOTHING,
        gaps: Sequence[Gap] = (),
        *,
        known: bool = True,
    ) -> NodeId:
        """Name a thing, or say more of one; ``known`` tells whether its content is."""
        plain = name.encode("unicode_escape").decode()  # any text may be a name here
        node_id = derived_id("sketch", plain)
        has_digest = kind in ARTIFACT_KINDS and known
        shown = facts.get("job", name)
        node = Node(node_id, kind, shown, Digest(digest_of(plain)) if has_digest else None)
        self._nodes[name] = LineageNode(node, facts, tuple(gaps))
        return node_id

    def run(
        self,
        name: str,
        *,
        used: Sequence[str] = (),
        made: Sequence[str] = (),
        gaps: Sequence[Gap] = (),
        basis: str = "observed",
        **facts: Any,
    ) -> NodeId:
        """A run with what it used and made; things not named before are data.

        The fact ``job`` gives several runs one name.
        """
        said = {
            "state": "completed",
            "started_at": "2026-11-20T09:00:00.000Z",
            "ended_at": "2026-11-20T09:00:12.300Z",
            **facts,
        }
        node_id = self.thing(name, NodeKind.RUN, said, gaps)
        for each in used:
            self._name(each)
            role = _ROLES.get(self._nodes[each].node.kind, "input")
            self.join(name, each, "used", role=role, basis=basis)
        for each in made:
            self.join(each, name, "generated_by", role="output", basis=basis)
        return node_id

    def join(
        self,
        effect: str,
        cause: str,
        kind: str = "derived_from",
        *,
        role: str = "",
        basis: str = "observed",
    ) -> None:
        """Say that one thing came from another."""
        self._name(effect)
        self._name(cause)
        ends = (self._nodes[effect].node.id, self._nodes[cause].node.id)
        self._edges.append(LineageEdge(*ends, kind, basis, role))

    def lineage(
        self,
        root: str,
        direction: Direction = Direction.ORIGINS,
        gaps: Sequence[Gap] = (),
        *,
        truncated: bool = False,
    ) -> Lineage:
        """All of it as the answer to a question about one thing."""
        first = self._nodes[root]
        nodes = (first, *(each for each in self._nodes.values() if each is not first))
        carried = [gap for each in nodes for gap in each.gaps]
        return Lineage(
            root=first.node.id,
            direction=direction,
            nodes=nodes,
            edges=tuple(self._edges),
            gaps=tuple(dict.fromkeys([*carried, *gaps])),
            truncated=truncated,
        )

    def _name(self, name: str) -> None:
        if name not in self._nodes:
            self.thing(name)


def model_story() -> Sketch:
    """From a table to a registered model, with a gap, a failure and every basis."""
    sketch = Sketch()
    unknown = Gap(
        "origin-unknown",
        "data/flights.csv",
        "no recorded run made it",
        "record the run that makes it, or declare its source",
    )
    sketch.thing("models/delay.joblib", NodeKind.MODEL, {"size": 1_204_000})
    sketch.thing("data/flights.csv", facts={"size": 31_000_000, "rows": 336_776}, gaps=[unknown])
    sketch.thing("data/clean.parquet", facts={"size": 11_200_000, "rows": 327_346})
    facts = {"python": "3.11.7", "packages": 84}
    sketch.thing("python 3.11.7", NodeKind.ENVIRONMENT, facts)
    sketch.thing("config.yaml", NodeKind.CONFIG, {"size": 1234})
    for job in ("prepare", "train"):
        sketch.thing(f"code of {job}", NodeKind.CODE)
        sketch.thing(f"{job}.py", NodeKind.CODE)
        sketch.join(f"code of {job}", f"{job}.py", "has_member")
    sketch.thing("reports/metrics.json", NodeKind.EVALUATION, {"size": 412})
    sketch.thing("delay@1", NodeKind.MODEL_VERSION)
    sketch.thing("notes.md", NodeKind.DOCUMENT)
    sketch.run(
        "prepare",
        used=["data/flights.csv", "code of prepare", "python 3.11.7"],
        made=["data/clean.parquet"],
        commit="3ab1c9f0aa",
        dirty=True,
    )
    sketch.run(
        "train",
        used=["data/clean.parquet", "code of train", "python 3.11.7", "config.yaml"],
        made=["models/delay.joblib"],
        commit="3ab1c9f0aa",
        dirty=True,
    )
    sketch.run(
        "evaluate",
        used=["models/delay.joblib", "data/clean.parquet", "python 3.11.7"],
        made=["reports/metrics.json"],
    )
    sketch.run(
        "serve",
        used=["models/delay.joblib"],
        gaps=[Gap("observer-blind", "io_uring", "reads through io_uring were not seen")],
        state="failed",
        exit_status=1,
    )
    sketch.join("delay@1", "models/delay.joblib", "pins", basis="declared")
    sketch.join("notes.md", "reports/metrics.json", role="copied", basis="inferred")
    sketch.run("upload", used=["notes.md"], basis="imported")
    return sketch


def sweep_story() -> Sketch:
    """Sixty runs on one table, one of which failed and one of which was used further."""
    sketch = Sketch()
    sketch.thing("data/clean.parquet", facts={"size": 11_200_000})
    for number in range(60):
        model = f"models/{number:02}.pkl"
        bad = number == 7
        if not bad:
            sketch.thing(model, NodeKind.MODEL, {"size": 1000 + number})
        sketch.run(
            f"sweep {number}",
            used=["data/clean.parquet"],
            made=[] if bad else [model],
            job="sweep",
            state="killed" if bad else "completed",
            signal="SIGKILL" if bad else None,
        )
    sketch.join("best@1", "models/42.pkl", "pins", basis="declared")
    sketch.thing("best@1", NodeKind.MODEL_VERSION)
    return sketch


def hostile_story() -> Sketch:
    """Names that try to be markup, commands, or somebody else."""
    sketch = Sketch()
    names = [
        'data/"><script>alert(1)</script>.csv',
        "x\x1b[2J\r\n\t.csv",
        "invoice\u202efdp.exe",
        'a\\N\\l"]; b [label="c',
        "1. list #quot; %% `code` **bold** _it_ end",
        "&lt;not an entity&gt; &amp;",
        "größe/数据/🛫.csv",
        "/srv/"
        + "a-long-folder/" * 12
        + "and_a_name_that_is_too_long_for_any_box_2013_final_v2.csv",
    ]
    kinds = [kind for kind in NodeKind if kind in ARTIFACT_KINDS]
    for at, name in enumerate(names):
        sketch.thing(name, kinds[at % len(kinds)], {"size": at})
    sketch.run("read\x00all", used=names, gaps=[Gap("erased", "<b>", "a & b \u2028 c")])
    return sketch


def gallery() -> dict[str, Lineage]:
    """Answers that show every mark that a drawing knows, by name."""
    return {
        "origins": model_story().lineage("delay@1"),
        "effects": model_story().lineage("data/flights.csv", Direction.EFFECTS),
        "sweep": sweep_story().lineage("data/clean.parquet", Direction.EFFECTS),
        "hostile": hostile_story().lineage("read\x00all"),
        "alone": _alone(),
    }


def _alone() -> Lineage:
    sketch = Sketch()
    sketch.thing("data/flights.csv", known=False)
    gap = Gap("truncated", "/elsewhere", "there was more than is kept")
    return sketch.lineage("data/flights.csv", gaps=[gap], truncated=True)
