"""Which change is told first, in worlds where one of each kind was planted."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.query.diff import diff
from whence.query.diff.candidates import _PARTS
from whence.query.diff.difference import Candidate, Difference
from whence.query.diff.ran import Part
from whence.query.diff.ranking import _MOVING, _SET_IN_CODE
from whence.query.diff.weights import WEIGHTS
from whence.recording.observation import FileSeen, RunSeen
from whence.testing.worlds import World, digest_of, environment_seen, file_seen, run_seen

TEXT = "def f(rate):\n    return rate * 1\n\nf(3)\n"
RAN = {
    "by": "functions",
    "files": {"train.py": {"functions": [[1, "<module>"], [1, "f"]]}},
    "whole": True,
}
TEXTS: dict[str, str] = {}


def code(text: str) -> dict[str, str]:
    TEXTS[digest_of(text)] = text
    return {"train.py": text}


def table(name: str, content: str, rows: int = 10, kind: NodeKind = NodeKind.DATASET) -> FileSeen:
    return replace(file_seen(name, content, kind), table={"rows": rows, "columns": []})


DATA = table("data.csv", "1")
MODEL = file_seen("m.pkl", "1", NodeKind.MODEL, "output")


def trained(number: int, **more: Any) -> RunSeen:
    fields: dict[str, Any] = {
        "code": code(TEXT),
        "used": (DATA,),
        "executed": RAN,
        "generated": (replace(MODEL, sha256=digest_of(str(number))),),
        "parameters": {"rate": {"value": 1, "source": "command line"}},
    }
    return run_seen("train", number, **{**fields, **more})


def compared(
    a: RunSeen, b: RunSeen, *others: RunSeen, rows: dict[str, Any] | None = None
) -> Difference:
    world = World(a, b, *others)
    return diff(
        world.store,
        world.run("train", 1),
        world.run("train", 2),
        text_of=TEXTS.get,
        tables=lambda _a, _b, _name: rows,
    )


def ranked(found: Difference) -> list[tuple[str, str]]:
    return [(each.name, each.kind) for each in found.ranking]


def changed(rows: dict[str, Any] | None = None, /, **more: Any) -> list[tuple[str, str]]:
    return ranked(compared(trained(1), trained(2, **more), rows=rows))


def test_two_equal_runs_have_no_cause() -> None:
    assert changed() == []


def test_a_line_whose_function_ran_stands_before_one_that_did_not() -> None:
    text = TEXT.replace("* 1", "* 2") + "\n\ndef g():\n    return 1\n"
    assert changed(code=code(text)) == [
        ("train.py:2", "code-called"),
        ("train.py:7", "code-idle"),
    ]


def test_every_part_and_every_kind_has_its_weight() -> None:
    assert get_args(Part) == tuple(_PARTS)
    assert set(_PARTS.values()) | _SET_IN_CODE | _MOVING <= WEIGHTS.keys()


def test_code_that_was_not_seen_to_run_may_have_where_not_all_was_seen() -> None:
    text = TEXT + "\n\ndef g():\n    return 1\n"
    executed = {**RAN, "whole": False, "reasons": ["a process ended before it could tell"]}
    a = trained(1, executed=executed, code=code(text))
    b = trained(2, executed=executed, code=code(text.replace("return 1\n", "return 2\n")))
    assert ranked(compared(a, b)) == [("train.py:8", "code-unseen")]


def test_code_that_did_not_run_explains_nothing() -> None:
    found = compared(trained(1), trained(2, code=code(TEXT + "\n\ndef g():\n    return 1\n")))
    (output,) = found.layers["outputs"].changes
    assert output.detail["cause"] == "unexplained"
    found = compared(trained(1), trained(2, code=code(TEXT.replace("f(3)", "f(4)"))))
    (output,) = found.layers["outputs"].changes
    assert output.detail["because"] == [{"layer": "code", "name": "train.py"}]


def test_a_setting_stands_behind_code_that_ran_and_before_packages() -> None:
    a = trained(1, imports=("x", "y"), named_imports=("x",), packages={"x": "1.0", "y": "1.0"})
    b = trained(
        2,
        code=code(TEXT.replace("f(3)", "f(4)")),
        parameters={"rate": {"value": 2, "source": "command line"}},
        imports=("x", "y"),
        named_imports=("x",),
        packages={"x": "2.0", "y": "2.0"},
    )
    assert ranked(compared(a, b)) == [
        ("train.py:4", "code-ran"),
        ("rate", "setting"),
        ("x", "package-major"),
        ("y", "package-below"),
    ]


def test_an_argument_that_a_changed_line_gave_is_told_with_the_line() -> None:
    def argument(value: int) -> dict[str, Any]:
        return {"M.size": {"value": value, "source": "sklearn", "owner": "M"}}

    a = trained(1, code=code("M(size=10)\n"), parameters=argument(10))
    b = trained(2, code=code("M(size=20)\n"), parameters=argument(20))
    (only,) = compared(a, b).ranking
    assert (only.name, only.kind) == ("train.py:1", "code-ran")
    assert only.says == "its lines ran; it sets M.size"


def test_a_line_that_only_sets_a_seed_is_no_more_than_the_seed() -> None:
    a = trained(1, code=code("seed(10)\n"), seeds={"random": {"value": 10, "source": "call"}})
    b = trained(2, code=code("seed(20)\n"), seeds={"random": {"value": 20, "source": "call"}})
    (only,) = compared(a, b).ranking
    assert (only.name, only.kind, only.layer) == ("train.py:1", "seed", "code")


def rows(came: int, gone: int, **more: Any) -> dict[str, Any]:
    counts = {"added": came, "removed": gone, "unchanged": 10}
    return {"rows_before": 20, "rows_after": 20, "rows": counts, "sentences": [], **more}


def keyed(changed: int, **columns: int) -> dict[str, Any]:
    named = [{"name": name, "rows": count} for name, count in columns.items()]
    told = rows(0, 0, columns_changed=named)
    return {**told, "rows": {**told["rows"], "changed": changed}}


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (rows(1, 1), "data-rows"),
        (rows(0, 0), "order"),
        (rows(0, 0, added=[{"name": "x"}]), "data-columns"),
        (rows(3, 3, values_changed=["shelf"]), "unused-columns"),
        (keyed(3, shelf=3), "unused-columns"),
        (keyed(3, shelf=3, x=1), "data-rows"),
        ({"rows": None}, "data"),
        (None, "data"),
    ],
)
def test_what_changed_in_a_table(told: dict[str, Any] | None, kind: str) -> None:
    inputs = [
        {"role": "X", "of": ["data.csv"], "columns": ["x"]},
        {"role": "y", "of": ["data.csv"], "columns": ["late"]},
    ]
    steps = {"steps": [{"kind": "fit", "inputs": inputs}]}
    other = table("data.csv", "2")
    found = compared(trained(1, steps=steps), trained(2, used=(other,), steps=steps), rows=told)
    assert ranked(found) == [("data.csv", kind)]


def test_labels_among_what_changed_weigh_more() -> None:
    def weight(column: str) -> Candidate:
        inputs = [{"role": "y", "of": ["data.csv"], "columns": ["late", "x"][:1]}]
        inputs.append({"role": "X", "of": ["data.csv"], "columns": ["x"]})
        steps = {"steps": [{"kind": "fit", "inputs": inputs}]}
        told = rows(3, 3, values_changed=[column])
        b = trained(2, used=(table("data.csv", "2"),), steps=steps)
        (only,) = compared(trained(1, steps=steps), b, rows=told).ranking
        return only

    assert weight("late").weight > weight("x").weight
    assert "the labels (late) among what changed" in weight("late").says


def test_the_columns_that_changed_are_named() -> None:
    b = trained(2, used=(table("data.csv", "2"),))
    (only,) = compared(trained(1), b, rows=keyed(5, x=5)).ranking
    assert only.says == "25 % of its rows, in x"


def test_a_base_model_a_test_set_and_an_end_come_first() -> None:
    base = file_seen("base.pt", "1", NodeKind.MODEL)
    test = table("test.csv", "1")
    a = trained(1, used=(DATA, base, test))
    b = trained(
        2,
        state=RunState.FAILED,
        exit_status=1,
        used=(
            table("data.csv", "2"),
            file_seen("base.pt", "2", NodeKind.MODEL),
            table("test.csv", "2"),
        ),
    )
    assert ranked(compared(a, b)) == [
        ("outcome", "outcome"),
        ("test.csv", "evaluation-data"),
        ("base.pt", "base-model"),
        ("data.csv", "data"),
    ]


def evaluated(number: int, model: RunSeen, **more: Any) -> RunSeen:
    used = tuple(replace(each, role="input") for each in model.generated)
    fields: dict[str, Any] = {
        "metrics": {"auc": {"value": 0.5 + number / 10, "source": "call"}},
        "code": code("measure()\n"),
        "used": (*used, table("hold.csv", "1")),
    }
    return run_seen("evaluate", number, 5, **{**fields, **more})


def test_what_the_two_were_measured_on_comes_first_and_is_said() -> None:
    a, b = trained(1), trained(2, code=code(TEXT.replace("f(3)", "f(4)")))
    others = tuple(replace(each, role="input") for each in b.generated)
    second = evaluated(2, b, used=(*others, table("hold.csv", "2")))
    found = compared(a, b, evaluated(1, a), second)
    assert ranked(found)[:2] == [("hold.csv", "evaluation-data"), ("train.py:4", "code-ran")]
    assert found.incomparable == (
        "evaluate measured the two on hold.csv, which is not the same in both",
    )


def test_how_the_two_were_measured_comes_first_too() -> None:
    a, b = trained(1), trained(2)
    second = evaluated(2, b, code=code("measure(5)\n"))
    assert ranked(compared(a, b, evaluated(1, a), second)) == [("train.py:1", "evaluation-code")]


def test_counts_of_rows_that_were_measured_are_compared() -> None:
    def steps(count: int) -> dict[str, Any]:
        told = {"role": "y_true", "of": ["data.csv"], "columns": [], "shape": [count]}
        return {"steps": [{"kind": "evaluate", "by": "auc", "inputs": [told]}]}

    found = compared(trained(1, steps=steps(150)), trained(2, steps=steps(120)))
    assert found.incomparable == ("train measured auc on 150 and then on 120 rows",)


def test_a_step_that_only_one_has_is_a_candidate() -> None:
    clean = table("clean.csv", "clean")
    first = run_seen("clean", 1, generated=(replace(clean, role="output"),))
    world = World(first, trained(1), trained(2, used=(DATA, clean)))
    told = diff(world.store, world.run("train", 1), world.run("train", 2), text_of=TEXTS.get)
    assert ranked(told) == [("clean", "step")]


def test_randomness_without_a_seed_is_a_candidate_though_nothing_changed() -> None:
    gaps = (Gap("unseeded", "numpy", "random numbers were drawn without a seed"),)
    assert changed(gaps=gaps) == [("numpy", "unseeded")]
    assert ranked(compared(trained(1, generated=()), trained(2, gaps=gaps, generated=()))) == []


def test_what_nobody_knows_weighs_half() -> None:
    unknown = replace(DATA, sha256=None, gap=None)
    (only,) = compared(trained(1), trained(2, used=(unknown,))).ranking
    assert only.weight == 35
    assert only.says.startswith("nobody knows whether it differs")


def test_environment_by_what_it_is_about() -> None:
    a = trained(1, environment=environment_seen({}, variables={"FLAG": "1"}), hardware={"cpu": "x"})
    b = trained(
        2,
        environment=environment_seen({}, variables={"FLAG": "2", "OMP_NUM_THREADS": "4"}),
        hardware={"cpu": "y"},
    )
    assert ranked(compared(a, b)) == [
        ("FLAG", "variable"),
        ("OMP_NUM_THREADS", "threads"),
        ("cpu", "hardware"),
    ]
