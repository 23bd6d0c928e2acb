"""A laboratory that really runs mixtures, each in a scratch folder of its own."""

import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Protocol

from whence.errors import NotFoundError, ReproductionError, StoreError
from whence.reproduction.attribution.laboratory import Mixture, Outcome, Trial
from whence.reproduction.interface import Recipe, Replay, Replayed
from whence.reproduction.mixing.shelf import Given, StageShelf, given_by, key_of
from whence.reproduction.mixing.stages import Pipeline

_SAID = 160
"""Characters of what a failing program said that are told."""


class Performing(Protocol):
    """Does replays one after the other."""

    def perform(self, replay: Replay, *, timeout: float | None = None) -> Replayed:
        """Do one."""


class Mixed(Protocol):
    """What a mixture is."""

    @property
    def pipeline(self) -> Pipeline:
        """The two pipelines."""

    @property
    def ends(self) -> tuple[Mixture, Mixture]:
        """The mixtures that are A and B themselves."""

    def replay(self, at: int, mixture: Mixture, made: Mapping[str, str]) -> Replay | None:
        """A stage of a mixture; ``None`` where the mixture does not have it."""


Studios = Callable[[], AbstractContextManager[Performing]]
"""Opens a scratch folder of its own."""


class Bench:
    """Runs mixtures of two pipelines.

    Args:
        mixing: What a mixture is.
        studios: Opens a scratch folder.
        at_hand: Whether the bytes of a content can be had.
        shelf: What stages gave before.
        width: How many mixtures are run at once.
        timeout: Seconds for a stage; ``None``: as long as it takes.
    """

    def __init__(
        self,
        mixing: Mixed,
        studios: Studios,
        at_hand: Callable[[str], bool],
        shelf: StageShelf,
        *,
        width: int = 1,
        timeout: float | None = None,
    ) -> None:
        self.width = width
        self._mixing = mixing
        self._studios = studios
        self._at_hand = at_hand
        self._shelf = shelf
        self._timeout = timeout
        self._recorded = dict(self._read_recorded())
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def run(self, trials: Sequence[Trial]) -> Sequence[Outcome]:
        """Run each, as many at once as there is room for."""
        if len(trials) == 1:
            return [self._try(trials[0])]
        with ThreadPoolExecutor(self.width) as pool:
            return list(pool.map(self._try, trials))

    def _read_recorded(self) -> Iterator[tuple[str, Given]]:
        """What the user's own runs gave, by what went into them."""
        for mixture in self._mixing.ends:
            made: dict[str, str] = {}
            for at in range(len(self._mixing.pipeline.stages)):
                replay = self._mixing.replay(at, mixture, made)
                if replay is not None:
                    given = given_by(replay.recipe)
                    made |= given.outputs
                    yield key_of(replay), given

    def _try(self, trial: Trial) -> Outcome:
        made: dict[str, str] = {}
        runs: list[str] = []
        fresh, recorded = False, True
        given: Given | None = None
        with ExitStack() as stack:
            studio: Performing | None = None
            for at, stage in enumerate(self._mixing.pipeline.stages):
                replay = self._mixing.replay(at, trial.mixture, made)
                if replay is None:
                    continue
                if trial.seed and stage.draws:
                    replay = replace(replay, reseed=trial.seed)
                key = key_of(replay)
                with self._locks[key]:  # two mixtures may share a stage: one runs it
                    given = self._known(key)
                    if given is None:
                        studio = studio or stack.enter_context(self._studios())
                        given, fresh = self._perform(studio, key, replay), True
                recorded = recorded and given.recorded
                runs.append(given.run)
                if given.reason:
                    return Outcome(None, given.reason, tuple(runs), fresh)
                made |= given.outputs
        metric = self._mixing.pipeline.metric
        value = None if given is None else given.metrics.get(metric)
        if value is None or not math.isfinite(value):
            told = f"no {metric}" if value is None else f"{metric} {value}"
            return Outcome(None, f"it told {told}", tuple(runs), fresh)
        return Outcome(value, "", tuple(runs), fresh, recorded)

    def _known(self, key: str) -> Given | None:
        """What a stage gave before, if all of it is still at hand."""
        for given in (self._recorded.get(key), self._shelf.get(key)):
            if given is not None and all(map(self._at_hand, given.outputs.values())):
                return given
        return None

    def _perform(self, studio: Performing, key: str, replay: Replay) -> Given:
        try:
            done = studio.perform(replay, timeout=self._timeout)
        except ReproductionError as error:
            if isinstance(error.__cause__, OSError | StoreError):
                raise  # a full disk or a damaged content says nothing of the mixture
            return Given("", {}, {}, error.message)
        given = _given(replay.recipe, done)
        if done.run is not None:
            self._shelf.put(key, given)
        return given


def _given(recipe: Recipe, done: Replayed) -> Given:
    names = {each.path: each.name for each in recipe.outputs}
    root = recipe.root.rstrip("/") + "/"
    outputs = {
        names.get(path, path.removeprefix(root)): sha256 for path, sha256 in done.outputs.items()
    }
    return Given(done.run or "", outputs, done.metrics, _reason(recipe, done))


def _reason(recipe: Recipe, done: Replayed) -> str:
    """Why it did not end as the recorded run did; its last words say most."""
    expected = recipe.exit_status or 0
    if done.run is not None and done.exit_status == expected:
        return ""
    lines = [line.strip() for line in done.said.splitlines() if line.strip()]
    if lines:
        return lines[-1][:_SAID]
    if done.exit_status is None:
        return f"{recipe.job} did not end in time"
    return f"{recipe.job} ended with status {done.exit_status}"


def contents_of(read: Callable[[str], bytes]) -> Callable[[str], bytes | None]:
    """Reads contents; ``None`` for one that is not at hand."""

    def contents(sha256: str) -> bytes | None:
        try:
            return read(sha256)
        except (NotFoundError, StoreError):
            return None

    return contents
