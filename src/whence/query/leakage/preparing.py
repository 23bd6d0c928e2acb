"""What was learned from all rows before they were split: a scaler fitted on the test rows too."""

from collections.abc import Iterator

from whence.query.leakage.judging import SketchOf, Verdict, judge
from whence.query.leakage.runs import Runs, RunSeen
from whence.query.leakage.stages import Data, Stage

_HAD = frozenset({Verdict.TRAINED, Verdict.SHARED, Verdict.AROUND})


def prepared_on(
    runs: Runs, run: RunSeen, evaluation: Stage, sketch_of: SketchOf
) -> Iterator[tuple[Stage, Data, Data]]:
    """Fits of what only prepares data that had the rows of an evaluation.

    Yields:
        The fit, what it was given, and what the evaluation was given.
    """
    for measured in evaluation.data:
        for stage, given in _before(run, evaluation):
            if _had(run, given, measured, sketch_of):
                yield stage, given, measured
        for maker in _makers(runs, run, measured):
            if not measured.split:
                continue
            for stage in maker.stages.preparing:
                for given in stage.data:
                    if not given.split and _went_into(maker, given, measured):
                        yield stage, given, measured


def _before(run: RunSeen, evaluation: Stage) -> Iterator[tuple[Stage, Data]]:
    for stage in run.stages.preparing:
        if stage.at < evaluation.at:
            for given in stage.data:
                yield stage, given


def _had(run: RunSeen, given: Data, measured: Data, sketch_of: SketchOf) -> bool:
    """Whether what prepared the data was fitted on the evaluation's rows as well."""
    if given.object is not None and measured.object is not None:
        if given.object == measured.object:
            return True
        if run.stages.comes_from(measured.object, given.object):
            return True
    judgement = judge(given, measured, sketch_of, same_run=True)
    if judgement.known_by == "rows" and judgement.verdict in _HAD:
        return True
    if given.split or not measured.split:
        return False
    # It had the whole of what the evaluation had a part of.
    is_larger = given.count is None or measured.count is None or given.count > measured.count
    return bool(given.keys) and given.keys <= measured.keys and is_larger


def _makers(runs: Runs, run: RunSeen, measured: Data) -> Iterator[RunSeen]:
    """The runs that made the files that an evaluation was given."""
    for file in measured.files:
        handle = run.called(file, run.used)
        for maker in runs.makers(handle) if handle is not None else ():
            yield runs.open(maker)


def _went_into(maker: RunSeen, given: Data, measured: Data) -> bool:
    """Whether a table, once prepared, is in a file that the evaluation's rows are a part of."""
    return given.object is not None and any(
        file in maker.stages.written
        and maker.stages.comes_from(maker.stages.written[file], given.object)
        for file in measured.files
    )
