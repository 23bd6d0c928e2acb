"""How late things are: a moment for each node, and no effect is earlier than its cause.

The moment of a node is the latest that edges tell (``at``, ``made``) of it and of all that it came
of. So whatever is earlier than a thing did not come of it, and who asks whether an edge would close
a circle need not walk there. It follows from the edges alone, whatever the order in which they
come, and what is told of times in their order never moves what was there before.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from whence.model.edge import EdgeKind
from whence.store.sealing import making_moment, reading_moment

Told = tuple[int, int, str]
"""An edge: its origin, its target, and the moment that it tells of its origin."""


def told_moment(kind: EdgeKind, detail: Mapping[str, str]) -> str:
    """What an edge says of when its origin was; or nothing."""
    return (reading_moment(detail) or making_moment(kind, detail)) if detail else ""


def raised(
    edges: Sequence[Told],
    moments: Callable[[Sequence[int]], Sequence[str]],
    effects: Callable[[Sequence[int]], Iterable[tuple[int, int]]],
) -> dict[int, str]:
    """The nodes that have become later by some new edges.

    Args:
        edges: What is new.
        moments: What the nodes have now.
        effects: The edges that end in nodes, as origin and target; these may be without the new.
    """
    known: dict[int, str] = {}
    changed: dict[int, str] = {}

    def learn(handles: Iterable[int]) -> None:
        unknown = [each for each in dict.fromkeys(handles) if each not in known]
        if unknown:
            known.update(zip(unknown, moments(unknown), strict=True))

    def raise_one(handle: int, moment: str) -> bool:
        if moment <= known[handle]:
            return False
        known[handle] = changed[handle] = moment
        return True

    learn(end for origin, target, _ in edges for end in (origin, target))
    own: dict[int, list[int]] = defaultdict(list)
    front = []
    for origin, target, moment in edges:
        own[target].append(origin)
        if raise_one(origin, max(moment, known[target])):
            front.append(origin)
    while front:
        front = list(dict.fromkeys(front))
        joined = [(origin, target) for target in front for origin in own.get(target, ())]
        joined += effects(front)
        learn(origin for origin, _ in joined)
        front = [origin for origin, target in joined if raise_one(origin, known[target])]
    return changed
