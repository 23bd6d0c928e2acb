"""What is written on an item: kind, name, facts, what is not known, and what a pointer shows."""

from dataclasses import dataclass

from whence.drawing.escaping import printable
from whence.drawing.figures import count_text, counted
from whence.drawing.kinds import KIND_LOOKS, many_of
from whence.drawing.picture import Item, Picture
from whence.drawing.telling import (
    SHORT,
    code_facts,
    content_facts,
    digest_text,
    duration_of,
    gap_text,
    state_text,
)
from whence.model.node import NodeKind

_LISTED = 12


@dataclass(frozen=True, slots=True)
class Face:
    """Everything written on one item, printable; empty where there is nothing to say."""

    kind: str
    name: str
    facts: str
    gap: str
    """What is not known, in one short line."""
    details: tuple[str, ...]
    """The whole of it in lines, for a pointer that rests on the item and for a screen reader."""


def find_faces(picture: Picture) -> list[Face]:
    """The faces of all items of a picture, in their order."""
    users: dict[int, list[int]] = {}
    for arrow in picture.arrows:
        users.setdefault(arrow.cause, []).append(arrow.effect)
    return [_face(picture, at, users.get(at, [])) for at in range(len(picture.items))]


def _face(picture: Picture, at: int, users: list[int]) -> Face:
    item = picture.items[at]
    look = KIND_LOOKS[item.kind]
    facts = _facts(picture, item, users)
    if item.is_stack:
        name = f"{many_of(item.kind, len(item.told))}"
        if item.kind is NodeKind.RUN:
            name += f" of {item.first.node.name}"
    else:
        name = item.first.node.name
    return Face(
        kind=look.word,
        name=printable(name),
        facts=printable(" · ".join(facts)),
        gap=printable(_gap(item)),
        details=tuple(map(printable, _details(item, facts))),
    )


def _facts(picture: Picture, item: Item, users: list[int]) -> list[str]:
    first = item.first
    if item.kind is NodeKind.RUN:
        took = "" if item.is_stack or item.is_troubled else duration_of(first.facts)
        return [text for text in (state_text(first.facts), took) if text]
    if item.is_stack:
        names = [each.node.name for each in item.told]
        folder = _folder(names)
        return [f"in {folder}/"] if folder else [f"{names[0]} … {names[-1]}"]
    facts = content_facts(first)
    if item.members:
        several = len(item.members) > 1
        facts = [counted(len(item.members), "file", "files") if several else item.members[0]]
    if item.kind is NodeKind.CODE:
        runs = [each for user in users for each in picture.items[user].told]
        facts += code_facts(each for each in runs if each.node.kind is NodeKind.RUN)
    if first.node.is_artifact and first.node.digest is None:
        facts.append(digest_text(first))
    if item.kind is NodeKind.ENVIRONMENT:
        facts = [text for text in facts if text.casefold() != first.node.name.casefold()]
    return facts or [text for text in (digest_text(first),) if text]


def _folder(names: list[str]) -> str:
    """The folder that all of these are in, as far as their names tell."""
    first, last = min(names).split("/"), max(names).split("/")
    shared = 0
    while shared < min(len(first), len(last)) - 1 and first[shared] == last[shared]:
        shared += 1
    return "/".join(first[:shared])


def _gap(item: Item) -> str:
    if not item.gaps:
        return ""
    kinds = {(gap.kind, gap.reason) for gap in item.gaps}
    if len(kinds) == 1:
        gap = item.gaps[0]
        about = gap.about if len(item.gaps) > 1 or item.is_stack else item.first.node.name
        text = gap_text(gap, about)
        return f"{text} ({count_text(len(item.gaps))})" if len(item.gaps) > 1 else text
    return f"{count_text(len(item.gaps))} things not known"


def _details(item: Item, facts: list[str]) -> list[str]:
    first = item.first
    if item.is_stack:
        lines = [f"{many_of(item.kind, len(item.told))}:"]
        lines += [f"{each.node.name} {each.node.id[:SHORT]}" for each in item.told[:_LISTED]]
        if len(item.told) > _LISTED:
            lines.append(f"+ {count_text(len(item.told) - _LISTED)} more")
    else:
        lines = [f"{KIND_LOOKS[item.kind].word} {first.node.name}", ", ".join(facts)]
        if first.node.digest is not None:
            lines.append(f"sha256:{first.node.digest.sha256}")
        lines.append(f"id {first.node.id}")
        if started := first.facts.get("started_at"):
            lines.append(f"started {started}")
        if command := first.facts.get("command"):
            lines.append(" ".join(map(str, command)))
        if item.members:
            lines += list(item.members[:_LISTED])
            if len(item.members) > _LISTED:
                lines.append(f"+ {count_text(len(item.members) - _LISTED)} more")
    lines += [f"? {gap_text(gap, first.node.name)}" for gap in item.gaps[:_LISTED]]
    if len(item.gaps) > _LISTED:
        lines.append(f"? {count_text(len(item.gaps) - _LISTED)} more")
    return [line for line in lines if line]
