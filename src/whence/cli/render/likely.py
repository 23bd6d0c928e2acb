"""What most probably matters, as lines: likeliest first, each with what speaks for it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from whence.cli.render.changes import Line, facts_of
from whence.cli.render.text import cells, cut, printable
from whence.drawing.figures import counted
from whence.query.diff.difference import Candidate, Difference
from whence.query.diff.weights import IDLE

SHOWN = 8
"""How many candidates are shown; the JSON has them all."""

_NAME = 36
_FACTS = 60
_GROUPS = 3
_NAMES = 3
_MOVES = ("added", "removed", "changed")


def ranking_lines(difference: Difference) -> Iterator[Line]:
    """The ranking, headed by why figures do not compare, if they do not."""
    for sentence in difference.incomparable[:_GROUPS]:
        yield Line(f"! {printable(sentence)}", "gap")
    more = len(difference.incomparable) - _GROUPS
    if more > 0:
        yield Line(f"! and {more} more reasons why their figures do not compare", "gap")
    yield from _looks(difference)
    likely = [each for each in difference.ranking if each.weight >= IDLE]
    idle = [each for each in difference.ranking if each.weight < IDLE]
    told = likely[:SHOWN] or idle[:_GROUPS]
    room = min(max((cells(printable(each.name)) for each in told), default=0), _NAME)
    if likely:
        yield Line("what most probably matters, likeliest first", "name")
        for nth, each in enumerate(likely[:SHOWN], 1):
            yield from _rows(nth, each, room)
        if len(likely) > SHOWN:
            yield Line(f"      … {len(likely) - SHOWN:,} more, less likely (--json has all)", "dim")
    elif idle:
        yield Line("nothing that differs is known to have had an effect", "name")
    yield from _idle(idle, room)
    if likely or idle or difference.incomparable or any(_looks(difference)):
        yield Line("")


def _looks(difference: Difference) -> Iterator[Line]:
    """How often the line of the models was measured on the same data before, if it was."""
    for side, figures in difference.evaluations.items():
        told = [each for each in figures if each["before"]]
        for each in told[:1]:
            more = f" (+{len(told) - 1} more)" if len(told) > 1 else ""
            yield Line(f"# {side}: {printable(str(each['sentence']))}{more}", "dim")


def _rows(nth: int, candidate: Candidate, room: int) -> Iterator[Line]:
    """What it is and what speaks for it; of code the line as it is now below."""
    name = cut(printable(candidate.name), room)
    pad = " " * max(room - cells(name), 0)
    facts = cut(_facts(candidate), _FACTS)
    steps = candidate.change.steps
    at = f"  [{printable(steps[0])}{', …' if len(steps) > 1 else ''}]" if steps else ""
    says = printable(candidate.says)
    is_code = candidate.edit is not None
    before = "" if is_code or not facts else f"{facts}: "
    yield Line(f"  {nth:>2}  {name}{pad}  {before}{says}{at}")
    if is_code and facts:
        yield Line(f"      {' ' * room}  {facts}", "dim")


def _facts(candidate: Candidate) -> str:
    """What changed, in short: the new line of code, the values, the rows."""
    edit = candidate.edit
    if edit is not None:
        for which in ("after", "before"):
            lines = [line.strip() for line in edit.get(which) or () if line.strip()]
            if lines:
                return ("" if which == "after" else "without ") + printable(lines[0])
        return ""
    if candidate.layer in {"steps", "outputs"}:
        return ""
    facts = facts_of(candidate.layer, candidate.change)
    table = candidate.change.detail.get("table")
    rows = table.get("rows") if table else None
    moved = (
        [f"{counted(rows[what], 'row', 'rows')} {what}" for what in _MOVES if rows.get(what)]
        if rows
        else []
    )
    if moved:
        return ", ".join(moved)
    return facts[-1] if candidate.layer == "data" and facts else (facts or [""])[0]


def _idle(idle: Sequence[Candidate], room: int) -> Iterator[Line]:
    """What can hardly have mattered, by what speaks against it."""
    groups: dict[str, list[str]] = defaultdict(list)
    for each in idle:
        if each.name not in groups[each.says]:
            groups[each.says].append(each.name)
    for says, names in list(groups.items())[:_GROUPS]:
        shown = [printable(name) for name in names[:_NAMES]]
        more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
        told = cut(", ".join(shown) + more, max(room, _NAME))
        pad = " " * max(room - cells(told), 0)
        yield Line(f"   ·  {told}{pad}  {printable(says)}", "dim")
    if len(groups) > _GROUPS:
        left = sum(len(names) for names in list(groups.values())[_GROUPS:])
        yield Line(f"   ·  {left:,} more that can hardly matter (--json has them)", "dim")
