"""What would raise a score: by how much, at what cost, and the command to copy."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from whence.model.edge import Basis
from whence.query.completeness.score import Missing, Score, score
from whence.query.completeness.story import Answers, Evidence, Story
from whence.query.completeness.table import COSTS, TOLD

_WEIGHED = 6
"""How many things of unknown origin are tried one by one: the weightiest."""

_MOST = 3
"""How many commands of one kind are named."""

_LEAST = 0.0005
"""Remedies that bring less than a twentieth of a point are not told."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that somebody could do."""

    what: str
    """In words."""
    cost: str
    """A key of ``table.COSTS``."""
    commands: tuple[str, ...]
    """To copy; words in capitals have to be filled in."""
    gain: float
    """What it would bring to the score, from 0 to 1."""
    about: tuple[str, ...]
    """What it fills."""


@dataclass(frozen=True, slots=True)
class _Advice:
    what: str
    """``{about}`` stands for the names of what is missing, ``{more}`` for the reasons."""
    cost: str
    commands: tuple[str, ...]
    """``{again}``: the commands of the runs in question, once more; ``{first}``: the first file;
    with ``{each}`` the command is told once for every file."""


_DECLARE = """python - {first} <<'END'
import sys, whence
with whence.run("make " + sys.argv[1]) as run:
    run.used("https://ITS/TRAINING/DATA", kind="dataset")
    run.generated(sys.argv[1], kind="model")
END"""
_ADVICE: Mapping[tuple[str, str], _Advice] = MappingProxyType(
    {
        ("data", "content"): _Advice(
            "keep {about} in a file while it is used", "rerun", ("{again}",)
        ),
        ("data", "origin"): _Advice(
            "record where {about} came from: fetch or make it under Whence",
            "rerun",
            ("whence run -- curl -fL -o {each} https://WHERE/IT/COMES/FROM", "{again}"),
        ),
        ("code", "files"): _Advice("let Whence see the source of {about}", "rerun", ("{again}",)),
        ("code", "version"): _Advice(
            "commit the code of {about}",
            "rerun",
            ("git init && git add --all && git commit -m 'as it ran'", "{again}"),
        ),
        ("parameters", "command"): _Advice("run {about} under Whence", "rerun", ("{again}",)),
        ("parameters", "values"): _Advice(
            "state the parameters of {about} that could not be read: {more}",
            "edit",
            ("{again}",),
        ),
        ("environment", "system"): _Advice("run {about} under Whence", "rerun", ("{again}",)),
        ("environment", "packages"): _Advice(
            "run {about} with an environment whose packages can be read", "rerun", ("{again}",)
        ),
        ("seeds", "seeds"): _Advice("set a seed in {about}: {advice}", "edit", ("{again}",)),
        ("evaluation", "measured"): _Advice(
            "measure how good {about} is, on data that it was not trained on",
            "command",
            ("whence run -- python EVALUATE.py {first}",),
        ),
        ("evaluation", "measured on"): _Advice(
            "measure {about} by a program that reads its test data from a file",
            "command",
            ("whence run -- python EVALUATE.py {first}",),
        ),
        ("base model", "content"): _Advice(
            "keep the weights of {about} in a file while they are used", "rerun", ("{again}",)
        ),
        ("base model", "training data"): _Advice(
            "ask who made {about} on which data it was trained, and say so",
            "ask",
            (_DECLARE, "{again}"),
        ),
    }
)
"""Layer and question → what can be done where the answer is missing."""


def find_remedies(story: Story, now: Score) -> tuple[Remedy, ...]:
    """What would raise the score most cheaply, at most ``table.TOLD`` of them."""
    found = [
        remedy
        for missing in _groups(story, now)
        if (remedy := _remedy(story, now, missing)).gain >= _LEAST
    ]
    found.sort(key=lambda each: (COSTS[each.cost].rank, -round(each.gain, 9), each.what))
    return tuple(found[:TOLD])


