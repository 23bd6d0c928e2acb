"""What of a run's files each of its parts used and made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from whence.capture.interface import Activity, FileAccess, Held, Mode
from whence.capture.parts.division import Division
from whence.capture.parts.tree import Tree
from whence.capture.parts.versions import Use, Version

_GONE = "it was overwritten or removed before its content could be kept"


@dataclass(slots=True)
class Share:
    """One part's."""

    reads: dict[str, FileAccess] = field(default_factory=dict)
    executed: dict[str, FileAccess] = field(default_factory=dict)
    writes: dict[str, FileAccess] = field(default_factory=dict)
    temporary: list[FileAccess] = field(default_factory=list)
    """What another part used and what was gone, or was something else, when the run ended."""
    makers: dict[str, int] = field(default_factory=dict)
    """Path that it read → the part that had made it."""

    def activity(self) -> Activity:
        """As a tracer would tell it."""
        return Activity(
            reads=tuple(self.reads.values()),
            writes=tuple(self.writes.values()),
            executed=tuple(self.executed.values()),
        )


def share(
    activity: Activity, versions: Sequence[Version], tree: Tree, division: Division
) -> list[Share]:
    """The shares of the run itself and of each of its parts, in their order."""
    return _Sharing(activity, tree, division).share(versions)


class _Sharing:
    def __init__(self, activity: Activity, tree: Tree, division: Division) -> None:
        self._tree = tree
        self._owners = division.owners
        self._shares = [Share() for _ in range(len(division.parts) + 1)]
        self._reads = {each.path: each for each in activity.reads}
        self._executed = {each.path: each for each in activity.executed}
        self._writes = {each.path: each for each in activity.writes}
        self._given: set[tuple[str, str]] = set()

    def share(self, versions: Sequence[Version]) -> list[Share]:
        for version in versions:
            if version.maker is None:
                self._give_input(version)
            else:
                self._give_product(version, self._owners[version.maker])
        self._give_rest()
        return self._shares

    def _give_input(self, version: Version) -> None:
        for user, use in version.users.items():
            self._give_read(version.path, self._owners[user], use.pid, use.at, use.aliases)

    def _give_read(
        self, path: str, part: int, pid: int, at: int, aliases: set[str] | None = None
    ) -> None:
        for name, whole in (("reads", self._reads), ("executed", self._executed)):
            if path in whole:
                access = _by(whole[path], part, pid, at)
                if aliases is not None:
                    access = access._replace(aliases=tuple(sorted(aliases)))
                getattr(self._shares[part], name).setdefault(path, access)
                self._given.add((name, path))

    def _give_product(self, version: Version, maker: int) -> None:
        users: dict[int, Use] = {}
        for user, use in version.users.items():
            if self._owners[user] != maker:
                users.setdefault(self._owners[user], use)
        made: FileAccess | None = None
        if version.stands and version.path in self._writes:
            made = _by(self._writes[version.path], maker, version.pid, version.at)
            self._shares[maker].writes[version.path] = made
            self._given.add(("writes", version.path))
        elif version.stands and version.path in self._reads:
            # It holds what it held before; so whoever wrote it has only read it.
            self._give_read(version.path, maker, version.pid, version.at)
            self._give_input(version)
            return
        elif users:
            made = self._temporary(version)
            self._shares[maker].temporary.append(made)
        if made is not None:
            for part, use in users.items():
                share = self._shares[part]
                if version.path not in share.reads:
                    aliases = tuple(sorted(use.aliases))
                    read = made._replace(mode=Mode.READ, stdio=(), aliases=aliases)
                    share.reads[version.path] = _by(read, part, use.pid, use.at)
                    share.makers[version.path] = maker

    def _temporary(self, version: Version) -> FileAccess:
        held = Held()
        if version.kept.startswith("sha256:"):
            held = Held(sha256=version.kept.removeprefix("sha256:"))
        elif version.kept or version.lies not in self._writes:
            held = Held(lost=version.kept.removeprefix("lost:") or _GONE)
        return FileAccess(
            version.path,
            Mode.WRITE,
            version.pid or None,
            version.at,
            identity=version.state,
            held=held,
            location=version.lies or version.path,
        )

    def _give_rest(self) -> None:
        """What no event tells of, such as files of a folder that was moved."""
        wholes: Sequence[tuple[str, Mapping[str, FileAccess]]] = (
            ("reads", self._reads),
            ("executed", self._executed),
            ("writes", self._writes),
        )
        for name, whole in wholes:
            for path, access in whole.items():
                if (name, path) not in self._given:
                    doer = self._tree.find(access.first_pid or 0, access.first_at)
                    part = 0 if doer is None else self._owners[doer.key]
                    getattr(self._shares[part], name).setdefault(path, access)


def _by(access: FileAccess, part: int, pid: int, at: int) -> FileAccess:
    """An access as that of one part; the command's own streams are nobody else's."""
    streams = () if part else access.stdio
    return access._replace(first_pid=pid or access.first_pid, first_at=at, stdio=streams)
