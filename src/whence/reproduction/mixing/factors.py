"""Everything that differs between two pipelines, and what a mixture of them is.

A mixture is told stage by stage, as a replay: a recorded run with files, words, variables and
environment of A or B, as the mixture has it. With all factors as in one of the two, a stage is
exactly the recorded run of that one.
"""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from whence.errors import UsageError
from whence.reproduction.attribution.laboratory import Factor, Mixture
from whence.reproduction.interface import FileNeed, Recipe, Replay
from whence.reproduction.mixing.commands import Line, compare_commands
from whence.reproduction.mixing.pieces import Piece
from whence.reproduction.mixing.replays import as_recorded, named, path_at, same_python
from whence.reproduction.mixing.scripts import Pieces, script_pieces
from whence.reproduction.mixing.settings import SUFFIXES, setting_pieces
from whence.reproduction.mixing.stages import Pipeline, Stage, by_name, flows
from whence.reproduction.mixing.surroundings import HARMLESS, compare_environments, shortly

Contents = Callable[[str], bytes | None]
"""The bytes of a source or configuration file by its SHA-256; ``None`` where not at hand."""

LARGEST_TEXT = 1 << 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs and can be set as in either."""

    key: str
    """Short, for people, and unique."""
    layer: str
    """``data``, ``code``, ``parameters``, ``environment`` or ``steps``."""
    group: str
    """What it is tried together with first: its file, its layer."""
    jobs: tuple[str, ...]
    """The stages that it reaches."""
    detail: Mapping[str, Any] = field(default_factory=dict)

    def factor(self) -> Factor:
        """What the engine needs of it."""
        return Factor(self.key, self.group)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text file that differs in a stage: which pieces belong to which factors."""

    a: str
    b: str
    """Digests."""
    pieces: Pieces
    keys: tuple[str, ...]

    def content(self, mixture: Mixture) -> str | bytes:
        chosen = [key in mixture for key in self.keys]
        if all(chosen):
            return self.b
        if not any(chosen):
            return self.a
        some = [piece for piece, is_in in zip(self.pieces.pieces, chosen, strict=True) if is_in]
        return self.pieces.text(some).encode("utf-8", "surrogateescape")


@dataclass(slots=True)
class _Plan:
    """What a stage takes from where."""

    texts: dict[str, _Text] = field(default_factory=dict)
    """Name → how it is mixed."""
    whole: dict[str, str] = field(default_factory=dict)
    """Name of a file that is as in A or as in B → its factor."""
    line: Line | None = None
    line_keys: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    environment: str = ""
    step: str = ""
    """The factor that brings the stage or takes it away."""

    def keys(self) -> set[str]:
        """All factors that reach the stage by themselves."""
        texts = {key for text in self.texts.values() for key in text.keys}
        found = {*texts, *self.whole.values(), *self.line_keys, *self.variables.values()}
        return (found | {self.environment, self.step}) - {""}


