"""What a person says of a system, in a file and on the command line."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import NotFoundError, UsageError, WhenceError
from whence.homecoming.parts import Plan, find_parts, read_plan, read_wires
from whence.model.identity import NodeId
from whence.recording.observation import FileSeen
from whence.recording.registry.assembly import PART_SORTS, ToolSeen
from whence.workspace import Workspace

KNOWN = NodeId("a" * 32)


def resolve(ref: str) -> NodeId:
    if ref != "delay@1":
        raise NotFoundError(ref)
    return KNOWN


def plan_of(tmp_path: Path, text: str) -> Plan:
    path = tmp_path / "system.yaml"
    path.write_text(text, encoding="utf-8")
    return read_plan(path)


def test_a_file_says_parts_wires_and_words(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        "system: helpdesk\n"
        "licence: MIT\n"
        "tags: [core, on]\n"
        "owners: {ada: maker, bob: }\n"
        "parts:\n"
        "  a: {model: delay@1}\n"
        "  3.10: {prompt: p.txt}\n"
        "wires: [a -> 3.10 -> a]\n",
    )
    assert plan == Plan(
        (("a", "model", "delay@1"), ("3.10", "prompt", "p.txt")),
        (("a", "3.10"), ("3.10", "a")),
        "helpdesk",
        {"licence": "MIT", "tags": {"core": "", "on": ""}, "owners": {"ada": "maker", "bob": ""}},
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file: this should be a mapping"),
        ("- a", "the file: this should be a mapping"),
        ("parts: {}\nnoise: 1", "'noise': this should be one of"),
        ("parts: [a]", "parts: this should be a mapping"),
        ("parts: {a: delay@1}", "parts: a: this should be a mapping"),
        ("parts: {a: {model: x, prompt: y}}", "parts: a: this should be one line"),
        ("parts: {a: {ghost: x}}", "parts: a: ghost: this should be one of"),
        ("parts: {a: {model: }}", "parts: a: model: this should be a path"),
        ("parts: {a: {model: x}}\nwires: a -> b", "wires: this should be a list"),
        ("parts: {a: {model: x}}\nwires: [a]", "'a' is no wire"),
        ("parts: {a: {model: x}}\nwires: [[a, b]]", "this should be a text"),
        ("parts: {a: {model: x}}\ntags: 1", "tags: this should be a mapping"),
        ("parts: {a: {model: x}}\nlicence: [x]", "licence: this should be a text"),
        ("parts: {a: {model: x}", "system.yaml:"),
        ("parts: {a: {model: !!python/object:os.system x, y: z}}", "a: this should be one line"),
    ],
)
def test_every_mistake_is_told_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(UsageError) as error:
        plan_of(tmp_path, text)
    assert why in error.value.message


@given(st.binary(max_size=200))
def test_any_bytes_are_a_plan_or_an_error_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    with suppress(WhenceError):
        assert isinstance(read_plan(path), Plan)


@pytest.mark.parametrize("text", ["", "a", "a->", "->a", "a -> -> b"])
def test_what_is_no_wire_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no wire"):
        read_wires(text)


def test_parts_are_files_folders_refs_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "index" / "deep").mkdir(parents=True)
    for name in ("p.txt", "index/a.json", "index/deep/b.json"):
        (tmp_path / name).write_text(name)
    workspace = Workspace(tmp_path, tmp_path / ".whence")
    said = {
        "m": ("model", "delay@1"),
        "p": ("prompt", "p.txt"),
        "i": ("index", "index"),
        "t": ("tool", "https://search.example/v2"),
        "f": ("tool", "search"),
    }
    plan = Plan(tuple((name, *rest) for name, rest in said.items()))
    found = {part.name: part.what for part in find_parts(workspace, plan, tmp_path, resolve)}
    assert found["m"] == KNOWN
    assert found["t"] == ToolSeen("https://search.example/v2")
    assert found["f"] == ToolSeen("search")
    prompt, index = found["p"], found["i"]
    assert isinstance(prompt, FileSeen)
    assert isinstance(index, FileSeen)
    assert (prompt.name, prompt.kind, prompt.size) == ("p.txt", PART_SORTS["prompt"], 5)
    assert [member.path for member in index.members] == ["a.json", "deep/b.json"]
    assert index.sha256 is not None


@pytest.mark.parametrize(("sort", "ref"), [("model", "ghost"), ("prompt", "nowhere.txt")])
def test_what_is_nowhere_is_not_found(tmp_path: Path, sort: str, ref: str) -> None:
    workspace = Workspace(tmp_path, tmp_path / ".whence")
    with pytest.raises(NotFoundError):
        find_parts(workspace, Plan((("a", sort, ref),)), tmp_path, resolve)


def test_an_empty_folder_is_no_part(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    workspace = Workspace(tmp_path, tmp_path / ".whence")
    with pytest.raises(UsageError, match="is empty"):
        find_parts(workspace, Plan((("a", "index", "index"),)), tmp_path, resolve)
