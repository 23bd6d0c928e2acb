"""Reading the small files in which a system tells of itself."""

_MOST = 65_536


def read_small(path: str) -> str:
    """The start of a text file; empty where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_MOST)
    except OSError:
        return ""