class Mixing:
    """What differs between the two pipelines.

    Args:
        pipeline: Both.
        contents: Finds source and configuration files.

    Raises:
        UsageError: nothing differs that could be exchanged.
    """

    def __init__(self, pipeline: Pipeline, contents: Contents) -> None:
        self._pipeline = pipeline
        self._contents = contents
        self._found: dict[tuple[Any, ...], Difference] = {}
        self.notes: list[str] = []
        """What a reader should know of what is no factor."""
        self._plans = [self._plan(at, stage) for at, stage in enumerate(pipeline.stages)]
        if not self._found:
            told = f" ({'; '.join(self.notes)})" if self.notes else ""
            raise UsageError(
                f"nothing recorded differs between A and B that could be exchanged{told}",
                hint="`whence diff` tells what is the same; chance and time are left",
            )

    @property
    def pipeline(self) -> Pipeline:
        """The two pipelines."""
        return self._pipeline

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The factors, in the order of the stages."""
        return tuple(self._found.values())

    @property
    def everything(self) -> Mixture:
        """All factors: B."""
        return Mixture(each.key for each in self.differences)

    @property
    def ends(self) -> tuple[Mixture, Mixture]:
        """A and B."""
        return Mixture(), self.everything

    # ------------------------------------------------------------------ what differs

    def _plan(self, at: int, stage: Stage) -> _Plan:
        plan = _Plan()
        if stage.a is None or stage.b is None:
            side = "A" if stage.b is None else "B"
            key = f"step {stage.job}, which {side} alone has"
            plan.step = self._tell(("step", stage.job, side), key, "steps", "steps", stage.job)
            return plan
        self._plan_files(plan, at, stage)
        self._plan_command(plan, stage, stage.a, stage.b)
        self._plan_surroundings(plan, stage, stage.a, stage.b)
        self._plan_lonely(plan, at, stage)
        return plan

    def _plan_files(self, plan: _Plan, at: int, stage: Stage) -> None:
        a, b = self._needs(at, 0), self._needs(at, 1)
        for name in [each for each in a if each in b]:
            one, other = a[name], b[name]
            if one.sha256 == other.sha256:
                continue
            pieces = self._pieces(stage, one, other)
            if pieces is not None:
                assert one.sha256 is not None
                assert other.sha256 is not None
                layer = "code" if one.role == "code" else "parameters"
                keys = tuple(
                    self._tell(
                        (name, one.sha256, other.sha256, at),
                        piece.title,
                        layer,
                        f"{layer} {name}",
                        stage.job,
                        {"file": name, "lines": _lines(pieces, piece)},
                    )
                    for at, piece in enumerate(pieces.pieces)
                )
                if keys:
                    plan.texts[name] = _Text(one.sha256, other.sha256, pieces, keys)
                else:
                    self._note(f"{name} differs only in what changes nothing")
                continue
            layer = "code" if one.role == "code" else "data"
            if layer == "data" and at > 0 and at == len(self.pipeline.stages) - 1:
                self._note(
                    f"{name}, on which {self.pipeline.metric} is measured, is not the same: "
                    "with it exchanged the figures are of different questions"
                )
            plan.whole[name] = self._tell(
                (name, one.sha256, other.sha256),
                name,
                layer,
                layer,
                stage.job,
                {"file": name, "a": one.sha256, "b": other.sha256},
            )

    def _pieces(self, stage: Stage, one: FileNeed, other: FileNeed) -> Pieces | None:
        """The change of a text file in pieces; ``None`` where it is taken as a whole."""
        is_code = one.role == other.role == "code"
        if not is_code and not _is_setting(stage, one):
            return None
        texts = [self._text(each.sha256) for each in (one, other)]
        if texts[0] is None or texts[1] is None:
            return None
        return (script_pieces if is_code else setting_pieces)(one.name, texts[0], texts[1])

    def _text(self, sha256: str | None) -> str | None:
        data = None if sha256 is None else self._contents(sha256)
        if data is None or len(data) > LARGEST_TEXT or b"\0" in data:
            return None
        return data.decode("utf-8", "surrogateescape")

    def _plan_command(self, plan: _Plan, stage: Stage, a: Recipe, b: Recipe) -> None:
        plan.line = compare_commands(a.command, same_python(a.command, b.command))
        plan.line_keys = tuple(
            self._tell(("command", piece.title), piece.title, "parameters", "parameters", stage.job)
            for piece in plan.line.pieces
        )

    def _plan_surroundings(self, plan: _Plan, stage: Stage, a: Recipe, b: Recipe) -> None:
        for name in sorted((a.variables.keys() | b.variables.keys()) - HARMLESS):
            one, other = a.variables.get(name), b.variables.get(name)
            if one != other:
                title = f"{name} {one or 'unset'} → {other or 'unset'}"
                plan.variables[name] = self._tell(
                    ("variable", title), title, "environment", "environment", stage.job
                )
        told = compare_environments(a, b)
        if told:
            plan.environment = self._tell(
                ("packages", *told),
                shortly(told),
                "environment",
                "packages",
                stage.job,
                {"packages": list(told)},
            )

    def _plan_lonely(self, plan: _Plan, at: int, stage: Stage) -> None:
        """Files that one side alone read: a factor, unless something else that differs asks."""
        a, b = self._needs(at, 0), self._needs(at, 1)
        for name in [*(a.keys() - b.keys()), *(b.keys() - a.keys())]:
            need = a.get(name) or b[name]
            asked = self._asks_for(plan, stage, need)
            if asked or (need.role == "code" and (plan.texts or plan.line_keys)):
                continue  # it is there in every mixture, and is read where something asks for it
            side = "A" if name in a else "B"
            layer = "code" if need.role == "code" else "data"
            plan.whole[name] = self._tell(
                (name, side),
                f"{name}, which {side} alone has",
                layer,
                layer,
                stage.job,
                {"file": name},
            )

    def _asks_for(self, plan: _Plan, stage: Stage, need: FileNeed) -> bool:
        """Whether a text or a word that differs names a file."""
        stem = posixpath.basename(need.name)
        words = [word for side in stage.sides if side is not None for word in side.command]
        if plan.line_keys and any(stem in word for word in words):
            return True
        return any(
            (stem in (self._text(text.a) or "")) != (stem in (self._text(text.b) or ""))
            for text in plan.texts.values()
        )

    def _needs(self, at: int, side: int) -> Mapping[str, FileNeed]:
        """What a stage reads that no earlier stage makes."""
        recipe = self.pipeline.stages[at].sides[side]
        assert recipe is not None
        return {
            name: need
            for name, need in by_name((*recipe.code, *recipe.inputs)).items()
            if not flows(self.pipeline.stages, at, side, need)
        }

    def _tell(
        self,
        identity: tuple[Any, ...],
        key: str,
        layer: str,
        group: str,
        job: str,
        detail: Mapping[str, Any] | None = None,
    ) -> str:
        known = self._found.get(identity)
        if known is not None:
            jobs = tuple(dict.fromkeys([*known.jobs, job]))
            self._found[identity] = Difference(known.key, layer, known.group, jobs, known.detail)
            return known.key
        taken = {each.key for each in self._found.values()}
        unique = key if key not in taken else f"{key} in {job}"
        while unique in taken:
            unique += "*"
        self._found[identity] = Difference(unique, layer, group, (job,), detail or {})
        return unique

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    # --------------------------------------------------------------- what a mixture is

    def replay(self, at: int, mixture: Mixture, made: Mapping[str, str]) -> Replay | None:
        """A stage of a mixture; ``None`` where the mixture does not have it.

        Args:
            at: Which stage.
            mixture: The factors that are as in B.
            made: Name → content, of what earlier stages of the mixture made.
        """
        stage, plan = self.pipeline.stages[at], self._plans[at]
        if stage.a is None or stage.b is None:
            recipe = stage.a or stage.b
            assert recipe is not None
            is_there = (plan.step in mixture) == (stage.a is None)
            return as_recorded(self.pipeline.stages, at, recipe, made) if is_there else None
        keys = plan.keys() or self.everything
        if keys <= mixture:
            return as_recorded(self.pipeline.stages, at, stage.b, made)
        if not plan.keys() & mixture:
            return as_recorded(self.pipeline.stages, at, stage.a, made)
        return self._mixed(at, mixture, made)

    def _mixed(self, at: int, mixture: Mixture, made: Mapping[str, str]) -> Replay:
        stage, plan = self.pipeline.stages[at], self._plans[at]
        a, b = stage.sides
        assert a is not None
        assert b is not None
        assert plan.line is not None
        base = as_recorded(self.pipeline.stages, at, a, made)
        files = dict(base.files)
        for name, need in by_name((*b.code, *b.inputs)).items():
            # What B alone reads does no harm to who does not ask for it.
            if not flows(self.pipeline.stages, at, 1, need):
                content = need.sha256
            else:
                content = made.get(name)
            if content is not None:
                files.setdefault(path_at(a, b, need), content)
        for name, text in plan.texts.items():
            files[path_at(a, a, named(a, name))] = text.content(mixture)
        for name, key in plan.whole.items():
            self._put_whole(files, stage, name, is_b=key in mixture)
        words = zip(plan.line.pieces, plan.line_keys, strict=True)
        chosen: list[Piece] = [piece for piece, key in words if key in mixture]
        variables = dict(a.variables)
        for name, key in plan.variables.items():
            if key in mixture:
                variables.pop(name, None)
                variables |= {name: b.variables[name]} if name in b.variables else {}
        whole = len(chosen) == len(plan.line.pieces)
        return Replay(
            recipe=a,
            command=same_python(a.command, b.command) if whole else plan.line.words(chosen),
            files=files,
            variables=variables,
            environment=b.environment if plan.environment in mixture else a.environment,
        )

    @staticmethod
    def _put_whole(files: dict[str, str | bytes], stage: Stage, name: str, *, is_b: bool) -> None:
        a, b = stage.sides
        assert a is not None
        assert b is not None
        sides = [by_name((*side.code, *side.inputs)).get(name) for side in (a, b)]
        need = sides[is_b]
        either = next(each for each in sides if each is not None)
        path = path_at(a, a if either is sides[0] else b, either)
        files.pop(path, None)
        if need is not None and need.sha256 is not None:
            files[path] = need.sha256


def _is_setting(stage: Stage, need: FileNeed) -> bool:
    if need.role == "config":
        return True
    sources = {
        detail.get("source")
        for side in stage.sides
        if side is not None
        for detail in side.parameters.values()
        if isinstance(detail, Mapping)
    }
    return need.name in sources and need.name.endswith(SUFFIXES)


def _lines(pieces: Pieces, piece: Piece) -> list[str]:
    """A piece as lines of a diff."""
    told = []
    for edit in piece.edits:
        told += [f"-{line.rstrip()}" for line in pieces.a[edit.start : edit.stop]]
        told += [f"+{line.rstrip()}" for line in edit.new]
    return told
