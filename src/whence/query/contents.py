"""Which contents it takes to do again all that led to a thing, and to compare what comes."""

from collections.abc import Iterable

from whence.model.edge import EdgeKind
from whence.model.node import NodeKind
from whence.query.account import account_for
from whence.store.interface import Direction, GraphReader


def reach(reader: GraphReader, starts: Iterable[int]) -> set[int]:
    """Everything that these things come from, themselves included.

    Of a run, also what it made, and its parts; of a thing, also the runs that measured it, with
    all that these used.
    """
    reached: set[int] = set()
    front = set(starts)
    aside: set[int] = set()
    while front:
        reached |= front
        found: set[int] = set()
        for link in reader.links(list(front), Direction.ORIGINS):
            found.add(link.target)
        for link in reader.links(list(front), Direction.EFFECTS):
            if link.kind is EdgeKind.PART_OF:
                found.add(link.origin)
            elif link.kind is EdgeKind.GENERATED_BY:
                aside.add(link.origin)
        front = found - reached
    return reached | aside


def measuring(reader: GraphReader, artifacts: Iterable[int]) -> set[int]:
    """Runs that used one of these and made an evaluation."""
    users = {
        link.origin
        for link in reader.links(list(artifacts), Direction.EFFECTS)
        if link.kind is EdgeKind.USED
    }
    made = [
        link
        for link in reader.links(list(users), Direction.EFFECTS)
        if link.kind is EdgeKind.GENERATED_BY
    ]
    kinds = reader.nodes([link.origin for link in made])
    return {
        link.target
        for link, node in zip(made, kinds, strict=True)
        if node.kind is NodeKind.EVALUATION
    }


def digests(reader: GraphReader, handles: Iterable[int]) -> set[str]:
    """The contents of artifacts, those in folders and of the code of runs among them."""
    listed = sorted(handles)
    found: set[str] = set()
    for handle, node in zip(listed, reader.nodes(listed), strict=True):
        if node.digest is not None:
            found.add(node.digest.sha256)
        if node.kind is NodeKind.RUN or node.is_artifact:
            account = account_for(reader, handle)
            for _, _, sha256 in account.said("manifest").get("members", ()):
                found.add(sha256)
            for each in account.said("code").get("files", ()):
                found.add(each["sha256"])
    return found
