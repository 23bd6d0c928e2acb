"""Which processes are parts of a run, and whose each content of each file is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.capture.agent.reports import Line
from whence.capture.interface import Event
from whence.capture.parts.division import Division, divide, find_traces
from whence.capture.parts.introductions import introductions
from whence.capture.parts.programs import is_whence, script_of, starts_others, worker_of
from whence.capture.parts.tree import AgentSeen, Tree, grow
from whence.capture.parts.versions import Version, follow
from whence.capture.tracers.events import join_argv, join_streams
from whence.model.identity import NodeId

STAT = (1, 2, 10, 4, 5)


@dataclass
class Story:
    """The events of a run, told in a few words."""

    events: list[Event] = field(default_factory=list)
    clock: int = 0

    def _add(
        self, kind: str, pid: int, path: str = "", other: str = "", detail: str = "", **more: object
    ) -> None:
        self.clock += 1
        stat = STAT if more.get("there") else None
        self.events.append((kind, pid, self.clock, path, other, stat, detail))

    def start(
        self, pid: int, parent: int, *argv: str, streams: dict[int, str] | None = None
    ) -> None:
        self._add("start", pid, detail=str(parent))
        if argv:
            self.execute(pid, *argv, streams=streams)

    def execute(self, pid: int, *argv: str, streams: dict[int, str] | None = None) -> None:
        self._add("scene", pid, "/p", detail=join_streams(streams or {}))
        self._add("exec", pid, f"/usr/bin/{argv[0]}", join_argv(list(argv)), "environment")

    def read(self, pid: int, *paths: str) -> None:
        for path in paths:
            self._add("read", pid, path, there=True)

    def write(self, pid: int, *paths: str, how: str = "t", there: bool = False) -> None:
        for path in paths:
            self._add("write", pid, path, detail=how, there=there)

    def move(self, pid: int, path: str, target: str, how: str = "") -> None:
        self._add("move", pid, path, target, how, there=True)

    def delete(self, pid: int, path: str) -> None:
        self._add("delete", pid, path)

    def keep(self, pid: int, path: str, how: str) -> None:
        self._add("secure", pid, path, detail=how, there=True)

    def end(self, pid: int, status: int = 0) -> None:
        self._add("end", pid, detail=str(status))

    def step(
        self, pid: int, parent: int, command: str, reads: Sequence[str], writes: Sequence[str]
    ) -> None:
        self.start(pid, parent, *command.split())
        self.read(pid, *reads)
        self.write(pid, *writes)
        self.end(pid)

    def tree(self, *agents: AgentSeen) -> Tree:
        return grow(self.events, agents, ["sh", "all.sh"])

    def divide(
        self, *agents: AgentSeen, recorded: dict[int, NodeId] | None = None, most: int = 200
    ) -> Division | None:
        tree = self.tree(*agents)
        versions = follow(self.events, tree.doers)
        before = {each.path for each in versions if each.maker is None}
        left = {each.path for each in versions if each.maker is not None and each.stands}
        return divide(tree, find_traces(versions, before, left, recorded or {}), most=most)


def jobs(division: Division | None) -> list[str]:
    """The words of each part's programs."""
    if division is None:
        return []
    return [" | ".join(" ".join(main.argv) for main in part.mains) for part in division.parts]


@pytest.fixture
def story() -> Story:
    made = Story()
    made.start(1, 0, "sh", "all.sh")
    return made


def test_the_steps_of_a_shell_are_parts(story: Story) -> None:
    story.step(2, 1, "mkdir x", [], [])
    story.step(3, 1, "sort a", ["a"], ["b"])
    story.step(4, 1, "python train.py", ["b"], ["m"])
    story.step(5, 1, "cat m", ["m"], [])
    assert jobs(story.divide()) == ["sort a", "python train.py", "cat m"]


def test_one_step_that_writes_is_no_reason_to_divide(story: Story) -> None:
    story.step(3, 1, "python train.py", ["a"], ["m"])
    story.step(5, 1, "cat m", ["m"], [])
    assert story.divide() is None


def test_a_wrapper_around_one_step_is_that_step(story: Story) -> None:
    story.start(2, 1, "time", "make", "x")
    story.start(3, 2, "sh", "-c", "python a.py")
    story.step(4, 3, "python a.py", ["a"], ["b"])
    story.end(3)
    story.end(2)
    story.step(5, 1, "sort b", ["b"], ["c"])
    assert jobs(story.divide()) == ["python a.py", "sort b"]


