import pytest

from whence.drawing.telling import (
    code_facts,
    content_facts,
    digest_text,
    duration_of,
    gap_text,
    is_troubled,
    place_gaps,
    state_text,
)
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.query.lineage import LineageNode
from whence.testing.answers import Sketch


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"state": "completed", "exit_status": 0}, "completed"),
        ({"state": "failed", "exit_status": 3}, "failed (exit status 3)"),
        ({"state": "failed"}, "failed"),
        ({"state": "killed", "signal": "SIGKILL"}, "killed (SIGKILL)"),
        ({"state": "running"}, "running"),
        ({"state": "unknown"}, "end unknown"),
        ({}, "end unknown"),
    ],
)
def test_how_a_run_ended(facts: dict[str, object], told: str) -> None:
    assert state_text(facts) == told


def the(sketch: Sketch, name: str) -> LineageNode:
    return sketch.lineage(name).nodes[0]


def test_facts_of_things() -> None:
    sketch = Sketch()
    sketch.thing("a", facts={"size": 1, "rows": 1})
    sketch.thing("folder", facts={"files": 2})
    sketch.thing("env", NodeKind.ENVIRONMENT, {"python": "3.11", "packages": 1})
    sketch.thing("gone", known=False)
    assert content_facts(the(sketch, "a")) == ["1 B", "1 row"]
    assert content_facts(the(sketch, "folder")) == ["2 files"]
    assert content_facts(the(sketch, "env")) == ["Python 3.11", "1 package"]
    assert digest_text(the(sketch, "gone")) == "content unknown"
    assert digest_text(the(sketch, "a")).startswith("sha256:")


def test_facts_of_runs() -> None:
    sketch = Sketch()
    sketch.run("a", commit="3ab1c9f0", dirty=False)
    sketch.run("b", commit="3ab1c9f0", dirty=True, state="killed")
    a, b = the(sketch, "a"), the(sketch, "b")
    assert duration_of(a.facts) == "12.3 s"
    assert duration_of({}) == ""
    assert code_facts([a]) == ["commit 3ab1c9f"]
    assert code_facts([b, b]) == ["commit 3ab1c9f", "uncommitted changes"]
    assert code_facts([a, b]) == []
    assert (is_troubled(a), is_troubled(b)) == (False, True)
    assert digest_text(a) == ""


def test_gaps_in_words() -> None:
    gap = Gap("content-unknown", "a.csv", "it was gone")
    assert gap_text(gap, "a.csv") == "it was gone"
    assert gap_text(gap, "train") == "a.csv: it was gone"
    assert gap_text(Gap("actor-unknown", "", ""), "x") == "who ran it is unknown"


def test_gaps_find_their_place() -> None:
    own = Gap("content-unknown", "a.csv", "it was gone")
    by_name, lost = Gap("erased", "b.csv", "erased"), Gap("erased", "c.csv", "erased")
    sketch = Sketch()
    sketch.thing("a.csv", gaps=[own])
    node = sketch.thing("b.csv")
    by_id = Gap("erased", node, "erased too")
    placed, elsewhere = place_gaps(sketch.lineage("a.csv", gaps=[by_name, by_id, lost]))
    assert list(placed.values()) == [(own,), (by_name, by_id)]
    assert elsewhere == (lost,)
