from whence.capture.interface import Activity, FileAccess, Mode
from whence.capture.sorting import sort_activity
from whence.model.node import NodeKind

AGENT = 7


def access(path: str, mode: Mode = Mode.READ, **more: object) -> FileAccess:
    return FileAccess(path, mode, AGENT, 0, **more)  # type: ignore[arg-type]


def inputs(*reads: FileAccess, loaded: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    found = sort_activity(Activity(reads=reads), loaded, agents={AGENT})
    return [(part.access.path, part.role) for part in found.inputs]


def test_source_that_was_loaded_is_code_and_source_that_was_only_read_is_data() -> None:
    reads = (access("/p/train.py"), access("/p/corpus.py"))
    found = sort_activity(Activity(reads=reads), {"/p/train.py"}, agents={AGENT})
    assert [each.path for each in found.code] == ["/p/train.py"]
    assert [part.access.path for part in found.inputs] == ["/p/corpus.py"]


def test_without_an_agent_inside_source_is_taken_for_code() -> None:
    found = sort_activity(Activity(reads=(access("/p/train.py"),)), set(), agents=set())
    assert [each.path for each in found.code] == ["/p/train.py"]


def test_scripts_of_other_languages_are_code() -> None:
    reads = tuple(access(f"/p/{name}") for name in ("run.sh", "fit.R", "Makefile", "lib.so"))
    found = sort_activity(Activity(reads=reads), set(), agents={AGENT})
    assert len(found.code) == 4
    assert found.inputs == ()


def test_what_was_executed_is_code_and_an_input() -> None:
    program = access("/p/bin/tool", Mode.EXECUTE)
    found = sort_activity(Activity(executed=(program,), reads=(program,)), set(), agents=set())
    assert [part.role for part in found.inputs] == ["executable"]
    assert found.code == (program,)


def test_streams_have_their_own_roles() -> None:
    assert inputs(access("/p/in.csv", stdio=(0,))) == [("/p/in.csv", "stdin")]
    appended = access("/p/log.txt", Mode.UPDATE, stdio=(1, 2))
    found = sort_activity(Activity(reads=(appended,), writes=(appended,)), set(), agents=set())
    assert found.inputs == ()
    assert [part.role for part in found.outputs] == ["stdout"]


def test_configuration_steers_and_an_updated_one_is_data() -> None:
    assert inputs(access("/p/c.yaml")) == [("/p/c.yaml", "config")]
    assert inputs(access("/p/c.yaml", Mode.UPDATE)) == [("/p/c.yaml", "input")]


def test_records_of_other_trackers_are_neither_data_nor_results() -> None:
    run = access("/p/mlruns/0/meta.yaml", Mode.WRITE)
    database = access("/p/mlflow.db", Mode.WRITE)
    found = sort_activity(Activity(reads=(run,), writes=(run, database)), set(), agents=set())
    assert found.inputs == found.outputs == ()
    assert len(found.tracking) == 3


def test_event_files_are_results() -> None:
    events = access("/p/logs/events.out.tfevents.1", Mode.WRITE)
    (part,) = sort_activity(Activity(writes=(events,)), set(), agents=set()).outputs
    assert part.kind is NodeKind.EVALUATION


def test_kinds_follow_names_and_use() -> None:
    written = ("model.pkl", "clean.parquet", "plot.png", "metrics.json", "x.csv.gz", "notes.md")
    writes = tuple(access(f"/p/{name}", Mode.WRITE) for name in written)
    found = sort_activity(Activity(writes=writes), set(), agents=set())
    assert [part.kind for part in found.outputs] == [
        NodeKind.MODEL,
        NodeKind.DATASET,
        NodeKind.DOCUMENT,
        NodeKind.EVALUATION,
        NodeKind.DATASET,
        NodeKind.DOCUMENT,
    ]


def test_who_somebody_is_and_what_is_installed_is_no_input() -> None:
    names = (
        "/home/ada/.aws/credentials",
        "/home/ada/.netrc",
        "/home/ada/.config/gcloud/access_tokens.db",
        "/p/vendor/lib-1.0.dist-info/entry_points.txt",
        "/p/data.csv",
    )
    assert inputs(*map(access, names)) == [("/p/data.csv", "input")]
