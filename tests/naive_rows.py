"""What a person would count by hand, and small tables to count on."""

from collections import Counter
from collections.abc import Hashable, Sequence
from pathlib import Path

from whence.rows.change import RowChange
from whence.rows.fingerprint import Print, fingerprint

SECRET = b"a secret of tests".ljust(32, b".")


def taken(path: Path, key: Sequence[str] = (), secret: bytes = SECRET) -> Print:
    """The fingerprint of a file, its prints beside it."""
    prints = path.with_name(path.name + ".prints")
    return Print(fingerprint(path, prints, secret=secret, key=key), prints)


def written(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def count_whole(before: Sequence[Hashable], after: Sequence[Hashable]) -> RowChange:
    """Rows compared whole: as often as each stands."""
    old, new = Counter(before), Counter(after)
    return RowChange(
        added=(new - old).total(), removed=(old - new).total(), unchanged=(old & new).total()
    )


def count_keyed(
    before: Sequence[tuple[Hashable, Hashable]], after: Sequence[tuple[Hashable, Hashable]]
) -> RowChange:
    """Rows as (key, rest): equal ones first, what is left of a key on both sides has changed."""
    added = removed = unchanged = changed = 0
    for key in {key for key, _ in (*before, *after)}:
        old = Counter(rest for each, rest in before if each == key)
        new = Counter(rest for each, rest in after if each == key)
        gone, come = (old - new).total(), (new - old).total()
        unchanged += (old & new).total()
        changed += min(gone, come)
        removed += gone - min(gone, come)
        added += come - min(gone, come)
    return RowChange(added=added, removed=removed, unchanged=unchanged, changed=changed)
