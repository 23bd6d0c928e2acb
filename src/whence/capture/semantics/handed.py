"""Which files are the things that trackers were handed.

A tracker is told a path, and copies what lies there; the run wrote that file, or read it. What it
was told is a second, declared word about the same artifact, and a list of the run's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from whence.capture.classify import kind_read, kind_written
from whence.model.edge import Basis
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.recording.observation import Claim, FileSeen
from whence.recording.redact import redact_url, redact_value

MOST = 500
"""How many things a record lists of one run."""

_FLEETING = ("/tmp/", "/var/tmp/")  # noqa: S108  told of, not written
"""Where trackers write what they are handed as objects; nobody finds it there later."""

_LARGE = 5
"""Files below a folder that a tracker was handed; where there are more, none is named alone."""


class Names(Protocol):
    """How paths are called."""

    def name_of(self, path: str) -> str:
        """How the workspace calls a path."""

    def location_of(self, path: str) -> str:
        """The path as a URI."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Files as trackers know them."""

    used: tuple[FileSeen, ...]
    generated: tuple[FileSeen, ...]
    tracked: Mapping[str, Any]
    """The facet: ``{"things": […]}``."""


def find_handed(
    things: Sequence[Mapping[str, Any]],
    used: Sequence[FileSeen],
    generated: Sequence[FileSeen],
    names: Names,
) -> Handed:
    """Look up what trackers were handed among the files of the run."""
    told: list[dict[str, Any]] = []
    declared: dict[tuple[str, str], FileSeen] = {}
    for thing in things[:MOST]:
        place = thing.get("path") or thing.get("uri")
        files: list[tuple[str, FileSeen]] = []
        if place:
            location = names.location_of(place) if "path" in thing else redact_url(place)
            files = _at(location, generated, used) or _elsewhere(thing, location)
        for mode, file in files:
            key = (mode, file.location)
            declared[key] = _declare(declared.get(key), file, thing)
        told.append(_tell(thing, files, names))
    return Handed(
        used=tuple(file for (mode, _), file in declared.items() if mode == "used"),
        generated=tuple(file for (mode, _), file in declared.items() if mode == "generated"),
        tracked={"things": told} if told else {},
    )


def _at(
    location: str, generated: Sequence[FileSeen], used: Sequence[FileSeen]
) -> list[tuple[str, FileSeen]]:
    """The run's files at a place: that one, those below it, or the folder that holds it."""
    among = [
        *(("generated", each) for each in generated if each.basis is Basis.OBSERVED),
        *(("used", each) for each in used if each.basis is Basis.OBSERVED),
    ]
    inside = location.rstrip("/") + "/"
    for matches in (
        [each for each in among if each[1].location == location],
        [each for each in among if each[1].location.startswith(inside)],
        [each for each in among if location.startswith(each[1].location + "/")],
    ):
        if matches:
            made = [each for each in matches if each[0] == "generated"]
            return (made or matches) if len(matches) <= _LARGE else []
    return []


def _elsewhere(thing: Mapping[str, Any], location: str) -> list[tuple[str, FileSeen]]:
    """A thing beyond this machine, which is known by its address alone."""
    if "uri" not in thing:
        return []
    is_input = thing["form"] == "dataset" or thing.get("mode") == "used"
    mode = "used" if is_input else "generated"
    file = FileSeen(
        name=location,
        location=location,
        kind=kind_read(location) if is_input else kind_written(location),
        role="input" if is_input else "output",
        sha256=None,
        basis=Basis.DECLARED,
        gap=Gap(
            "content-unknown",
            location,
            f"{thing['system']} was told of it by its address only",
            "read it through a file, or state its sha256",
        ),
    )
    return [(mode, file)]


def _declare(known: FileSeen | None, file: FileSeen, thing: Mapping[str, Any]) -> FileSeen:
    """The same file, as a tracker knows it."""
    role = str(thing.get("role") or thing.get("type") or "")
    named = (known.role if known else "") or file.role
    claims = dict.fromkeys((known.claims if known else ()) + _claims(thing, file))
    return replace(
        file,
        basis=Basis.DECLARED,
        role=role if role and role not in _NO_ROLES else named,
        size=None,
        members=(),
        table={},
        facets={},
        claims=tuple(claims),
        gap=file.gap if file.basis is Basis.DECLARED else None,
    )


_NO_ROLES = frozenset({"str", "PosixPath", "Path", "artifact", "dict", "DataFrame"})
"""Types that trackers tell of the object they were handed, rather than of the thing."""


def _claims(thing: Mapping[str, Any], file: FileSeen) -> tuple[Claim, ...]:
    digest = str(thing.get("digest") or "")
    sha256 = digest.removeprefix("sha256:") if digest.startswith("sha256:") else ""
    version = str(thing.get("version") or "")
    is_model = thing["form"] == "model" or thing.get("type") == "model"
    if not sha256 and not (is_model and version):
        return ()
    if is_model and file.kind is not NodeKind.MODEL:
        version = ""  # a version is said of the model, not of what lies beside it
    claim = Claim(
        source=str(thing["system"]),
        model=str(thing.get("name") or "") if version else "",
        version=version,
        sha256=sha256 if not file.members else "",
    )
    return (claim,) if claim.version or claim.sha256 else ()


def _tell(
    thing: Mapping[str, Any], files: Iterable[tuple[str, FileSeen]], names: Names
) -> dict[str, Any]:
    """A line of the facet: what was said, and which of the run's files that is."""
    told = {
        name: redact_value(name, value)
        for name, value in thing.items()
        if name not in {"path", "uri"} and value not in (None, "")
    }
    met = [file.name for _, file in files]
    if "path" in thing and (met or not thing["path"].startswith(_FLEETING)):
        told["path"] = names.name_of(thing["path"])
    if "uri" in thing:
        told["uri"] = redact_url(thing["uri"])
    if met and met != [told.get("path")]:
        told["files"] = met
    return told
