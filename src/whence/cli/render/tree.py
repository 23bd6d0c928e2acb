"""The tree that ``whence trace`` and ``whence impact`` print."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from whence.cli.render.branches import Branch, Branches, Fold, Twig
from whence.cli.render.style import Paint, painter
from whence.cli.render.text import cells, fold, printable, shorten
from whence.cli.render.when import ago
from whence.drawing.figures import count_text, counted
from whence.drawing.kinds import KIND_LOOKS, many_of
from whence.drawing.telling import (
    SHORT,
    code_facts,
    content_facts,
    digest_text,
    duration_of,
    gap_text,
    is_troubled,
    state_text,
)
from whence.model.node import NodeKind
from whence.query.lineage import Lineage, LineageEdge, LineageNode, outline
from whence.store.interface import Direction

_INDENT = 3
_NAME_LEAST = 24
_WAYS = 4
_QUIET_ROLES = frozenset({"", "input", "output", "code", "config", "environment"})
"""Roles that the kind of thing already tells."""


@dataclass(frozen=True, slots=True)
class _Glyphs:
    fork: str
    end: str
    bar: str
    more: str

    def stem(self, trail: tuple[bool, ...]) -> str:
        """What stands before the first line of a branch."""
        if not trail:
            return ""
        return self.bars(trail[:-1]) + (self.end if trail[-1] else self.fork)

    def bars(self, trail: tuple[bool, ...]) -> str:
        """What stands before its further lines."""
        return "".join(" " * _INDENT if last else self.bar for last in trail)


_LINES = _Glyphs("├─ ", "└─ ", "│  ", "…")
_ASCII = _Glyphs("|- ", "`- ", "|  ", "...")


def render_tree(
    lineage: Lineage,
    width: int,
    styled: bool,
    *,
    encoding: str | None = "utf-8",
    now: datetime | None = None,
) -> str:
    """The lineage as a tree, the thing asked about on top, and a line that sums it up.

    Args:
        lineage: The answer.
        width: Cells of a line. Names are shortened to fit, reasons of gaps are broken into lines.
        styled: Whether colours may repeat what the words say.
        encoding: What the terminal understands; other than UTF-8 gives plain ASCII lines, and
            names with escapes for what it cannot show.
        now: What ``3 min ago`` is counted from.
    """
    return "\n".join(_Tree(lineage, width, styled, encoding or "ascii", now).lines())


class _Tree:
    def __init__(
        self, lineage: Lineage, width: int, styled: bool, encoding: str, now: datetime | None
    ) -> None:
        self._lineage = lineage
        self._width = max(width, 40)
        self._paint: Paint = painter(styled=styled)
        self._encoding = encoding
        self._glyphs = _LINES if self._shows("├└│─…") else _ASCII
        self._now = now or datetime.now(UTC)
        self._told_gaps = set[object]()
        self._names = {each.node.id: each.node.name for each in lineage.nodes}
        self._inner: dict[str, list[LineageEdge]] = {}
        for edge in lineage.edges:
            if edge.is_inner and lineage.direction is Direction.ORIGINS:
                self._inner.setdefault(edge.origin, []).append(edge)

    def lines(self) -> Iterator[str]:
        branches = Branches(outline(self._lineage), depth=max(self._width // (2 * _INDENT), 6))
        for branch in branches.walk():
            yield from self._branch(branch)
        if len(self._lineage.nodes) == 1:
            yield from self._nothing()
        if branches.unplaced:
            yield ""
            yield "Not known:"
            told = [self._legible(f"? {gap_text(gap, '')}") for gap in branches.unplaced]
            yield from self._folded(told, "")
        yield ""
        yield from self._sum()

    # -------------------------------------------------------------- branches

    def _branch(self, branch: Branch) -> Iterator[str]:
        stem = self._paint(self._glyphs.stem(branch.trail), "dim")
        used = _INDENT * len(branch.trail)
        if isinstance(branch.on, Fold):
            yield stem + self._fold(branch.on)
            return
        if branch.block is not None:
            yield ""
            stem, used = f"[{branch.block}] ", len(f"[{branch.block}] ")
        parts = self._parts(branch.on)
        name, style, rest = parts[0], parts[1], parts[2]
        taken = used + sum(cells(text) + 2 for text, _ in rest)
        name = shorten(name, max(self._width - taken, _NAME_LEAST), self._glyphs.more)
        line = self._paint(name, style)
        for text, worn in rest:
            line += "  " + (self._paint(text, worn) if worn else text)
        told = self._gaps(branch.on)
        free = self._width - taken - cells(name) - 2
        if len(told) == 1 and not branch.on.bears and cells(told[0]) <= free:
            line += "  " + self._paint(told.pop(), "gap")
        yield stem + line
        bars = self._glyphs.bars(branch.trail) + (self._glyphs.bar if branch.on.bears else "   ")
        yield from self._folded(self._ways(branch.on), bars, "dim")
        yield from self._folded(told, bars)

    def _parts(self, twig: Twig) -> tuple[str, str, list[tuple[str, str]]]:
        """Name, its style, and what is told beside it with styles."""
        if twig.told.node.kind is NodeKind.RUN:
            name, rest = self._run(twig)
            style = "failed" if is_troubled(twig.told) else "run"
        else:
            name, rest = self._thing(twig)
            style = "name"
        note = self._note(twig)
        if note:
            rest.append((f"({note})", "gap"))
        if twig.elsewhere is not None:
            rest.append((f"{self._glyphs.more} goes on at [{twig.elsewhere}] below", "dim"))
        elif twig.again:
            rest.append((f"{self._glyphs.more} see above", "dim"))
        return self._legible(name), style, [(self._legible(text), worn) for text, worn in rest]

    def _run(self, twig: Twig) -> tuple[str, list[tuple[str, str]]]:
        node, facts = twig.told.node, twig.told.facts
        short = (node.id[:SHORT], "dim")
        if twig.again:
            return node.name, [short]
        state = (state_text(facts), "failed" if is_troubled(twig.told) else "")
        took = duration_of(facts)
        began = [(ago(facts["started_at"], self._now), "dim")] if facts.get("started_at") else []
        whole = facts.get("part_of")
        part = []
        if whole and (twig.above is None or twig.above.node.id != whole["id"]):
            part = [(f"part of {whole['job']} {whole['id'][:SHORT]}", "dim")]
        return node.name, [state, *([(took, "")] if took else []), *began, short, *part]

    def _thing(self, twig: Twig) -> tuple[str, list[tuple[str, str]]]:
        told = twig.told
        kind = told.node.kind
        name, word = told.node.name, KIND_LOOKS[kind].word
        facts = content_facts(told)
        digest = digest_text(told)
        if _is_code_of_run(twig):
            name, word, digest = "code", "", ""
            facts = [*_files(twig), *code_facts([twig.above] if twig.above else [])]
        if kind is NodeKind.ENVIRONMENT and facts and twig.above is not None:
            name, word, digest = "environment", "", ""
        rest = [(word, "dim")] if word and kind is not NodeKind.DATASET else []
        if twig.again:
            facts = facts if not digest else []
        joiner = ", " if not digest else "  "
        if facts:
            rest.append((joiner.join(facts), ""))
        if digest:
            rest.append((digest, "gap" if told.node.digest is None else "dim"))
        return name, rest

    def _note(self, twig: Twig) -> str:
        """How the two are joined, where that is more than the kinds already tell."""
        if not twig.edges:
            return ""
        bases = {edge.basis for edge in twig.edges}
        words = []
        for edge in twig.edges:
            if edge.kind == "derived_from":
                words.append(edge.role or "derived")
            elif edge.kind == "informed_by":
                words.append("informed by")
            elif edge.role not in _QUIET_ROLES:
                words.append(f"as {edge.role}")
        if "observed" not in bases:
            words += sorted(bases)
        return ", ".join(dict.fromkeys(words))

    def _fold(self, folded: Fold) -> str:
        kind = folded.told[0].node.kind
        words = [f"+ {count_text(len(folded.told))} more {_many(folded.told)}"]
        if kind is NodeKind.RUN:
            words.append(state_text(folded.told[0].facts))
        line = "  ".join(words)
        line = self._paint(line, "failed") if is_troubled(folded.told[0]) else line
        if folded.gaps:
            first = folded.gaps[0]
            more = f" and {len(folded.gaps) - 1} more" if len(folded.gaps) > 1 else ""
            told = self._legible(f"? {gap_text(first, first.about)}{more}")
            line += "  " + self._paint(told, "gap")
        if folded.below:
            marks = [counted(folded.below, "thing", "things") + " under them"]
            if folded.below_troubled:
                marks.append(f"{count_text(folded.below_troubled)} failed")
            if folded.below_gaps:
                marks.append(f"{count_text(folded.below_gaps)} with gaps")
            line += "  (" + ", ".join(marks) + ")"
        return line

    def _gaps(self, twig: Twig) -> list[str]:
        """What is not known of a thing: in full the first time, in short after that."""
        if twig.again or twig.elsewhere is not None:
            return []
        told = []
        for gap in twig.gaps:
            known = gap in self._told_gaps
            words = f"{gap.about or gap.kind}: as above" if known else None
            told.append(self._legible(f"? {words or gap_text(gap, twig.told.node.name)}"))
            self._told_gaps.add(gap)
        return told

    def _ways(self, twig: Twig) -> list[str]:
        """How a file was made inside its run, as far as objects could be followed there."""
        if twig.again or twig.elsewhere is not None:
            return []
        edges = self._inner.get(twig.told.node.id, [])
        told = [self._legible(way_text(edge, self._names[edge.target])) for edge in edges[:_WAYS]]
        if len(edges) > _WAYS:
            told.append(f"{self._glyphs.more} and from {len(edges) - _WAYS} more")
        return told

    def _folded(self, texts: list[str], bars: str, style: str = "gap") -> Iterator[str]:
        """Long texts on as many lines as they need, the further ones set in."""
        lead = self._paint(bars, "dim")
        for text in texts:
            for at, line in enumerate(fold(text, max(self._width - cells(bars) - 2, _NAME_LEAST))):
                yield lead + self._paint("  " * (at > 0) + line, style)

    # ------------------------------------------------------------------- end

    def _nothing(self) -> Iterator[str]:
        if self._lineage.direction is Direction.ORIGINS:
            yield "Nothing is recorded that it came from."
        else:
            yield "Nothing is recorded that came from it."

    def _sum(self) -> Iterator[str]:
        lineage = self._lineage
        runs = [each for each in lineage.nodes if _is_run(each)]
        words = [counted(len(lineage.nodes), "thing", "things")]
        if runs:
            words.append(f"{counted(len(runs), 'run', 'runs')} among them")
        if failed := sum(map(is_troubled, runs)):
            words.append(f"{count_text(failed)} failed or killed")
        gaps = len(lineage.gaps)
        words.append(counted(gaps, "gap", "gaps") if gaps else "no gaps")
        bases: dict[str, int] = {}
        for edge in lineage.edges:
            if edge.basis != "observed":
                bases[edge.basis] = bases.get(edge.basis, 0) + 1
        words += [f"{count_text(count)} {basis}" for basis, count in sorted(bases.items())]
        yield self._paint(self._legible("; ".join(words) + "."), "dim")
        if lineage.truncated:
            yield "There is more than this: --limit shows more."

    # ------------------------------------------------------------------ text

    def _legible(self, text: str) -> str:
        shown = printable(text)
        if self._shows(shown):
            return shown
        return shown.encode(self._encoding, "backslashreplace").decode(self._encoding)

    def _shows(self, text: str) -> bool:
        try:
            text.encode(self._encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True


def way_text(edge: LineageEdge, name: str) -> str:
    """``trained on the train split of data.csv, by Forest.fit``."""
    word = "on" if edge.role == "trained" else "from"
    split = edge.detail.get("split")
    part = f"the {split} split of " if split else ""
    by = edge.detail.get("by")
    return f"{edge.role} {word} {part}{name}" + (f", by {by}" if by else "")


def _is_run(each: LineageNode) -> bool:
    return each.node.kind is NodeKind.RUN


def _many(told: tuple[LineageNode, ...]) -> str:
    return many_of(told[0].node.kind, len(told)).partition(" ")[2]


def _is_code_of_run(twig: Twig) -> bool:
    """Whether it is the set of source files that the run above it really used."""
    if twig.told.node.kind is not NodeKind.CODE or twig.above is None or not _is_run(twig.above):
        return False
    return any(edge.role == "code" for edge in twig.edges)


def _files(twig: Twig) -> list[str]:
    """The one file by its name, several by their number."""
    if len(twig.members) == 1:
        return [twig.members[0]]
    if twig.members:
        return [counted(len(twig.members), "file", "files")]
    return content_facts(twig.told)
