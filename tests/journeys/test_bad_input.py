"""Wrong use and a hostile world: a clear error, never a traceback, never half a record."""

import os
import sqlite3
import sys
from pathlib import Path

import pytest

from scratch import Project, names_of


def refused(project: Project, *words: str, status: int = 2) -> str:
    done = project.whence(*words, status=status)
    assert done.stderr.startswith("whence: "), done.stderr
    return done.stderr


@pytest.fixture
def used(project: Project) -> Project:
    project.write("in.csv", "a,b\n" + "1,2\n" * 30)
    project.write("copy.py", "open('out.csv', 'w').write(open('in.csv').read())")
    project.run(sys.executable, "copy.py")
    return project


def test_without_a_record_there_is_a_hint(project: Project) -> None:
    for verb in ("log", "show", "fsck"):
        assert "whence run" in refused(project, verb)
    assert not (project.folder / ".whence").exists()


def test_an_unknown_command_is_answered_with_the_nearest(project: Project) -> None:
    assert "`whence trace`" in refused(project, "trac")
    assert "usage" in project.whence("--help").stdout
    assert "usage" in project.whence("run", "--help").stdout


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "--"],
        ["run", "--tag", "novalue", "--", "true"],
        ["run", "--job", " ", "--", "true"],
        ["run", "--tracer", "crystal-ball", "--", "true"],
        ["trace"],
        ["trace", "last", "--format", "poem"],
        ["trace", "last", "--limit", "0"],
        ["log", "--limit", "-1"],
        ["log", "--state", "sleeping"],
        ["register", "last", "--model", "a b"],
        ["register", "last", "--model", "a@b"],
        ["register", "nothing", "--model", "m"],
        ["register", "copy.py@7", "--model", "m"],
        ["alias", "m", "production"],
        ["alias", "m@1", "production"],
        ["alias", "m@1", "7"],
        ["diff", "last"],
        ["path", "last", "nowhere"],
        ["show", ""],
        ["show", "sha256:zz"],
        ["show", "sha256:" + "0" * 64],
        ["show", "last~99"],
        ["show", "a\nb"],
    ],
)
def test_wrong_use_is_told_and_changes_nothing(used: Project, words: list[str]) -> None:
    before = (used.folder / ".whence" / "whence.sqlite").read_bytes()
    done = used.whence(*words, status=2)
    assert done.stderr
    assert used.ask("fsck")["entries"] == 1
    assert (used.folder / ".whence" / "whence.sqlite").read_bytes() == before


def test_an_unknown_ref_is_answered_with_the_nearest(used: Project) -> None:
    assert "in.csv" in refused(used, "trace", "n.csv")
    assert "in.csv" in refused(used, "trace", "data/in.csv")
    several = refused(used, "show", "0")
    assert "nothing in the record" in several


def test_a_file_that_is_no_store_is_left_alone(project: Project) -> None:
    (project.folder / ".whence").mkdir()
    project.write(".whence/whence.sqlite", b"these are not the bytes you are looking for" * 99)
    assert "damaged" in refused(project, "log", status=1)
    done = project.run("echo", "hello")
    assert done.stdout == "hello\n"
    assert "not recorded yet" in done.stderr
    assert project.write(".whence/x", "").parent.joinpath("whence.sqlite").stat().st_size > 1000


def test_another_programs_database_is_left_alone(project: Project) -> None:
    (project.folder / ".whence").mkdir()
    connection = sqlite3.connect(project.folder / ".whence" / "whence.sqlite")
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    connection.close()
    assert "not a store of Whence" in refused(project, "log")


