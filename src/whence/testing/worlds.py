"""Small example histories: runs as an observer would tell them, for any store.

A world is made of ``RunSeen`` values and goes through the same door as everything else::

    recorder.record_runs(pipeline())

``World`` is a store in memory that comes with its door; ``run_seen`` makes single runs.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from whence.model.identity import derived_id
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.recording.observation import ActorSeen, CodeFile, CodeSeen, FileSeen, RunSeen
from whence.recording.recorder import Recorder
from whence.store.memory import MemoryStore

ROOT = "/home/ada/flights/"
"""Where the example project lies."""

_PADDING = 64
"""Files of a world are long enough that equal content means something."""


def digest_of(content: str) -> str:
    """The SHA-256 of a file's content in a world."""
    return hashlib.sha256(content.encode()).hexdigest()


def file_seen(name: str, content: str, kind: NodeKind, role: str = "input") -> FileSeen:
    """A file with a content that stands for its bytes."""
    return FileSeen(
        name, f"file://{ROOT}{name}", kind, role, digest_of(content), len(content) + _PADDING
    )


@dataclass(frozen=True, slots=True)
class Version:
    """What a version of the example project is made of; change a field to change a layer."""

    number: int = 1
    """Tells one round from another: it is part of every run's id and time."""
    data: str = "336,776 flights"
    rows: int = 336_776
    code: Mapping[str, str] = field(
        default_factory=lambda: {
            "prepare.py": "read, clean, write",
            "train.py": "read, fit, write",
            "evaluate.py": "read, predict, score",
        }
    )
    commit: str = "3ab1c9f0"
    learning_rate: float = 0.1
    leaves: int = 31
    packages: Mapping[str, str] = field(
        default_factory=lambda: {"pandas": "3.1.1", "scikit-learn": "1.9.1"}
    )
    auc: float = 0.764


def pipeline(version: Version | None = None) -> list[RunSeen]:
    """Prepare, train, evaluate: three runs, each using what the one before made."""
    its = version or Version()
    clean = f"clean({its.data},{its.code['prepare.py']})"
    fitted = f"fit({clean},{its.code['train.py']},{its.learning_rate},{its.leaves},{_lock(its)})"
    raw = replace(file_seen("data/flights.csv", its.data, NodeKind.DATASET), table=_table(its.rows))
    made = replace(
        file_seen("data/clean.parquet", clean, NodeKind.DATASET, "output"), table=_table(its.rows)
    )
    model = file_seen("models/delay.joblib", fitted, NodeKind.MODEL, "output")
    config = file_seen("config.yaml", f"leaves: {its.leaves}", NodeKind.CONFIG, "config")
    report = file_seen("reports/metrics.json", f"auc {its.auc}", NodeKind.EVALUATION, "output")
    rate = {"learning-rate": {"value": its.learning_rate, "source": "command line"}}
    leaves = {"model.leaves": {"value": its.leaves, "source": "config.yaml"}}
    return [
        _run(its, 0, "prepare", used=(raw,), generated=(made,)),
        _run(
            its,
            1,
            "train",
            used=(replace(made, role="input"), config),
            generated=(model,),
            parameters={**rate, **leaves},
        ),
        _run(
            its,
            2,
            "evaluate",
            used=(replace(made, role="input"), replace(model, role="input")),
            generated=(report,),
            inferred={"metrics": {"auc": {"value": its.auc, "source": "reports/metrics.json"}}},
        ),
    ]


def run_seen(
    job: str,
    number: int = 1,
    minute: int = 0,
    *,
    code: Mapping[str, str] | None = None,
    packages: Mapping[str, str] | None = None,
    **more: Any,
) -> RunSeen:
    """One run as it is observed, with code, environment and hardware.

    Args:
        job: What it follows.
        number: Tells one run of the job from another: part of its id, and the day it ran on.
        minute: When it started, after nine in the morning.
        code: Path → what stands for the text; by default one script named after the job.
        packages: Name → version of what it imported.
        more: Further fields of ``RunSeen``, which win.
    """
    texts = {f"{job}.py": f"do {job}"} if code is None else code
    fields: dict[str, Any] = {
        "id": derived_id("world", job, str(number)),
        "job": job,
        "state": RunState.COMPLETED,
        "started_at": f"2026-11-{number:02d}T09:{minute:02d}:00.000Z",
        "ended_at": f"2026-11-{number:02d}T09:{minute:02d}:30.000Z",
        "source": "whence-run/world",
        "exit_status": 0,
        "execution": {
            "command": ["python", f"{job}.py"],
            "cwd": ROOT.rstrip("/"),
            "host": "laptop",
        },
        "actors": (ActorSeen("ada", "person"),),
        "code": CodeSeen(
            tuple(
                CodeFile(path, f"file://{ROOT}{path}", digest_of(text), len(text), tracked=True)
                for path, text in texts.items()
            ),
            {"commit": "3ab1c9f0", "branch": "main", "dirty": False},
        ),
        "environment": environment_seen(packages or {}),
        "environment_name": "python 3.11.7",
        "hardware": {"cpu": "example", "cores": 2},
        "observers": ({"name": "notify", "role": "files", "active": True, "reason": ""},),
    }
    return RunSeen(**{**fields, **more})


def environment_seen(packages: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """What a run ran in: an interpreter, imported packages, and further facts."""
    return {
        "python": {"version": "3.11.7", "implementation": "CPython"},
        "packages": [
            {"name": name, "version": version, "imported": True}
            for name, version in sorted(packages.items())
        ],
        **more,
    }


class World:
    """A store in memory with a few histories told to it."""

    def __init__(self, *runs: RunSeen) -> None:
        self.store = MemoryStore()
        self.recorder = Recorder(self.store)
        self.tell(*runs)

    def tell(self, *runs: RunSeen) -> None:
        """Record runs, in this order."""
        self.recorder.record_runs(runs)

    def thing(self, name: str, back: int = 0) -> int:
        """The handle of the latest artifact of a name, or of one before it."""
        return self.store.named(name)[back]

    def run(self, job: str, number: int = 1) -> int:
        """The handle of a run."""
        handle = self.store.find(derived_id("world", job, str(number)))
        assert handle is not None
        return handle


def _run(its: Version, step: int, job: str, **more: Any) -> RunSeen:
    script = f"{job}.py"
    seen = run_seen(
        job,
        its.number,
        step,
        code={script: its.code[script]},
        packages=its.packages,
        **more,
    )
    assert seen.code is not None
    return replace(seen, code=replace(seen.code, state={**seen.code.state, "commit": its.commit}))


def _table(rows: int) -> dict[str, Any]:
    return {"rows": rows, "columns": [{"name": "flight", "type": "VARCHAR"}]}


def _lock(its: Version) -> str:
    return ",".join(f"{name}=={number}" for name, number in sorted(its.packages.items()))
