"""What seeing inside programs costs: short scripts, a training, loops that measure at each step.

Bare and under ``whence run`` in turn, medians of ratios. The loops time themselves, so that start
and hashing do not hide what a step costs; they run on the environments of ``make clients``.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rowtable import Row, print_rows

from capture import PROGRAMS, SINGLE_THREAD, captured, in_turn, timed, write_table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from clients.environments import interpreter, lack

STEPS = 10_000
PAIRS = 5

LOOPS = (
    ("PyTorch, the loss", "torch", "steps_torch.py"),
    ("scikit-learn, log_loss", "boosting", "steps_sklearn.py"),
    ("XGBoost, two evaluations", "boosting", "steps_xgboost.py"),
    ("LightGBM, two evaluations", "boosting", "steps_lightgbm.py"),
)
"""What is measured at each step, the environment, the program."""


def own_seconds(command: Sequence[str], folder: Path) -> float:
    """What a program says it took."""
    done = subprocess.run(
        command,
        cwd=folder,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | SINGLE_THREAD,
    )
    return float(done.stdout.split()[-1])


def loop(what: str, group: str, program: str, folder: Path) -> Row:
    """One loop: the median over pairs of its own seconds watched over its own seconds bare."""
    name = f"{STEPS:,} steps of {what} each"
    if reason := lack(group):
        return Row(name, f"not measured: {reason}", "≤ 1.02", None)
    command = [str(interpreter(group)), str(PROGRAMS / program), str(STEPS)]
    own_seconds([*command[:-1], "100"], folder)
    ratios, bare = [], []
    for at in range(PAIRS):
        # Which of the two comes first changes, so that a machine growing busier favours neither.
        order = (command, captured(command)) if at % 2 else (captured(command), command)
        took = {len(each): own_seconds(each, folder) for each in order}
        ratios.append(took[len(captured(command))] / took[len(command)])
        bare.append(took[len(command)])
    ratio = statistics.median(ratios)
    step = statistics.median(bare) / STEPS * 1e6
    measured = f"{ratio:.3f} ({min(ratios):.3f} to {max(ratios):.3f}; a step is {step:,.0f} µs)"
    return Row(name, measured, "≤ 1.02", ratio <= 1.02)


def short_script(folder: Path) -> list[Row]:
    """A script that imports no framework: bare, watched from outside only, and with all of it on.

    The limit is on what seeing inside adds. What ``whence run`` takes as a whole stands beside it;
    its limit is among the figures of ``capture``.
    """
    plain = [sys.executable, str(PROGRAMS / "plain.py"), "table.csv"]
    outside = ["env", "WHENCE_AGENT=off", *captured(plain)]
    inside = ["env", "WHENCE_AGENT=on", *captured(plain)]
    for command in (plain, outside, inside):
        timed(command, folder)
    added, whole = [], []
    for at in range(31):
        order = (outside, inside) if at % 2 else (inside, outside)
        took = {each[1]: timed(each, folder) for each in order}
        added.append(took[inside[1]] - took[outside[1]])
        whole.append(took[inside[1]] - timed(plain, folder))
    more = statistics.median(added)
    return [
        Row("short script, seeing inside adds", f"{more:.3f} s", "≤ 0.1 s", more <= 0.1),
        Row("  `whence run` as a whole adds", f"{statistics.median(whole):.3f} s", "", None),
    ]


def main() -> list[Row]:
    """The three figures: short script, training, loops."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="whence-bench-") as name:
        folder = Path(name)
        write_table(folder / "table.csv", 1000)
        rows += short_script(folder)
        train = [sys.executable, str(PROGRAMS / "training.py"), "table.csv", "m.joblib", "40", "72"]
        ratio, _ = in_turn(train, captured, folder, PAIRS)
        rows.append(Row("12 s training, everything on", f"{ratio:.3f}", "≤ 1.05", ratio <= 1.05))
        rows += [loop(*each, folder) for each in LOOPS]
    return rows


if __name__ == "__main__":
    print_rows(main())
