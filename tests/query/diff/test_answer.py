import json

from jsonschema import Draft202012Validator

from whence.query.diff import diff, difference_json
from whence.testing.worlds import Version, World, digest_of, pipeline
from whence.wire.schema import load_schema

CODE = {**Version().code, "train.py": "fit otherwise"}


def test_the_answer_is_what_its_schema_says() -> None:
    world = World(
        *pipeline(Version()),
        *pipeline(Version(2, data="fewer", code=CODE, leaves=63, packages={}, auc=0.7)),
    )
    validator = Draft202012Validator(load_schema("difference-1"))
    runs = world.run("evaluate", 1), world.run("evaluate", 2)
    found = difference_json(diff(world.store, *runs, text_of=lambda sha256: sha256 + "\n"))
    validator.validate(found)
    assert json.loads(json.dumps(found)) == found
    assert {layer["status"] for layer in found["layers"].values()} == {"changed"}
    assert (found["a"]["kind"], found["a"]["name"]) == ("run", "evaluate")
    assert [(step["job"], step["a"] == step["b"]) for step in found["steps"]] == [
        ("prepare", False),
        ("train", False),
        ("evaluate", False),
    ]
    (code,) = found["layers"]["code"]["changes"]
    assert code == {
        "what": "changed",
        "name": "train.py",
        "path": "train.py",
        "a": digest_of("read, fit, write"),
        "b": digest_of("fit otherwise"),
        "step": "train",
        "steps": ["train"],
        "hunks": [f"@@ -1 +1 @@\n-{digest_of('read, fit, write')}\n+{digest_of('fit otherwise')}"],
        "added": 1,
        "removed": 1,
        "edits": [
            {
                "hunk": 0,
                "part": "loaded",
                "line": 1,
                "added": 1,
                "removed": 1,
                "before": [digest_of("read, fit, write")],
                "after": [digest_of("fit otherwise")],
            }
        ],
        "followed": "",
    }
    assert [(each["rank"], each["name"], each["kind"]) for each in found["ranking"]] == [
        (1, "data/flights.csv", "data"),
        (2, "train.py:1", "code-loaded"),
        (3, "pandas", "package-major"),
        (4, "scikit-learn", "package-major"),
        (5, "model.leaves", "unnamed"),
    ]
    assert found["incomparable"] == []
    assert found["ranking"][1]["edit"]["part"] == "loaded"
    assert found["layers"]["code"]["state"]["a"]["commit"] == "3ab1c9f0"
    (auc,) = found["layers"]["metrics"]["changes"]
    assert (auc["name"], auc["a"], auc["b"], auc["delta"]) == ("auc", 0.764, 0.7, -0.064)


def test_the_model_that_is_asked_about_says_what_it_holds() -> None:
    world = World(*pipeline(Version()))
    model = world.thing("models/delay.joblib")
    found = difference_json(diff(world.store, model, model))
    assert found["a"] == found["b"]
    assert set(found["a"]) == {"id", "kind", "name", "digest", "run"}
    assert found["a"]["run"]["job"] == "train"
    assert found["status"] == "same"
    assert found["layers"]["data"] == {"status": "same", "changes": []}