def test_a_script_within_a_script_is_looked_into(story: Story) -> None:
    story.start(2, 1, "bash", "inner.sh")
    story.step(3, 2, "sort a", ["a"], ["b"])
    story.step(4, 2, "sort b", ["b"], ["c"])
    story.write(2, "log")
    story.end(2)
    division = story.divide()
    assert jobs(division) == ["sort a", "sort b"]
    assert division is not None
    assert division.owners == (0, 0, 1, 2)


def test_what_pipes_join_is_one_step(story: Story) -> None:
    out = {1: "pipe:[9]"}
    story.start(3, 1, "sort", streams={0: "pipe:[2]", **out})
    story.start(4, 1, "tee", "b", streams={0: "pipe:[9]"})
    story.start(2, 1, "cat", "a", streams={0: "pipe:[1]", 1: "pipe:[2]"})
    story.read(2, "a")
    story.write(4, "b")
    story.step(5, 1, "sort b", ["b"], ["c"])
    assert jobs(story.divide()) == ["cat a | sort | tee b", "sort b"]


def test_a_pipe_around_the_whole_joins_nothing() -> None:
    story = Story()
    streams = {0: "pipe:[1]", 1: "pipe:[1]"}
    story.start(1, 0, "sh", "all.sh", streams=streams)
    for pid, made in ((2, "a"), (3, "b")):
        story.start(pid, 1, "touch", made, streams=streams)
        story.write(pid, made)
    assert jobs(story.divide()) == ["touch a", "touch b"]


def test_the_last_command_of_a_shell_may_take_its_place() -> None:
    story = Story()
    story.start(1, 0, "sh", "-c", "sort a > b && sort b > c")
    story.step(2, 1, "sort a", ["a"], ["b"])
    story.write(1, "c")
    story.execute(1, "sort", "b")
    story.read(1, "b")
    story.end(1, 3)
    division = story.divide()
    assert jobs(division) == ["sort a", "sort b"]
    assert division is not None
    assert division.parts[1].mains[0].exit_status == 3
    versions = {each.path: each for each in follow(story.events, story.tree().doers)}
    assert versions["c"].maker == 2


def test_a_chain_of_programs_in_one_process_is_one() -> None:
    story = Story()
    story.start(1, 0, "env", "python", "a.py")
    story.execute(1, "python", "a.py")
    story.read(1, "a")
    story.write(1, "b")
    assert story.divide() is None
    assert len(story.tree().nodes) == 1


def test_a_file_that_a_shell_opened_for_a_program_is_the_programs(story: Story) -> None:
    for pid, made in ((2, "b"), (3, "c")):
        story.write(1, made)
        story.start(pid, 1, "sort", "a", streams={1: made})
        story.read(pid, "a")
    story.write(1, "log")
    for pid in (4, 5):
        story.start(pid, 1, "echo", streams={1: "log"})
    versions = {each.path: each for each in follow(story.events, story.tree().doers)}
    assert [versions[path].maker for path in ("b", "c", "log")] == [1, 2, 0]


@pytest.mark.parametrize("tool", ["git status", "nvidia-smi", "sort a"])
def test_a_program_that_works_itself_keeps_its_tools(tool: str) -> None:
    story = Story()
    story.start(1, 0, "python", "train.py")
    story.read(1, "a")
    for pid in (2, 3):
        story.step(pid, 1, tool, ["a"], [f"out{pid}"])
    assert story.divide() is None


def test_a_program_that_only_starts_others_drives_them() -> None:
    story = Story()
    story.start(1, 0, "python", "flow.py")
    story.step(2, 1, "sort a", ["a"], ["b"])
    story.step(3, 1, "sort b", ["b"], ["c"])
    assert jobs(story.divide()) == ["sort a", "sort b"]


def test_two_scripts_are_driven_even_by_a_program_that_works_itself() -> None:
    story = Story()
    story.start(1, 0, "python", "flow.py")
    story.read(1, "plan.csv")
    story.step(2, 1, "python one.py", ["a"], ["b"])
    story.step(3, 1, "python two.py", ["b"], ["c"])
    division = story.divide()
    assert jobs(division) == ["python one.py", "python two.py"]
    assert division is not None
    assert division.owners[0] == 0


def test_workers_belong_to_whoever_started_them(story: Story) -> None:
    spawned = "python -c from_multiprocessing"
    for at, (pid, parent) in enumerate(((2, 1), (10, 1))):
        story.start(pid, parent, "python", f"step{at}.py")
        for worker in (pid + 1, pid + 2):
            words = ["python", "-c", "from multiprocessing.spawn import spawn_main; spawn_main()"]
            story.start(worker, pid, *words)
            story.read(worker, "a")
            story.write(worker, f"w{worker}")
        story.write(pid, f"out{at}")
    division = story.divide()
    assert spawned not in jobs(division)
    assert jobs(division) == ["python step0.py", "python step1.py"]
    assert division is not None
    assert division.owners == (0, 1, 1, 1, 2, 2, 2)


