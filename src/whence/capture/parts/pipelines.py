"""Which programs pipes join."""

from collections.abc import Sequence

from whence.capture.parts.tree import Tree


def group(tree: Tree, key: int) -> list[list[int]]:
    """The children of a process, in order; those that pipes join stand together.

    A pipe that the process itself was given, such as one that takes the output of the whole
    command, joins nothing.
    """
    children = tree.nodes[key].children
    given = _given(tree, key)
    writer: dict[str, int] = {}
    readers: list[tuple[int, str]] = []
    for child in children:
        for each in tree.below(child):
            for number, pipe in tree.nodes[each].streams.items():
                if pipe in given or not pipe.startswith("pipe:"):
                    continue
                if number:
                    writer.setdefault(pipe, child)
                else:
                    readers.append((child, pipe))
    return _joined(children, [(writer[pipe], child) for child, pipe in readers if pipe in writer])


def _given(tree: Tree, key: int) -> set[str]:
    """The pipes that a process and those above it have as their standard streams."""
    pipes: set[str] = set()
    at: int | None = key
    while at is not None:
        pipes |= set(tree.nodes[at].streams.values())
        at = tree.nodes[at].parent
    return pipes


def _joined(children: Sequence[int], pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    groups = {child: [child] for child in children}
    for one, other in pairs:
        if groups[one] is not groups[other]:
            groups[one] += groups[other]
            for each in groups[other]:
                groups[each] = groups[one]
    unique = {id(each): each for each in groups.values()}
    return [_ordered(each, pairs) if len(each) > 1 else each for each in unique.values()]


def _ordered(joined: Sequence[int], pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Writers before readers, whichever of them was noticed first."""
    depth = dict.fromkeys(joined, 0)
    for _ in joined:
        for one, other in pairs:
            if one in depth and one != other:
                depth[other] = min(max(depth[other], depth[one] + 1), len(joined))
    return sorted(joined, key=lambda each: (depth[each], each))
