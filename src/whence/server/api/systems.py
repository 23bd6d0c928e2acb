"""Systems: numbered sets of models, prompts, indexes and tools, and what differs between two."""

from typing import Annotated

import msgspec
from msgspec import Meta

from whence.errors import NotFoundError, UsageError
from whence.model.line import SYSTEMS
from whence.query.models import lines_json
from whence.query.systems import compare_systems, system_json, systems_json
from whence.recording.observation import FileSeen
from whence.recording.registry.assembly import PART_SORTS, Assembly, Part, ToolSeen
from whence.server.access.permission import Permission
from whence.server.api.models import Models
from whence.server.api.naming import Text
from whence.server.looking import AsOf, looking_back
from whence.server.routing import Call, Ref, Reply, Route, Words
from whence.server.service import SOURCE, actor_of, find
from whence.store.interface import Reader


class Content(Words):
    """A file that the record may not know yet, by its content; the server never sees it."""

    name: Annotated[str, Meta(min_length=1, max_length=4_096)]
    """Its path in the project."""
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class PartSaid(Words):
    """One part: by a REF, or by its content, or a tool by its address."""

    name: str
    """What it is in this system."""
    sort: str = msgspec.field(name="as")
    """`model`, `prompt`, `index`, `tool`, `data`, `document`, `config`, `code` or `system`."""
    ref: str = ""
    content: Content | None = None


class Making(Words):
    """The parts of a system, and from which to which what one gives goes."""

    name: str
    parts: Annotated[list[PartSaid], Meta(max_length=1_000)]
    wires: Annotated[list[tuple[str, str]], Meta(max_length=10_000)] = msgspec.field(
        default_factory=list
    )
    description: Text = ""
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    owners: dict[str, str] = msgspec.field(default_factory=dict)
    licence: Annotated[str, Meta(max_length=200)] = ""


class OneSystem(Words):
    """What is asked of one system."""

    as_of: AsOf = ""


class Two(Words):
    """Two versions of systems."""

    a: Ref
    b: Ref


def systems(call: Call) -> Reply:
    """List systems, as `whence system --json` does."""
    with call.reading() as present, looking_back(present, call.query.as_of) as reader:
        return Reply({"systems": lines_json(reader, SYSTEMS)})


def system(call: Call) -> Reply:
    """Tell all of one system, or, of `NAME@N`, of one version, as `whence system NAME` does."""
    name = call.path["name"]
    with call.reading() as present, looking_back(present, call.query.as_of) as reader:
        if "@" in name:
            handle = find(reader, name)
            if reader.nodes([handle])[0].kind is not SYSTEMS.version:
                raise NotFoundError(f"{name} is no version of a system")
            return Reply(system_json(reader, handle))
        line = reader.find(SYSTEMS.node(name).id)
        if line is None:
            raise NotFoundError(f"there is no system {name!r}")
        return Reply(systems_json(reader, line))


def make(call: Call) -> Reply:
    """Make the next version of a system, as `whence system NAME …` does.

    Where the latest version has these very parts and wires, that one is answered, with status 200.
    """
    asked: Making = call.body
    with call.service.reading(call.principal) as reader:
        assembly = Assembly(
            asked.name,
            [_part(reader, each) for each in asked.parts],
            actor_of(call.principal),
            SOURCE,
            wires=asked.wires,
            description=asked.description,
            tags=asked.tags,
            owners=asked.owners,
            licence=asked.licence,
        )
        assembly.check()
        same = assembly.same_as(reader)
        if same is not None:
            return Reply(system_json(reader, same), 200)
    call.keep([assembly.compose])
    with call.service.reading(call.principal) as reader:
        handle = reader.find(assembly.version)
        assert handle is not None, "it was kept"
        return Reply(system_json(reader, handle), 201)


def parts(call: Call) -> Reply:
    """Tell what differs between two versions of systems, part by part."""
    with call.reading() as reader:
        a, b = find(reader, call.query.a), find(reader, call.query.b)
        return Reply(compare_systems(reader, a, b))


def _part(reader: Reader, said: PartSaid) -> Part:
    kind = PART_SORTS.get(said.sort)
    if kind is None:
        raise UsageError(
            f"{said.name}: a part cannot be a {said.sort!r}", hint=", ".join(PART_SORTS)
        )
    if bool(said.ref) == (said.content is not None):
        raise UsageError(f"{said.name}: give either `ref` or `content`")
    if said.content is not None:
        if said.sort == "system":
            raise UsageError(f"{said.name}: a system is named by `ref`")
        its = said.content
        seen = FileSeen(its.name, its.name, kind, "part", its.sha256, its.size)
        return Part(said.name, said.sort, seen, its.name)
    if said.sort == "tool" and "://" in said.ref:
        return Part(said.name, said.sort, ToolSeen(said.ref), said.ref)
    (node,) = reader.nodes([find(reader, said.ref)])
    return Part(said.name, said.sort, node.id, said.ref)


ROUTES = (
    Route("GET", "/api/v1/systems", systems, Permission.READ, query=Models, answer="systems-1"),
    Route(
        "GET",
        "/api/v1/systems/{name:path}",
        system,
        Permission.READ,
        query=OneSystem,
        answer="systems-1",
    ),
    Route(
        "POST",
        "/api/v1/systems",
        make,
        Permission.WRITE,
        body=Making,
        answer="systems-1",
        status=201,
    ),
    Route("GET", "/api/v1/parts", parts, Permission.READ, query=Two, answer="parts-1"),
)