def test_ranks_are_parts_and_their_workers_are_not() -> None:
    story = Story()
    story.start(1, 0, "torchrun", "train.py")
    agents = [AgentSeen(1, 0, 1, "/bin/python", ("python", "/bin/torchrun", "train.py"))]
    for rank, pid in ((0, 2), (1, 3)):
        story.start(pid, 1, "python", "-u", "train.py")
        told = {"rank": rank, "world_size": 2}
        agents.append(AgentSeen(pid, 1, story.clock, "/bin/python", ("python",), rank=told))
        story.start(pid + 10, pid, "python", "-c", "from multiprocessing.spawn import spawn_main")
        worker = AgentSeen(pid + 10, pid, story.clock, "/bin/python", ("python",), rank=told)
        agents.append(worker)
    division = story.divide(*agents)
    assert division is not None
    assert [part.lead.rank["rank"] for part in division.parts] == [0, 1]
    assert [len(part.processes) for part in division.parts] == [2, 2]


def test_a_single_rank_is_the_run() -> None:
    story = Story()
    story.start(1, 0, "torchrun", "train.py")
    story.start(2, 1, "python", "-u", "train.py")
    story.write(2, "m")
    told = AgentSeen(2, 1, story.clock, "/bin/python", rank={"rank": 0, "world_size": 2})
    assert story.divide(told) is None


def test_a_run_within_is_known_already(story: Story) -> None:
    story.start(2, 1, "whence", "run", "--", "sort", "a")
    story.step(3, 2, "sort a", ["a"], ["b"])
    story.end(2)
    known = {1: NodeId("7" * 32)}
    division = story.divide(recorded=known)
    assert division is not None
    assert [part.recorded for part in division.parts] == [known[1]]
    assert division.owners == (0, 1, 1)
    assert story.divide() is None


def test_the_number_of_a_process_that_ended_may_be_given_again(story: Story) -> None:
    for path in ("a", "b", "c"):
        story.step(2, 1, f"touch {path}", [], [path])
    assert jobs(story.divide()) == ["touch a", "touch b", "touch c"]


def test_too_many_steps_are_folded(story: Story) -> None:
    for pid in range(2, 32):
        story.step(pid, 1, f"touch {pid}", [], [str(pid)])
    division = story.divide(most=20)
    assert division is not None
    assert (len(division.parts), division.folded) == (20, 10)
    assert division.owners.count(0) == 11


def test_where_only_agents_tell_they_make_the_tree() -> None:
    story = Story()
    story._add("start", 1, detail="0")
    agents = [
        AgentSeen(3, 1, 10, "/bin/python", ("python", "b.py"), ended_at=30),
        AgentSeen(2, 1, 2, "/bin/python", ("python", "a.py")),
        AgentSeen(4, 3, 20),
    ]
    story.clock = 9
    story.read(2, "a")
    story.write(2, "b")
    story.read(4, "b")
    story.write(4, "c")
    assert jobs(story.divide(*agents)) == ["python a.py", "python b.py"]


def test_agents_introduce_themselves() -> None:
    told: list[dict[str, object]] = [
        {"event": "interpreter", "parent": 1, "at": 5, "executable": "/p", "argv": ["p", "a.py"]},
        {"event": "part", "kind": "rank", "rank": 1, "world_size": 2, "local_rank": None},
        {"event": "exit", "at": 9},
        {"event": "interpreter"},
    ]
    lines = [Line(7, 5, each) for each in told] + [Line(8, 6, {"event": "module"})]
    (seen,) = introductions(lines)
    assert seen == AgentSeen(7, 1, 5, "/p", ("p", "a.py"), 9, {"rank": 1, "world_size": 2})


# --------------------------------------------------------------------- versions


def contents(story: Story) -> list[tuple[str, int | None, list[int], bool]]:
    found = follow(story.events, story.tree().doers)
    return [(each.path, each.maker, sorted(each.users), each.stands) for each in found]


def test_each_content_has_its_maker_and_its_users(story: Story) -> None:
    story.step(2, 1, "step", ["raw"], ["x"])
    story.step(3, 1, "step", ["x"], ["y"])
    story.step(4, 1, "step", ["y"], ["x"])
    story.step(5, 1, "step", ["x"], [])
    assert contents(story) == [
        ("raw", None, [1], True),
        ("x", 1, [2], False),
        ("y", 2, [3], True),
        ("x", 3, [4], True),
    ]


