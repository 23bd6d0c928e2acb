from dataclasses import replace

from whence.model.edge import Basis, EdgeKind
from whence.model.identity import new_id
from whence.model.node import NodeKind
from whence.recording.observation import FileSeen, Member, RunSeen
from whence.recording.recorder import Recorder
from whence.recording.resolve import manifest_digest, resolve_used
from whence.store.interface import Direction, Link
from whence.store.memory import MemoryStore
from whence.testing.worlds import digest_of, file_seen, pipeline

MADE = file_seen("data/clean.parquet", "some rows of a table", NodeKind.DATASET, "output")


def run_with(used: tuple[FileSeen, ...] = (), generated: tuple[FileSeen, ...] = ()) -> RunSeen:
    (prepare, _, _) = pipeline()
    return replace(prepare, id=new_id(), used=used, generated=generated)


def recorded(*runs: RunSeen) -> MemoryStore:
    store = MemoryStore()
    Recorder(store).record_runs(runs)
    return store


def origins(store: MemoryStore, name: str) -> list[Link]:
    (handle, *_) = store.named(name)
    return store.links([handle], Direction.ORIGINS)


def test_what_a_run_made_is_what_the_next_one_used() -> None:
    store = recorded(run_with(generated=(MADE,)), run_with(used=(replace(MADE, role="input"),)))
    assert len(store.named(MADE.name)) == 1


def test_other_content_under_the_same_name_is_another_artifact() -> None:
    other = file_seen(MADE.name, "other rows", NodeKind.DATASET)
    store = recorded(run_with(generated=(MADE,)), run_with(used=(other,)))
    assert len(store.named(MADE.name)) == 2


def test_making_the_same_bytes_again_makes_a_second_artifact_and_the_latest_is_used() -> None:
    store = recorded(run_with(generated=(MADE,)), run_with(generated=(MADE,)))
    latest, first = store.named(MADE.name)
    found = resolve_used(store, replace(MADE, role="input"))
    assert found.node is None
    assert found.id == store.nodes([latest])[0].id != store.nodes([first])[0].id


def test_two_runs_that_undo_each_other_make_no_circle() -> None:
    a = file_seen("a.txt", "the first content of all", NodeKind.DATASET)
    b = file_seen("b.txt", "the second content of all", NodeKind.DATASET)
    store = recorded(
        run_with(used=(a,), generated=(replace(b, role="output"),)),
        run_with(used=(b,), generated=(replace(a, role="output"),)),
    )
    assert len(store.named("a.txt")) == 2
    assert len(store.named("b.txt")) == 1


def test_known_content_under_another_name_was_probably_copied() -> None:
    copy = replace(MADE, name="backup.parquet", location="file:///backup.parquet", role="input")
    store = recorded(run_with(generated=(MADE,)), run_with(used=(copy,)))
    (link,) = origins(store, "backup.parquet")
    assert (link.kind, link.basis, link.role) == (
        EdgeKind.DERIVED_FROM,
        Basis.INFERRED,
        "copied",
    )


def test_tiny_files_are_equal_too_often_to_be_copies() -> None:
    tiny = replace(MADE, size=3)
    copy = replace(tiny, name="other", location="file:///other", role="input")
    store = recorded(run_with(generated=(tiny,)), run_with(used=(copy,)))
    assert origins(store, "other") == []


def folder(name: str, *contents: str) -> FileSeen:
    members = tuple(Member(f"{each}.png", 100, digest_of(each)) for each in contents)
    return FileSeen(
        name,
        f"file:///{name}",
        NodeKind.DATASET,
        "input",
        manifest_digest(members),
        100,
        members=members,
    )


def test_one_file_of_a_known_folder_is_a_subset_of_it() -> None:
    images = replace(folder("images", "cat", "dog"), role="output")
    cat = file_seen("cat.png", "cat", NodeKind.DATASET)
    store = recorded(run_with(generated=(images,)), run_with(used=(cat,)))
    (link,) = origins(store, "cat.png")
    assert (link.kind, link.role) == (EdgeKind.DERIVED_FROM, "subset")


def test_a_folder_of_known_files_has_them_as_members() -> None:
    cat = file_seen("made/cat.png", "cat", NodeKind.DATASET, "output")
    store = recorded(
        run_with(generated=(cat,)), run_with(used=(folder("images", "cat", "unknown"),))
    )
    (link,) = origins(store, "images")
    assert (link.kind, link.basis) == (EdgeKind.HAS_MEMBER, Basis.INFERRED)


def test_a_file_of_unknown_content_is_never_taken_for_another() -> None:
    unknown = replace(MADE, sha256=None, role="input")
    store = recorded(run_with(generated=(MADE,)), run_with(used=(unknown,)))
    assert len(store.named(MADE.name)) == 2


def test_the_digest_of_a_folder_does_not_depend_on_the_order_of_its_members() -> None:
    one, two = Member("a", 1, digest_of("a")), Member("b", 1, digest_of("b"))
    assert manifest_digest([one, two]) == manifest_digest([two, one])
    assert manifest_digest([one, two]) != manifest_digest([one])


def remote(content: str | None = None, role: str = "input", **facts: str) -> FileSeen:
    """An object beyond this machine, as a service tells of it."""
    name = "s3://lake/trips.csv"
    return FileSeen(
        name=name,
        location=name,
        kind=NodeKind.DATASET,
        role=role,
        sha256=None if content is None else digest_of(content),
        size=100,
        facets={"remote": {"service": "s3", **facts}},
    )


def test_one_object_in_one_state_is_one_artifact_in_every_run() -> None:
    store = recorded(
        run_with(used=(remote(etag="e1"),)),
        run_with(used=(remote("content", etag="e1"),)),
        run_with(used=(remote(etag="e1", version="v7"),)),
    )
    assert len(store.named("s3://lake/trips.csv")) == 2


def test_the_same_tag_with_other_content_is_another_artifact() -> None:
    store = recorded(
        run_with(used=(remote("content", etag="e1"),)),
        run_with(used=(remote("other content", etag="e1"),)),
    )
    assert len(store.named("s3://lake/trips.csv")) == 2


def test_what_a_run_wrote_elsewhere_is_what_the_next_one_read_there() -> None:
    store = recorded(
        run_with(generated=(remote(role="output", etag="e1"),)),
        run_with(used=(remote(etag="e1"),)),
        run_with(generated=(remote("content", role="output"),)),
        run_with(used=(remote("content", etag="e2"),)),
    )
    assert len(store.named("s3://lake/trips.csv")) == 2


def test_a_place_whose_state_is_unknown_is_probably_as_the_last_run_left_it() -> None:
    store = recorded(
        run_with(generated=(remote(role="output"),)),
        run_with(used=(remote(),)),
    )
    (link,) = origins(store, "s3://lake/trips.csv")
    assert (link.kind, link.basis, link.role) == (
        EdgeKind.DERIVED_FROM,
        Basis.INFERRED,
        "same-place",
    )
    unknown = recorded(run_with(used=(remote(),)), run_with(used=(remote(),)))
    assert origins(unknown, "s3://lake/trips.csv") == []


def test_content_that_came_from_elsewhere_was_probably_copied() -> None:
    content = "some rows of a table"
    store = recorded(run_with(used=(remote(content, etag="e1"),)), run_with(used=(MADE,)))
    (link,) = origins(store, MADE.name)
    assert link.role == "copied"
