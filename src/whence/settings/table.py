"""Every setting: what it may be, what it is where nobody set it, and what it does."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from whence.errors import UsageError

Value = str | int
"""A word, or a number of bytes."""

_UNITS = {"": 1, "b": 1} | {
    letter + ending: base**power
    for power, letter in enumerate("kmgt", start=1)
    for ending, base in (("", 1024), ("ib", 1024), ("b", 1000))
}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]{0,3})\Z")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that may be set."""

    name: str
    default: Value
    choices: tuple[str, ...]
    """The words that it may be; empty for a size, a URL or a folder."""
    meaning: str
    for_paths: bool = False
    """Whether it may be set for some files alone, as ``NAME:PATTERN``."""
    is_url: bool = False
    is_folder: bool = False

    def read(self, text: str) -> Value:
        """The value that somebody wrote.

        Raises:
            UsageError: it cannot be that.
        """
        if self.is_url:
            return read_url(text, self.name)
        if self.is_folder:
            return read_folder(text, self.name)
        if not self.choices:
            return read_size(text, self.name)
        if text not in self.choices:
            raise UsageError(
                f"{self.name} cannot be {text!r}", hint=f"it is one of: {', '.join(self.choices)}"
            )
        return text

    @property
    def form(self) -> str:
        """What it may be, for people."""
        if self.is_url:
            return "none | URL, such as https://whence.example.org"
        if self.is_folder:
            return "none | FOLDER, such as /srv/receipts"
        return " | ".join(self.choices) or "SIZE, such as 64 MiB"


SETTINGS = (
    Setting(
        "data.keep",
        "small",
        ("none", "small", "all"),
        "which inputs are kept when a run ends: none; those up to data.keep.largest; all",
        for_paths=True,
    ),
    Setting(
        "data.keep.largest",
        64 << 20,
        (),
        "up to which size a file, or a folder of up to 2,000, is small",
        for_paths=True,
    ),
    Setting("data.keep.most", 512 << 20, (), "how much one run may add to what is kept, in all"),
    Setting(
        "output.keep",
        "models",
        ("none", "models", "small", "all"),
        "which outputs are kept: none; small models and evaluations; all small ones; all",
        for_paths=True,
    ),
    Setting(
        "code.keep",
        "all",
        ("none", "all"),
        "whether source and configuration files that a run used are kept",
        for_paths=True,
    ),
    Setting(
        "store.url",
        "",
        (),
        "where records are kept, if not in this folder; WHENCE_STORE goes before it",
        is_url=True,
    ),
    Setting(
        "receipts.folder",
        "",
        (),
        "where receipts of predictions are looked for as well, besides this folder",
        is_folder=True,
    ),
)
"""In the order in which they are listed."""

_BY_NAME = {each.name: each for each in SETTINGS}


def find_setting(name: str) -> Setting:
    """The setting of a name, of ``NAME:PATTERN`` also.

    Raises:
        UsageError: there is none, or it cannot be set for some files alone.
    """
    bare, colon, pattern = name.partition(":")
    found = _BY_NAME.get(bare)
    if found is None:
        near = get_close_matches(bare, _BY_NAME, 1, 0.5)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"there is no setting {bare!r}", hint=f"{hint}`whence config` lists them all"
        )
    if any("\ud800" <= each <= "\udfff" for each in pattern):
        raise UsageError(f"{name!r} is no text in UTF-8", hint="use ? or * for what is not")
    if colon and (not found.for_paths or not pattern):
        what = "needs a pattern after the colon" if not pattern else "holds for all files alike"
        raise UsageError(f"{bare} {what}", hint="for example: data.keep:data/raw/** all")
    return found


def read_size(text: str, name: str) -> int:
    """A number of bytes, such as ``64 MiB``, ``1.5G`` or ``4096``.

    Raises:
        UsageError: it is none.
    """
    told = _SIZE.match(text.strip())
    unit = _UNITS.get(told[2].lower()) if told else None
    if told is None or unit is None:
        raise UsageError(f"{name} cannot be {text!r}", hint="it is a size, such as 64 MiB or 2 GiB")
    return int(float(told[1]) * unit)


def read_url(text: str, name: str) -> str:
    """A URL without a password in it; empty for ``none``.

    Raises:
        UsageError: it is none, or there is one.
    """
    url = text.strip()
    if url in {"", "none"}:
        return ""
    scheme, colon, rest = url.partition("://")
    if not colon or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) or not url.isprintable():
        raise UsageError(
            f"{name} cannot be {text!r}", hint="it is a URL, such as https://whence.example.org"
        )
    account, at, _ = rest.partition("/")[0].rpartition("@")
    if at and ":" in account:
        raise UsageError(
            f"{name} may not hold a password: this file is no place for one",
            hint="for PostgreSQL put it into ~/.pgpass, or set WHENCE_STORE in the environment",
        )
    return url


def read_folder(text: str, name: str) -> str:
    """An absolute path; empty for ``none``.

    Raises:
        UsageError: it is none.
    """
    path = text.strip()
    if path in {"", "none"}:
        return ""
    if not path.startswith("/") or not path.isprintable():
        raise UsageError(
            f"{name} cannot be {text!r}", hint="it is a whole path, such as /srv/receipts"
        )
    return path


def write_size(size: int) -> str:
    """A number of bytes as people write it, exactly."""
    for power in (4, 3, 2, 1):
        for base, ending in ((1024, "iB"), (1000, "B")):
            if size and size % base**power == 0:
                return f"{size // base**power} {'KMGT'[power - 1]}{ending}"
    return f"{size} B"


def write_value(setting: Setting, value: Value) -> str:
    """A value as people write it."""
    if setting.choices or setting.is_url or setting.is_folder:
        return str(value) or "none"
    return write_size(int(value))
