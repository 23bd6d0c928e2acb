"""What a run really read, of all that was ever thought: the best edge that there is.

Edges from a reader to the version of a dataset that it read are inferred from times, and better
ones are added as more is learnt (``recording.timelines``). None is taken back, so answers go by
this rule: of a reader and a place, the version that was made last before the reader began.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from whence.model.edge import EdgeKind
from whence.store.interface import Direction, GraphReader, Link

_RECENT = 8
"""How many of a name's latest arrivals are asked where they lie."""

_SAID = {"at", "made", "place"}

_EVER = "~"
"""Later than every moment."""


def settled(links: Sequence[Link]) -> list[Link]:
    """The links without those that are known better by now.

    All readings of a reader must be among them, or none: ask for the links that leave it.
    """
    readings: dict[int, list[tuple[int, dict[str, str]]]] = defaultdict(list)
    for index, link in enumerate(links):
        if is_reading(link):
            readings[link.origin].append((index, dict(link.detail)))
    if not readings:
        return list(links)
    dropped = {index for told in readings.values() for index in _worse(links, told)}
    return [link for index, link in enumerate(links) if index not in dropped]


def is_reading(link: Link) -> bool:
    """Whether a link says which version a reader read."""
    return {name for name, _ in link.detail} >= _SAID if link.detail else False


def _worse(links: Sequence[Link], told: Sequence[tuple[int, dict[str, str]]]) -> Iterable[int]:
    """Which of one reader's readings are known better."""
    began = min(said["at"] for _, said in told)
    best: dict[str, tuple[str, int]] = {}
    for index, said in told:
        if links[index].kind is not EdgeKind.USED and not said["made"]:
            continue  # a thing that lay where nothing is known to have been made
        if said["made"].partition(" ")[0] <= began and said["made"] >= said.get("since", ""):
            rank = (said["made"], -index)
            best[said["place"]] = max(best.get(said["place"], rank), rank)
    kept = {-negative for _, negative in best.values()}
    return {index for index, _ in told} - kept


def best(reader: GraphReader, links: Sequence[Link]) -> list[Link]:
    """Links without worse readings, whatever of a reader is among them."""
    readers = list(dict.fromkeys(link.origin for link in links if is_reading(link)))
    if not readers:
        return list(links)
    kept = set(settled(reader.links(readers, Direction.ORIGINS)))
    return [link for link in links if not is_reading(link) or link in kept]


def prune(
    reader: GraphReader,
    roots: Iterable[int],
    handles: Sequence[int],
    links: Sequence[Link],
    direction: Direction,
) -> tuple[list[int], list[Link]]:
    """An answer without what is reached by worse readings alone.

    Args:
        reader: The store.
        roots: Where the walk started.
        handles: What was reached.
        links: The links among these.
        direction: Which way the walk went.
    """
    kept = best(reader, links)
    if len(kept) == len(links):
        return list(handles), kept
    after: dict[int, list[int]] = defaultdict(list)
    for link in kept:
        ends = (link.origin, link.target)
        start, end = ends if direction is Direction.ORIGINS else reversed(ends)
        after[start].append(end)
    reached = set(roots)
    front = list(reached)
    while front:
        front = [each for start in front for each in after[start] if each not in reached]
        reached.update(front)
    among = [link for link in kept if link.origin in reached and link.target in reached]
    return [handle for handle in handles if handle in reached], among


def newest_first(reader: GraphReader, handles: Sequence[int]) -> list[int]:
    """Artifacts of one name, what a tool told to be made last before all that arrived later."""
    locations = {node.location: None for node in reader.nodes(handles[:_RECENT]) if node.location}
    for location in locations:
        for made in reader.made_at(location, _EVER, 1):
            if made.handle in handles:
                return [made.handle, *(each for each in handles if each != made.handle)]
    return list(handles)