def _groups(story: Story, now: Score) -> Iterator[Sequence[Missing]]:
    """What is missing, together where one remedy fills it: raw files of the same runs too."""
    users: dict[str, list[str]] = {}
    for run in sorted(story.runs.values(), key=lambda each: each.id):
        for used in run.used:
            users.setdefault(used, []).append(run.id)
    for layer in now.layers.values():
        groups: dict[tuple[str, str], list[Missing]] = {}
        asked = {each.question for each in layer.missing}
        for each in layer.missing:
            if each.question == "measured on" and "measured" in asked:
                continue  # whoever measures it under Whence tells on what
            about = each.node if each.layer == "base model" else ""
            if each.layer == "data":
                about = " ".join(users.get(each.node, [each.node]))
            groups.setdefault((each.question, about), []).append(each)
        yield from list(groups.values())[:_WEIGHED]


def _remedy(story: Story, now: Score, missing: Sequence[Missing]) -> Remedy:
    first = missing[0]
    advice = _ADVICE[first.layer, first.question]
    about = tuple(dict.fromkeys(each.about for each in missing))
    words = {
        "about": _listed(about),
        "more": _listed(tuple(dict.fromkeys(each.reason for each in missing if each.reason))),
        "advice": _listed(tuple(dict.fromkeys(each.advice or each.reason for each in missing))),
        "first": shlex.quote(_file(story, first)),
        "again": "",
    }
    again = _again(story, missing)
    commands: list[str] = []
    for command in advice.commands:
        if command == "{again}":
            commands += again
        elif "{each}" in command:
            files = dict.fromkeys(_file(story, each) for each in missing)
            told = [{**words, "each": shlex.quote(file)} for file in list(files)[:_MOST]]
            commands += [_fill(command, each) for each in told]
        else:
            commands.append(_fill(command, words))
    filled = story
    for each in missing:
        filled = _FILLS.get(each.layer, _fill_run)(filled, each)
    return Remedy(
        _fill(advice.what, words),
        advice.cost,
        tuple(commands),
        max(0.0, score(filled).known - now.known),
        about,
    )


def _file(story: Story, missing: Missing) -> str:
    """The name of a thing; of a name for another thing, that thing's."""
    if missing.layer == "evaluation" and story.models:
        return story.models[0]
    thing = story.things.get(missing.node)
    while thing is not None and thing.is_name and thing.origins:
        thing = story.things.get(thing.origins[0].of)
    return missing.about if thing is None else thing.name


def _fill(text: str, words: Mapping[str, str]) -> str:
    """Put in words, which may themselves hold anything."""
    parts = text.split("{")
    told = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        told.append(words[name] + rest)
    return "".join(told)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _again(story: Story, missing: Iterable[Missing]) -> list[str]:
    """The commands to run once more: of the runs in question, or that made or used the things."""
    asked = {each.node for each in missing}
    made = [story.things[node].origins for node in asked if node in story.things]
    asked |= {origin.of for origins in made for origin in origins}
    runs = [
        run
        for run in sorted(story.runs.values(), key=lambda each: (each.job, each.id))
        if run.command and (run.id in asked or not asked.isdisjoint(run.used))
    ]
    told = list(dict.fromkeys("whence run -- " + shlex.join(run.command) for run in runs))
    return told[:_MOST] or ["whence run -- COMMAND"]


# ------------------------------------------------------------------ as if known


def _answered(answers: Answers, missing: Missing) -> Answers:
    return {**answers, (missing.layer, missing.question): Evidence(Basis.OBSERVED)}


def _fill_data(story: Story, missing: Missing) -> Story:
    thing = story.things[missing.node]
    if missing.question == "content":
        thing = replace(thing, content=Basis.OBSERVED)
    else:
        thing = replace(thing, source=Basis.OBSERVED)
    return replace(story, things={**story.things, thing.id: thing})


def _fill_run(story: Story, missing: Missing) -> Story:
    run = story.runs[missing.node]
    run = replace(run, answers=_answered(run.answers, missing))
    return replace(story, runs={**story.runs, run.id: run})


def _fill_evaluation(story: Story, missing: Missing) -> Story:
    answers = _answered(story.evaluation, missing)
    if missing.question == "measured":
        answers = {**answers, ("evaluation", "measured on"): Evidence(Basis.OBSERVED)}
    return replace(story, evaluation=answers)


def _fill_base_model(story: Story, missing: Missing) -> Story:
    answers = _answered(story.base_models[missing.node], missing)
    return replace(story, base_models={**story.base_models, missing.node: answers})


_FILLS: Mapping[str, Callable[[Story, Missing], Story]] = MappingProxyType(
    {"data": _fill_data, "evaluation": _fill_evaluation, "base model": _fill_base_model}
)