def test_a_store_of_a_newer_version_is_refused_untouched(used: Project) -> None:
    connection = sqlite3.connect(used.folder / ".whence" / "whence.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.commit()
    connection.close()
    before = (used.folder / ".whence" / "whence.sqlite").read_bytes()
    assert "newer" in refused(used, "log")
    assert used.run("echo", "hello").stdout == "hello\n"
    assert (used.folder / ".whence" / "whence.sqlite").read_bytes() == before


def test_names_that_no_terminal_should_obey(project: Project) -> None:
    odd = ["new\nline.csv", "esc\x1b[31mred.csv", "tab\t.csv", "quote'\".csv", "ünï.csv", "-rf.csv"]
    for name in odd:
        project.write(name, "some content of an oddly named file: " + repr(name))
    project.write("read.py", f"for name in {odd!r}: open(name).read()\nopen('out.txt', 'w')")
    run = project.python("read.py")
    assert names_of(run["used"]) == sorted(odd)
    for words in (["show"], ["trace", "out.txt"], ["gaps", "out.txt"], ["trace", odd[0]]):
        answer = project.whence(*words).stdout
        assert "\x1b" not in answer
        assert "new\nline" not in answer
    project.whence("trace", "out.txt", "--format", "svg")


def test_a_name_that_is_no_utf8(project: Project) -> None:
    name = os.fsdecode(b"caf\xe9.csv")
    try:
        project.write(name, "some content under a name in Latin-1")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    run = project.python(
        "-c", "import os; [open(n).read() for n in os.listdir('.') if n.endswith('.csv')]"
    )
    assert names_of(run["used"]) == ["caf\\xe9.csv"]
    assert "caf\\xe9.csv" in project.whence("show").stdout
    assert run["used"][0]["digest"]


def test_files_that_vanish_or_may_not_be_read(project: Project) -> None:
    project.write("gone.csv", "this was read and then removed by the program itself")
    project.write("swap.csv", "this was read and then replaced by the program itself")
    code = (
        "import os\n"
        "open('gone.csv').read(); os.remove('gone.csv')\n"
        "open('swap.csv').read(); open('swap.csv', 'w').write('new content, quite another')\n"
    )
    project.write("vanish.py", code)
    run = project.python("vanish.py")
    used = {each["name"]: each["digest"] for each in run["used"]}
    for name in ("gone.csv", "swap.csv"):
        assert used[name] or any(gap["about"] == name for gap in run["gaps"]), name


@pytest.mark.parametrize(
    "broken", [b"", b"PAR1half of a file", b"PAR1PAR1", b"a,b\n1,2\n3", b'a,b\n"1,2\n']
)
def test_a_half_written_table_is_no_obstacle(project: Project, broken: bytes) -> None:
    name = "t.parquet" if broken.startswith(b"PAR1") else "t.csv"
    project.write(name, b"a,b\n1,2\n" if name == "t.csv" else b"PAR1")
    project.write("use.py", f"open('out.bin', 'wb').write(open('{name}', 'rb').read() * 9)")
    project.python("use.py")
    project.write(name, broken)
    project.python("use.py")
    layers = project.ask("diff", "last~1", "last")["layers"]
    assert layers["data"]["status"] in {"changed", "unknown"}
    project.whence("diff", "last~1", "last")


def test_a_reader_who_has_seen_enough_is_no_error(used: Project) -> None:
    import subprocess

    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m whence trace last --json | head -c 1"],
        cwd=used.folder,
        env=used.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_a_disk_that_is_full_does_not_stop_the_program(project: Project, tmp_path: Path) -> None:
    """No file may grow beyond a limit that the store needs and the program does not."""
    project.run("true")
    code = (
        "import resource, sys, os\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "os.execv(sys.argv[1], sys.argv[1:])\n"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code, sys.executable, "-m", "whence", "run", "--", "echo", "hello"],
        cwd=project.folder,
        env=project.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "hello\n"
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    runs = project.ask("log")["runs"]
    assert len(runs) == 2 or "will not be recorded" in done.stderr
    assert project.ask("fsck")["ok"]


@pytest.mark.slow
def test_a_folder_of_a_hundred_thousand_files(project: Project) -> None:
    folder = project.folder / "many"
    folder.mkdir()
    for at in range(100_000):
        (folder / f"{at:06}.txt").write_bytes(b"%d" % at)
    project.write("read.py", "import os\nfor n in os.listdir('many'): open('many/' + n).read()")
    project.run(sys.executable, "read.py")
    (met,) = [each for each in project.ask("show")["used"] if each["role"] == "input"]
    assert met["name"] == "many"
    told = project.ask("show", met["artifact"])
    assert len(told["members"]) == 100_000
    assert project.ask("impact", "many/000007.txt")["nodes"]
