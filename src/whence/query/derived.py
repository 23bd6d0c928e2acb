"""Where people say that a model was made of another one, and a run was seen to do otherwise.

What was seen is which models the run that made it read, and how its weights came from theirs. It
says nothing where no run was seen to make the model, or to read any other.
"""

from collections.abc import Iterable

from whence.model.derivation import MODEL_RELATIONS
from whence.model.edge import Basis, EdgeKind
from whence.model.gap import Gap
from whence.model.node import Node, NodeKind
from whence.store.interface import Direction, GraphReader, Link

_REMEDY = "correct what is declared, or find out why the run did otherwise"
_DEEPEST = 6
"""How many steps a declared base may lie behind what the run read."""


def derivation_gaps(reader: GraphReader, handle: int, node: Node) -> list[Gap]:
    """What is declared of a model's origin against what was observed of it.

    Args:
        reader: One moment of a store.
        handle: A model; of anything else there is nothing to say.
        node: The same.
    """
    if node.kind is not NodeKind.MODEL:
        return []
    links = reader.links([handle], Direction.ORIGINS)
    derived = [link for link in links if link.kind is EdgeKind.DERIVED_FROM]
    said = [link for link in derived if _is_said(link)]
    if not said:
        return []
    seen = _seen(reader, derived)
    bases = {link.target for link in seen} | _read(reader, links)
    names = _names(reader, [*bases, *(link.target for link in said)])
    gaps = []
    for link in said:
        same = sorted(each.role for each in seen if each.target == link.target)
        base = names[link.target]
        if same and link.role not in same:
            observed = " and ".join(MODEL_RELATIONS[each] for each in same)
            reason = f"declared {_words(link.role, base)}, observed {observed} it"
        elif bases and not same and not _leads_to(reader, bases, link.target):
            read = ", ".join(sorted(names[each] for each in bases)[:3])
            reason = f"declared {_words(link.role, base)}; the run that made it read {read}"
        else:
            continue
        gaps.append(Gap("contradiction", node.name, reason, _REMEDY))
    return gaps


def _is_said(link: Link) -> bool:
    return link.basis is Basis.DECLARED and link.role in MODEL_RELATIONS


def _seen(reader: GraphReader, derived: Iterable[Link]) -> list[Link]:
    """How its weights were seen to come from those of other models."""
    found = [link for link in derived if link.basis is Basis.OBSERVED]
    found = [link for link in found if link.role in MODEL_RELATIONS]
    kinds = reader.nodes([link.target for link in found])
    return [link for link, node in zip(found, kinds, strict=True) if node.kind is NodeKind.MODEL]


def _read(reader: GraphReader, links: Iterable[Link]) -> set[int]:
    """The models that the runs which made it were seen to read, and had not made themselves."""
    makers = [
        link.target
        for link in links
        if link.kind is EdgeKind.GENERATED_BY and link.basis is Basis.OBSERVED
    ]
    if not makers:
        return set()
    made = {
        link.origin
        for link in reader.links(makers, Direction.EFFECTS)
        if link.kind is EdgeKind.GENERATED_BY
    }
    used = {
        link.target
        for link in reader.links(makers, Direction.ORIGINS)
        if link.kind is EdgeKind.USED and link.basis is Basis.OBSERVED
    }
    among = sorted(used - made)
    kinds = reader.nodes(among)
    return {at for at, node in zip(among, kinds, strict=True) if node.kind is NodeKind.MODEL}


def _leads_to(reader: GraphReader, starts: Iterable[int], goal: int) -> bool:
    """Whether what was read is the declared base, has its content, or comes from it."""
    (wanted,) = reader.nodes([goal])
    for start in starts:
        for at in reader.reach(start, Direction.ORIGINS, depth=_DEEPEST, limit=500).handles:
            (node,) = reader.nodes([at])
            if at == goal or (node.digest is not None and node.digest == wanted.digest):
                return True
            if node.name.startswith((f"{wanted.name}/", f"{wanted.name}@")):
                return True  # a file of the repository that is named as a whole
    return False


def _names(reader: GraphReader, handles: list[int]) -> dict[int, str]:
    return {at: node.name for at, node in zip(handles, reader.nodes(handles), strict=True)}


def _words(relation: str, name: str) -> str:
    return f"{MODEL_RELATIONS[relation]} {name}"
