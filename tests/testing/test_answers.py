from whence.model.edge import EDGE_RULES, EdgeKind
from whence.query.lineage import lineage_json
from whence.store.interface import Direction
from whence.testing.answers import Sketch, gallery


def test_a_sketch_joins_effects_to_causes() -> None:
    sketch = Sketch()
    run = sketch.run("train", used=["a.csv"], made=["m.pkl"])
    lineage = sketch.lineage("m.pkl", Direction.ORIGINS)
    assert lineage.nodes[0].node.name == "m.pkl"
    assert [(edge.kind, edge.role) for edge in lineage.edges] == [
        ("used", "input"),
        ("generated_by", "output"),
    ]
    assert lineage.edges[0].origin == lineage.edges[1].target == run


def test_answers_obey_the_edge_table() -> None:
    for lineage in gallery().values():
        kinds = {each.node.id: each.node.kind for each in lineage.nodes}
        assert lineage_json(lineage)["root"] in kinds
        for edge in lineage.edges:
            rule = EDGE_RULES[EdgeKind(edge.kind)]
            assert kinds[edge.origin] in rule.origins
            assert kinds[edge.target] in rule.targets
