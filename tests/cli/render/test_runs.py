from datetime import UTC, datetime

from whence.cli.render.runs import render_runs
from whence.query.history import runs
from whence.recording.recorder import Recorder
from whence.store.memory import MemoryStore
from whence.testing.worlds import pipeline

NOW = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)


def test_runs_are_lines_in_the_order_given() -> None:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    shown = render_runs(runs(store, limit=9), width=100, styled=False, now=NOW)
    assert shown.split("\n") == [
        "run       job       state        took  started  used  made  gaps  command",
        "f644122a  evaluate  completed  30.0 s  1 h ago     2     1        python evaluate.py",
        "980f4421  train     completed  30.0 s  1 h ago     2     1        python train.py",
        "a1d3df68  prepare   completed  30.0 s  1 h ago     1     1        python prepare.py",
    ]


def test_a_failure_says_so_in_words_and_colour() -> None:
    run = {
        "id": "4f2a91c0" * 4,
        "job": "a\x1bb",
        "state": "failed",
        "exit_status": 2,
        "signal": None,
        "started_at": None,
        "ended_at": None,
        "command": ["python", "a b.py"],
        "used": 0,
        "generated": 0,
        "gaps": 3,
    }
    shown = render_runs([run], width=100, styled=True, now=NOW)
    assert "\x1b[1;31mfailed (exit status 2)\x1b[0m" in shown
    assert "a\\x1bb" in shown
    assert "python 'a b.py'" in shown


def test_no_runs_yet() -> None:
    assert "whence run" in render_runs([], width=80, styled=False)


def test_ids_that_begin_alike_are_told_apart() -> None:
    store = MemoryStore()
    Recorder(store).record_runs(pipeline())
    (one, *_) = runs(store, limit=1)
    alike = [one | {"id": f"0190b5c0000{digit}70008000000000000001"} for digit in "01"]
    shown = render_runs(alike, width=100, styled=False, now=NOW)
    assert [line.split()[0] for line in shown.split("\n")[1:]] == ["0190b5c00000", "0190b5c00001"]
