"""From what was seen to what is said, with a machine made of dictionaries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from whence.capture.folders import FOLDED_FROM
from whence.capture.interface import Activity, FileAccess, Mode, ProcessSeen
from whence.capture.observe import PROCESSES_TOLD, Content, Surroundings, observe
from whence.capture.session import Session, begin
from whence.capture.statements import StatementLog
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.recording.observation import ActorSeen, RunSeen
from whence.testing.worlds import digest_of

AGENT = 7


@dataclass
class Desk:
    """Instruments over a few files that are not there."""

    unknown: set[str] = field(default_factory=set)
    kept: list[str] = field(default_factory=list)
    lying: dict[str, bytes] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def name_of(self, path: str) -> str:
        return path.removeprefix("/p/")

    def location_of(self, path: str) -> str:
        return f"file://{path}"

    def contents(self, accesses: Sequence[FileAccess]) -> list[Content]:
        return [
            Content(None, None, Gap("content-unknown", each.path, "it is gone"))
            if each.path in self.unknown
            else Content(digest_of(each.path), 100)
            for each in accesses
        ]

    def parameters(
        self, command: Sequence[str], configs: Mapping[str, FileAccess]
    ) -> tuple[dict[str, Any], list[Gap]]:
        return {name: {"value": 1, "source": name} for name in configs}, []

    def results(self, files: Mapping[str, FileAccess]) -> dict[str, Any]:
        return {f"auc of {name}": {"value": 0.5, "source": name} for name in files}

    def table(self, access: FileAccess, sha256: str) -> tuple[dict[str, Any], Gap | None]:
        return ({"rows": 3}, None) if access.path.endswith(".csv") else ({}, None)

    def source(self, path: str) -> str | None:
        return self.texts.get(path)

    def peek(self, path: str, limit: int) -> bytes | None:
        return self.lying.get(path)

    def keep_rows(self, digest: str, sketch: bytes) -> None:
        raise NotImplementedError

    def keep_text(self, access: FileAccess, sha256: str) -> None:
        self.kept.append(access.path)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    facts = {
        "job": "train",
        "command": ["python", "train.py"],
        "cwd": "/p",
        "host": "laptop",
        "started_at": "2026-11-21T10:00:00.000Z",
        "source": "whence-run/tests",
        "code": {"commit": "3ab1c9f0", "dirty": True, "untracked": ["new.py"]},
    }
    return begin([tmp_path], facts)


def around(loaded: Sequence[str] = ()) -> Surroundings:
    return Surroundings(
        environment={"python": {"version": "3.11.7"}},
        environment_name="python 3.11.7",
        imports=(),
        interpreters=("/usr/bin/python3",),
        hardware={},
        actors=(ActorSeen("ada", "person"),),
        observers=(),
        loaded=frozenset(loaded),
        agents=frozenset({AGENT}),
        forked=frozenset(),
        gaps=(),
    )


def read(path: str) -> FileAccess:
    return FileAccess(path, Mode.READ, AGENT, 0)


def written(path: str) -> FileAccess:
    return FileAccess(path, Mode.WRITE, AGENT, 0)


def seen(session: Session, activity: Activity, desk: Desk | None = None, *loaded: str) -> RunSeen:
    return observe(session, activity, around(loaded), desk or Desk())


def test_files_have_their_content_kind_and_part(session: Session) -> None:
    session.write_end({"exit_status": 0, "ended_at": "2026-11-21T10:00:09.000Z"})
    activity = Activity(reads=(read("/p/in.csv"),), writes=(written("/p/model.pkl"),))
    run = seen(session, activity)
    assert run.state is RunState.COMPLETED
    (used,), (made,) = run.used, run.generated
    assert (used.name, used.kind, used.sha256) == (
        "in.csv",
        NodeKind.DATASET,
        digest_of("/p/in.csv"),
    )
    assert used.table == {"rows": 3}
    assert (made.name, made.kind, made.role) == ("model.pkl", NodeKind.MODEL, "output")


def test_code_is_what_was_loaded_whether_its_opening_was_seen_or_not(session: Session) -> None:
    desk = Desk()
    activity = Activity(reads=(read("/p/train.py"), read("/p/corpus.py")))
    run = seen(session, activity, desk, "/p/train.py", "/p/new.py")
    assert run.code is not None
    assert [(each.name, each.tracked) for each in run.code.files] == [
        ("new.py", False),
        ("train.py", True),
    ]
    assert [each.name for each in run.used] == ["corpus.py"]
    assert sorted(desk.kept) == ["/p/new.py", "/p/train.py"]


def test_parameters_and_results_come_from_small_files(session: Session) -> None:
    activity = Activity(reads=(read("/p/c.yaml"),), writes=(written("/p/metrics.json"),))
    run = seen(session, activity)
    assert run.parameters == {"c.yaml": {"value": 1, "source": "c.yaml"}}
    assert run.inferred["metrics"]["auc of metrics.json"]["source"] == "metrics.json"


def test_many_files_are_one_folder_with_members(session: Session) -> None:
    reads = tuple(read(f"/p/images/{at:04}.png") for at in range(FOLDED_FROM))
    (folder,) = seen(session, Activity(reads=reads)).used
    assert folder.name == "images"
    assert len(folder.members) == FOLDED_FROM
    assert folder.members[0].path == "0000.png"
    assert folder.size == 100 * FOLDED_FROM


def test_files_of_a_folder_that_could_not_be_read_are_a_gap(session: Session) -> None:
    reads = tuple(read(f"/p/images/{at:04}.png") for at in range(FOLDED_FROM))
    (folder,) = seen(session, Activity(reads=reads), Desk({"/p/images/0003.png"})).used
    assert len(folder.members) == FOLDED_FROM - 1
    assert folder.gap is not None
    assert "0003.png" in folder.gap.reason


def test_content_that_is_unknown_is_a_gap_and_the_file_is_still_told(session: Session) -> None:
    (used,) = seen(session, Activity(reads=(read("/p/in.csv"),)), Desk({"/p/in.csv"})).used
    assert used.sha256 is None
    assert used.gap is not None
    assert used.gap.kind == "content-unknown"


def test_an_end_that_nobody_saw_is_unknown(session: Session) -> None:
    run = seen(session, Activity())
    assert (run.state, run.ended_at) == (RunState.UNKNOWN, None)
    assert "outcome-unknown" in [gap.kind for gap in run.gaps]


@pytest.mark.parametrize(
    ("end", "state"),
    [
        ({"exit_status": 3, "signal": None}, RunState.FAILED),
        ({"exit_status": None, "signal": "SIGKILL"}, RunState.KILLED),
    ],
)
def test_ends_have_their_states(session: Session, end: dict[str, Any], state: RunState) -> None:
    session.write_end(end)
    assert seen(session, Activity()).state is state


def test_what_the_program_stated_stands_beside_what_was_seen(session: Session) -> None:
    log = StatementLog(session.folder)
    log.write("log", {"parameters": {"lr": 0.1}, "metrics": {"loss": 2}, "step": 1})
    log.write("log", {"metrics": {"loss": 1}, "step": 2, "tags": {"team": "a"}})
    claim = {"path": "/p/in.csv", "sha256": digest_of("/p/in.csv"), "claimed": "0" * 64, "size": 9}
    log.write("used", {**claim, "role": "training-set", "kind": None, "name": None})
    log.close()
    run = seen(session, Activity(reads=(read("/p/in.csv"),)))
    assert run.declared["parameters"]["lr"]["value"] == 0.1
    assert run.declared["metrics"]["loss"]["series"] == [[1, 2], [2, 1]]
    assert run.declared["tags"] == {"team": "a"}
    assert [(each.name, each.basis.value) for each in run.used] == [
        ("in.csv", "observed"),
        ("in.csv", "declared"),
    ]
    assert [gap.kind for gap in run.gaps if gap.about == "in.csv"] == ["contradiction"]


def test_without_any_code_there_is_a_gap(tmp_path: Path) -> None:
    facts = {"job": "x", "command": ["x"], "cwd": "/p", "started_at": "", "source": "tests"}
    run = seen(begin([tmp_path], facts), Activity())
    assert run.code is None
    assert "code-unknown" in [gap.kind for gap in run.gaps]


def test_very_many_processes_are_cut_and_that_is_told(session: Session) -> None:
    processes = tuple(ProcessSeen(pid, 1, 0, "/bin/sh") for pid in range(PROCESSES_TOLD + 5))
    run = seen(session, Activity(processes=processes))
    assert len(run.processes) == PROCESSES_TOLD
    assert "truncated" in [gap.kind for gap in run.gaps]
