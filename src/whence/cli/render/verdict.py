"""What doing a run again came to, as text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from whence.cli.render.style import Paint, painter
from whence.cli.render.text import cells, fold, printable
from whence.reproduction.interface import Likeness, Standing
from whence.reproduction.verdict import FileVerdict, MetricVerdict, Verdict, words_of

_SHOWN = 20
_STYLES = {Standing.DIVERGED: "failed", Standing.IMPOSSIBLE: "failed"}


def render_verdict(verdict: Verdict, *, width: int, styled: bool) -> str:
    """The verdict in one line, and what it rests on."""
    paint = painter(styled=styled)
    style = _STYLES.get(verdict.standing, "added")
    lines = [paint(verdict.standing.value, style), *_told("  ", verdict.why, width)]
    if verdict.files:
        lines += ["", paint("files", "name"), *_files(verdict.files, width)]
    if verdict.metrics:
        lines += ["", paint("metrics", "name"), *_metrics(verdict.metrics)]
    lines += _section("likely cause" if _is_cause(verdict) else "try", verdict.causes, width, paint)
    if verdict.said and not verdict.is_good:
        said = [printable(line) for line in verdict.said.strip().splitlines()[-8:]]
        lines += ["", paint("what it said last", "name"), *(f"  {line}" for line in said)]
    lines += _section("note", verdict.notes, width, paint)
    lines += ["", paint(_evidence(verdict), "dim")]
    return "\n".join(lines)


def _is_cause(verdict: Verdict) -> bool:
    return verdict.standing is not Standing.IMPOSSIBLE


def _section(title: str, texts: Sequence[str], width: int, paint: Paint) -> list[str]:
    if not texts:
        return []
    lines = ["", paint(title, "name")]
    for text in texts:
        lines += _told("  ", text, width)
    return lines


def _told(before: str, text: str, width: int) -> Iterator[str]:
    for line in fold(printable(text), max(20, width - len(before))):
        yield before + line


def _files(files: Sequence[FileVerdict], width: int) -> Iterator[str]:
    # What differs comes first; of what is the same, a few will do.
    ordered = sorted(files, key=lambda each: each.is_same or not each.is_telling)
    names = [printable(each.name) for each in ordered[:_SHOWN]]
    room = min(max(map(cells, names)), 44)
    for name, each in zip(names, ordered, strict=False):
        before = f"  {name}{' ' * (room - cells(name))}  "
        yield from _hanging(before, _likeness(each), width)
    if len(ordered) > _SHOWN:
        yield f"  and {len(ordered) - _SHOWN} more"


def _hanging(before: str, text: str, width: int) -> Iterator[str]:
    lines = list(fold(printable(text), max(30, width - len(before))))
    yield before + lines[0]
    for line in lines[1:]:
        yield " " * len(before) + line


def _likeness(each: FileVerdict) -> str:
    if each.comparison is None:
        return "not made this time"
    found = each.comparison
    aside = "" if each.is_telling else " (a log, which decides nothing)"
    if found.likeness is Likeness.BYTES:
        return "byte for byte" + aside
    words = {
        Likeness.DIFFERENT: "differs",
        Likeness.UNREAD: "differs",
        Likeness.DECISIONS: "same decisions, other numbers",
    }.get(found.likeness, f"same: {words_of(found.likeness)}")
    if aside:
        return words + aside
    reasons = [each for each in (*found.harmless, found.reason) if each]
    return words + (f" ({'; '.join(reasons)})" if reasons else "")


def _metrics(metrics: Sequence[MetricVerdict]) -> Iterator[str]:
    ordered = sorted(metrics, key=lambda each: (each.is_within, each.is_same))
    room = min(max(len(each.name) for each in ordered[:_SHOWN]), 40)
    for each in ordered[:_SHOWN]:
        again = "not measured" if each.again is None else f"{each.again:.6g}"
        text = f"{each.recorded:.6g}" if each.is_same else f"{each.recorded:.6g} → {again}"
        if each.interval is not None:
            low, high = each.interval
            inside = "inside" if each.is_within else "outside"
            text += f"  {inside} {low:.6g} … {high:.6g} of other seeds"
        yield f"  {printable(each.name):<{room}}  {text}"
    if len(ordered) > _SHOWN:
        yield f"  and {len(ordered) - _SHOWN} more"


def _evidence(verdict: Verdict) -> str:
    evidence = verdict.evidence
    replays = [each[:8] for each in evidence.get("replays", ())]
    told = [f"run {str(evidence.get('run', ''))[:8]}"]
    if replays:
        told.append(f"done again as {', '.join(replays[:4])}")
        told.append(_ENVIRONMENTS[evidence["environment"]])
        told.append("in a private view" if evidence["private"] else "without a private view")
    told.append(f"verdict {str(evidence.get('verdict', ''))[:8]}")
    return ", ".join(told)


_ENVIRONMENTS: Mapping[Any, str] = {
    "recorded": "in the recorded environment",
    "rebuilt": "in the recorded environment, built anew",
    "current": "in the environment of now",
    "none": "without Python",
}
