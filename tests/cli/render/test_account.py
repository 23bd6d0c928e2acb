import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.cli.render.account import render_account
from whence.model.gap import Gap
from whence.query.account import describe
from whence.recording.recorder import Recorder
from whence.store.memory import MemoryStore
from whence.testing.worlds import Version, pipeline

GAP = Gap("observer-blind", "io_uring", "reads through io_uring were not seen")


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    prepare, train, evaluate = pipeline(Version())
    evaluate = replace(evaluate, gaps=(GAP,), tags={"sweep": "7"})
    Recorder(store).record_runs([prepare, train, evaluate])
    return store


def shown(store: MemoryStore, name: str) -> list[str]:
    handles = store.named(name)
    handle = next(
        (each for each in handles if store.nodes([each])[0].kind.value == "run"), handles[0]
    )
    return render_account(describe(store, handle), width=100, styled=False).split("\n")


def test_a_run_with_what_it_used_and_made(store: MemoryStore) -> None:
    lines = shown(store, "train")
    assert lines[0].startswith("train  completed  run 980f4421")
    titles = [line for line in lines[1:] if line and not line.startswith(" ")]
    assert titles[:3] == ["used", "made", "parameters"]
    text = "\n".join(lines)
    for words in ("took 30.0 s", "ada on laptop", "python train.py", "commit 3ab1c9f0 on main"):
        assert words in text
    assert "  learning-rate  0.1  command line" in lines


def test_gaps_and_tags(store: MemoryStore) -> None:
    lines = shown(store, "evaluate")
    assert any(line.endswith("sweep=7") for line in lines)
    assert lines[-2:] == ["not known", "  ? io_uring: reads through io_uring were not seen"]


def test_a_table(store: MemoryStore) -> None:
    lines = shown(store, "data/clean.parquet")
    assert lines[0].startswith("data/clean.parquet  dataset  ")
    assert "comes from" in lines
    assert any("sha256:44916b0f" in line for line in lines)


HOSTILE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)


@settings(deadline=None, max_examples=40)
@given(HOSTILE, HOSTILE)
def test_no_name_can_command_a_terminal(name: str, value: str) -> None:
    told = {
        "id": "0" * 32,
        "kind": "run",
        "job": name,
        "state": "failed",
        "exit_status": 1,
        "signal": None,
        "started_at": None,
        "ended_at": None,
        "command": [name, value],
        "cwd": name,
        "host": value,
        "actors": [{"name": name, "basis": value}],
        "tags": {name: value},
        "used": [_met(name, value)],
        "generated": [_met(value, name)],
        "parameters": {name: value},
        "parameter_details": {name: {"basis": value, "source": name}},
        "metrics": {},
        "metric_details": {},
        "seeds": {name: [value]},
        "code": {"files": [], "commit": name, "branch": value, "dirty": True},
        "environment": {"name": name, "packages": [value]},
        "hardware": {"cpu": {"model": name}, "gpus": [{"name": value}]},
        "observers": [{"name": name, "active": False, "reason": value}],
        "gaps": [{"kind": name, "about": value, "reason": name}],
    }
    for line in render_account(told, width=100, styled=False).split("\n"):
        assert not {"Cc", "Cf", "Zl", "Zp"} & {unicodedata.category(char) for char in line}


def _met(name: str, role: str) -> dict[str, object]:
    return {"name": name, "role": role, "size": None, "digest": None, "basis": role}
