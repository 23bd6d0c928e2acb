"""What a program stated of its run, read back and held against what was observed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from whence.capture.classify import kind_read, kind_written
from whence.capture.statements import FORMS
from whence.model.edge import Basis
from whence.model.gap import Gap
from whence.model.node import NodeKind
from whence.recording.observation import FileSeen
from whence.recording.redact import redact_mapping, redact_url


class Names(Protocol):
    """How paths are called."""

    def name_of(self, path: str) -> str:
        """How the workspace calls a path."""

    def location_of(self, path: str) -> str:
        """The path as a URI."""


@dataclass(frozen=True, slots=True)
class Stated:
    """All statements of a run, added up."""

    used: tuple[FileSeen, ...]
    generated: tuple[FileSeen, ...]
    facets: Mapping[str, Mapping[str, Any]]
    claims: tuple[tuple[str, str, str | None], ...]
    """Name, claimed SHA-256, and the one found when it was claimed."""

    def contradictions(self, observed: Iterable[FileSeen]) -> list[Gap]:
        """Where a claim about content is not what was seen."""
        seen = {each.name: each.sha256 for each in observed}
        found = []
        for name, claimed, read in self.claims:
            actual = seen.get(name) or read
            if actual is not None and actual != claimed:
                found.append(
                    Gap(
                        "contradiction",
                        name,
                        f"declared to be sha256:{claimed[:12]}…, observed sha256:{actual[:12]}…",
                        "correct the statement, or find out which bytes were meant",
                    )
                )
        return found


def read_statements(lines: Iterable[Mapping[str, Any]], names: Names) -> Stated:
    """Add up the statements of a session; lines of an unknown form are left out."""
    used: dict[str, FileSeen] = {}
    generated: dict[str, FileSeen] = {}
    facets: dict[str, dict[str, Any]] = {}
    claims = []
    for line in lines:
        form = line.get("form")
        if form in {"used", "generated"} and ("path" in line or "uri" in line):
            seen = _thing(line, names)
            (used if form == "used" else generated)[seen.location] = seen
            if line.get("claimed"):
                claims.append((seen.name, line["claimed"], seen.sha256))
        elif form in FORMS:
            _add_values(facets, line)
    return Stated(tuple(used.values()), tuple(generated.values()), facets, tuple(claims))


def _add_values(facets: dict[str, dict[str, Any]], line: Mapping[str, Any]) -> None:
    step = line.get("step")
    for facet in ("parameters", "seeds"):
        for name, value in redact_mapping(line.get(facet) or {}).items():
            facets.setdefault(facet, {})[name] = {"value": value, "source": "declared"}
    for name, value in redact_mapping(line.get("tags") or {}).items():
        facets.setdefault("tags", {})[name] = value
    for name, value in (line.get("metrics") or {}).items():
        kept = facets.setdefault("metrics", {}).setdefault(name, {"source": "declared"})
        kept["value"] = value
        if step is not None:
            kept["step"] = step
            kept.setdefault("series", []).append([step, value])


def _thing(line: Mapping[str, Any], names: Names) -> FileSeen:
    place = line.get("path") or redact_url(line["uri"])
    is_path = "path" in line
    tell_kind = kind_read if line["form"] == "used" else kind_written
    gap = None
    sha256 = line.get("sha256") or (None if is_path else line.get("claimed"))
    name = line.get("name") or (names.name_of(place) if is_path else place)
    if sha256 is None:
        gap = Gap(
            "content-unknown",
            name,
            "stated by its address only",
            "state its sha256 too, or read it through a file",
        )
    return FileSeen(
        name=name,
        location=names.location_of(place) if is_path else place,
        kind=NodeKind(line["kind"]) if line.get("kind") else tell_kind(place),
        role=line.get("role") or "input",
        sha256=sha256,
        size=line.get("size"),
        basis=Basis.DECLARED,
        gap=gap,
    )