def test_what_is_added_to_a_file_comes_from_what_was_there(story: Story) -> None:
    for pid in (2, 3, 4):
        story.start(pid, 1, "step")
        story.write(pid, "log", how="a", there=True)
        story.write(pid, "log", how="a", there=True)
    assert contents(story) == [
        ("log", None, [1], False),
        ("log", 1, [2], False),
        ("log", 2, [3], False),
        ("log", 3, [], True),
    ]


def test_a_new_name_for_ones_own_file_is_its_name(story: Story) -> None:
    story.start(2, 1, "step")
    story.write(2, "x.tmp")
    story.move(2, "x.tmp", "x")
    assert contents(story) == [("x", 1, [], True)]


def test_whoever_moves_anothers_file_used_it(story: Story) -> None:
    story.step(2, 1, "step", [], ["x"])
    story.start(3, 1, "mv")
    story.move(3, "x", "y")
    first, second = follow(story.events, story.tree().doers)
    assert (first.path, list(first.users), first.stands, first.lies) == ("x", [2], False, "y")
    assert (second.path, second.maker, second.stands) == ("y", 2, True)


def test_a_removed_file_is_as_it_was_kept(story: Story) -> None:
    story.step(2, 1, "step", [], ["x"])
    story.start(3, 1, "step")
    story.read(3, "x")
    story.keep(3, "x", "made:sha256:" + "0" * 64)
    story.delete(3, "x")
    (version,) = follow(story.events, story.tree().doers)
    assert version.kept == "sha256:" + "0" * 64
    assert not version.stands
    assert version.lies == ""


_WORDS = st.sampled_from(["read", "write", "append", "move", "delete", "link", "exchange"])
_PATHS = st.sampled_from(["/a", "/b", "/d/c"])


@given(st.lists(st.tuples(_WORDS, st.integers(2, 4), _PATHS, _PATHS), max_size=30))
def test_nothing_is_used_before_it_was_made(
    told: list[tuple[str, int, str, str]],
) -> None:
    story = Story()
    story.start(1, 0, "sh", "all.sh")
    for pid in (2, 3, 4):
        story.start(pid, 1, "step")
    for word, pid, path, other in told:
        match word:
            case "read":
                story.read(pid, path)
            case "write" | "append":
                story.write(pid, path, how=word[0].replace("w", "t"), there=word == "append")
            case "move" | "exchange" if path != other:
                story.move(pid, path, other, "x" if word == "exchange" else "")
            case "delete":
                story.delete(pid, path)
            case "link" if path != other:
                story._add("link", pid, path, other)
    versions: list[Version] = follow(story.events, story.tree().doers)
    standing = [each.path for each in versions if each.stands]
    assert len(standing) == len(set(standing))
    for version in versions:
        assert version.maker not in version.users
        assert all(use.at >= version.at for use in version.users.values())


# --------------------------------------------------------------------- programs


@pytest.mark.parametrize(
    ("command", "drives"),
    [
        ("bash run.sh", True),
        ("-bash", True),
        ("make -j8 all", True),
        ("/usr/bin/env python x.py", True),
        ("python /opt/bin/snakemake -c1", True),
        ("python -m snakemake", True),
        ("python train.py", False),
        ("sort a", False),
        ("", False),
    ],
)
def test_what_starts_others(command: str, drives: bool) -> None:
    assert starts_others(command.split()) is drives


@pytest.mark.parametrize(
    ("command", "script"),
    [
        ("python -u -X dev src/train.py --lr 1", "train.py"),
        ("python -m pkg.train x", "pkg.train"),
        ("python -c pass", ""),
        ("Rscript fit.R", "fit.R"),
        ("bash run.sh", ""),
        ("sort x", ""),
    ],
)
def test_which_script_runs(command: str, script: str) -> None:
    assert script_of(command.split()) == script


@pytest.mark.parametrize(
    ("argv", "whose"),
    [
        (["python", "-c", "from multiprocessing.spawn import spawn_main"], "multiprocessing"),
        (["python", "-m", "joblib.externals.loky.backend.popen_loky_posix", "--x"], "loky"),
        (["python", "-u", "/x/site-packages/ray/_private/workers/default_worker.py"], "ray"),
        (["/x/ray/core/src/ray/raylet/raylet", "--x"], "ray"),
        (["python", "train.py"], ""),
        (["cat", "/home/ray/x"], ""),
    ],
)
def test_whose_worker_it_is(argv: list[str], whose: str) -> None:
    assert worker_of(argv) == whose


def test_a_run_within_is_told_by_its_words() -> None:
    assert is_whence(["/venv/bin/whence", "run", "--", "ls"])
    assert is_whence(["python", "-m", "whence", "run", "ls"])
    assert not is_whence(["whence", "log"])
    assert not is_whence(["python", "run"])
