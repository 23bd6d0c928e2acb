"""Tables: what a parameter, a package, a variable or a piece of hardware is by its name."""

import re
from collections.abc import Collection
from typing import Any

from whence.query.diff.difference import Change

_OPERATIONAL = frozenset(
    (
        "cache cache_dir checkpoint_dir ckpt_dir color copy_x debug dry_run experiment_name "
        "log_dir log_every log_interval log_level logdir logger logging logging_steps n_jobs name "
        "nthread num_proc num_threads num_workers out outdir out_dir output output_dir "
        "output_path overwrite pin_memory pre_dispatch prefetch_factor print_every progress "
        "progress_bar project quiet report_to run_name save_dir save_every save_path save_steps "
        "silent tags thread_count verbose verbosity workers"
    ).split()
)
"""Parameters, by the last part of their names, that say how to run and not what to compute."""

_SPLITTERS = re.compile(
    r"(?i)\A(train_test_split|random_split|.*(KFold|ShuffleSplit|LeaveOneOut|LeavePOut"
    r"|TimeSeriesSplit|LeaveOneGroupOut|PredefinedSplit))\."
)
"""Functions and classes that decide which rows are trained on and which are tested."""

_SPLITTING = frozenset(
    (
        "test_size train_size val_size valid_size test_fraction train_fraction test_ratio "
        "train_ratio val_ratio validation_split val_split test_split holdout n_splits n_folds "
        "folds cv"
    ).split()
)
"""The same, by the last part of the name."""

_SEEDS = frozenset({"random_state", "seed", "random_seed", "data_seed"})
_GIVEN = frozenset({"environment variable", "command line"})
"""Where values come from that a program is given, whatever its sources call them."""
_THREADS = re.compile(r"_NUM_THREADS\Z|\A(OMP|MKL|OPENBLAS|NUMEXPR|KMP|GOTO)_")
_DEVICES = frozenset({"CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"})
_HABITS = frozenset(
    (
        "PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED PYTHONPYCACHEPREFIX PYTHONBREAKPOINT "
        "PYTHONNOUSERSITE PYTHONSTARTUP PYTHONIOENCODING PYTHONUTF8"
    ).split()
)
"""Variables by which people arrange how Python runs."""
_FILE = re.compile(r"\.\w+\Z")


def parameter_kind(change: Change, *, named: bool, files: Collection[str]) -> str:
    """The kind of a parameter, a seed or a configuration file.

    Args:
        change: The change.
        named: Whether a source that was used has its name.
        files: The names of the files that the runs read and made.
    """
    detail = change.detail
    about = detail.get("about")
    last = change.name.rpartition(".")[2].lstrip("-").replace("-", "_").lower()
    splits = bool(_SPLITTERS.match(change.name))
    if about == "file":
        return "setting"
    reaches = [str(each) for each in detail.get("reaches") or ()]
    if about == "seed" or detail.get("seeds") or last in _SEEDS:
        splits = splits or any(_SPLITTERS.match(each) for each in reaches)
        return "split-seed" if splits else "seed"
    if splits or last in _SPLITTING or any(_SPLITTERS.match(each) for each in reaches):
        return "split"
    if last in _OPERATIONAL:
        return "operational"
    if _is_place(change.a, files) or _is_place(change.b, files):
        return "place"
    if reaches:
        return "reaching"
    if detail.get("argument"):
        return "argument"
    if named or detail.get("source") in _GIVEN:
        return "setting"
    return "unnamed"


def package_kind(change: Change) -> str:
    """The kind of a package whose version changed."""
    if not change.detail.get("imported"):
        return "idle"
    if change.detail.get("direct") is False:
        return "package-below"
    a, b = _numbers(change.a), _numbers(change.b)
    if not a or not b:
        return "package-major"
    moved = next((at for at, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]), 2)
    if a[0] == b[0] == 0:
        moved -= 1  # before 1.0 the second number is what the first is afterwards
    return ("package-major", "package-minor", "package-patch")[min(max(moved, 0), 2)]


def is_inert(change: Change) -> bool:
    """Whether no program can have noticed a change.

    That is a package that nothing imported, and code that did not run or that means the same.
    """
    edits = change.detail.get("edits")
    if edits and change.what == "changed":
        return all(each.get("part") in {"idle", "layout"} for each in edits)
    return change.detail.get("about") == "package" and not change.detail.get("imported")


def variable_kind(name: str) -> str:
    """The kind of an environment variable."""
    if _THREADS.search(name):
        return "threads"
    if name in _HABITS:
        return "operational"
    return "gpu" if name in _DEVICES else "variable"


def hardware_kind(name: str) -> str:
    """The kind of a piece of hardware."""
    return "gpu" if "gpu" in name.lower() else "hardware"


def _numbers(version: Any) -> list[int]:
    """``1.24.0rc1 from …`` as 1, 24, 0."""
    told = re.match(r"\D{0,1}(\d+(?:\.\d+)*)", str(version or ""))
    return [int(each) for each in told[1].split(".")] if told else []


def _is_place(value: Any, files: Collection[str]) -> bool:
    """Whether a value names a file of the runs."""
    if not isinstance(value, str) or not value:
        return False
    plain = value.removeprefix("./")
    return plain in files or ("/" in plain and bool(_FILE.search(plain)) and " " not in plain)
