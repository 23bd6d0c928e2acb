from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.model.node import NodeKind
from whence.recording.contradictions import alike, contradictions, near
from whence.recording.observation import Claim, FileSeen, RunSeen
from whence.testing.worlds import pipeline

A, B = "ab" * 32, "cd" * 32


def values(source: str, **named: Any) -> dict[str, Any]:
    return {
        name.replace("__", "."): {"value": value, "source": source} for name, value in named.items()
    }


def run(**fields: Any) -> RunSeen:
    return replace(pipeline()[1], parameters={}, used=(), generated=(), **fields)


def reasons(seen: RunSeen) -> list[str]:
    return [f"{each.about}: {each.reason}" for each in contradictions(seen)]


def declared(**named: Any) -> dict[str, Any]:
    return {"parameters": values("mlflow", **named)}


def test_a_logged_parameter_that_was_not_used() -> None:
    seen = replace(run(), parameters=values("torch", SGD__lr=0.01), declared=declared(lr=0.1))
    assert reasons(seen) == ["lr: declared 0.1 (mlflow), observed 0.01 as SGD.lr (torch)"]


@pytest.mark.parametrize(
    ("observed", "logged"),
    [
        ({"SGD__lr": 0.1}, {"lr": "0.1"}),
        ({"SGD__lr": 0.1}, {"lr": 0.10000000149011612}),
        ({"SGD__lr": 0.1, "Adam__lr": 0.2}, {"lr": 0.3}),
        ({"train__batch": 8}, {"eval__batch": 16}),
        ({"SGD__lr": 0.1}, {"rate": 0.2}),
        ({"depth": None}, {"depth": "None"}),
        ({"optimizer": "torch.optim.Adam"}, {"optimizer": "adam"}),
        ({"model": "<LogisticRegression>"}, {"model": "logreg"}),
        ({"shuffle": True}, {"shuffle": "True"}),
        ({"layers": [1, 2]}, {"layers": "[1, 2]"}),
    ],
)
def test_what_may_be_the_same_is_no_contradiction(observed: Any, logged: Any) -> None:
    seen = replace(run(), parameters=values("x", **observed), declared=declared(**logged))
    assert reasons(seen) == []


def test_dashes_and_underscores_are_one() -> None:
    seen = replace(
        run(),
        parameters={"batch-size": {"value": 8, "source": "command line"}},
        declared=declared(batch_size=16),
    )
    assert len(reasons(seen)) == 1


def test_a_logged_metric_that_was_measured_otherwise() -> None:
    seen = replace(
        run(),
        metrics=values("sklearn", accuracy_score=0.8125),
        declared={"metrics": values("mlflow", accuracy=0.95)},
    )
    assert reasons(seen) == [
        "accuracy: declared 0.95 (mlflow), observed 0.8125 as accuracy_score (sklearn)"
    ]


@pytest.mark.parametrize("logged", [0.8125, 0.81, 81.25, 0.81250001, "0.8125"])
def test_a_metric_may_be_rounded_or_in_per_cent(logged: Any) -> None:
    seen = replace(
        run(),
        metrics=values("sklearn", accuracy_score=0.8125),
        declared={"metrics": values("mlflow", accuracy=logged)},
    )
    assert reasons(seen) == []


def test_series_are_not_compared() -> None:
    seen = replace(
        run(),
        metrics={"loss": {"value": 0.5, "source": "torch", "count": 30}},
        declared={"metrics": values("mlflow", loss=0.7)},
    )
    assert reasons(seen) == []


def test_a_logged_seed_that_was_not_set() -> None:
    seen = replace(run(), seeds=values("random.seed", random=1), declared=declared(seed=42))
    assert reasons(seen) == ["seed: declared 42 (mlflow), observed 1 as random (random.seed)"]
    other = {**values("random.seed", random=1), **values("numpy", numpy=42)}
    assert reasons(replace(seen, seeds=other)) == []
    assert reasons(replace(seen, seeds=values("random.seed", random=42))) == []


def file(name: str, kind: NodeKind, *claims: Claim, sha256: str = A) -> FileSeen:
    return FileSeen(name, f"file:///p/{name}", kind, "x", sha256, 100, claims=claims)


def test_bytes_that_are_not_those_that_are_claimed() -> None:
    claim = Claim("README.md", sha256=B)
    seen = replace(run(), generated=(file("m.bin", NodeKind.MODEL, claim),))
    assert reasons(seen) == [
        f"m.bin: declared to be sha256:{B[:12]}… (README.md), observed sha256:{A[:12]}…"
    ]
    same = replace(run(), generated=(file("m.bin", NodeKind.MODEL, Claim("x", sha256=A)),))
    assert reasons(same) == []


def test_a_base_model_that_was_not_read() -> None:
    made = file("out/model.safetensors", NodeKind.MODEL, Claim("out/README.md", base="org/gpt2"))
    bert = file("bert/model.safetensors", NodeKind.MODEL)
    seen = replace(run(), used=(bert,), generated=(made,))
    (reason,) = reasons(seen)
    assert reason.endswith("org/gpt2 (out/README.md), the run read bert/model.safetensors")
    gpt2 = file("models/gpt2/model.safetensors", NodeKind.MODEL)
    assert reasons(replace(seen, used=(gpt2,))) == []
    assert reasons(replace(seen, used=(bert, gpt2))) == []
    assert reasons(replace(seen, used=())) == []


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
)


@given(SCALARS)
def test_everything_is_like_itself_and_like_its_text(value: Any) -> None:
    assert alike(value, value)
    assert alike(value, str(value))


@given(st.floats(-1e6, 1e6), st.integers(2, 6))
def test_rounding_is_near(value: float, places: int) -> None:
    assert near(round(value, places), value)
    assert near(value, value * 100)
