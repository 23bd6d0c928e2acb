"""Git tells commits in order, and files as they were, also of a folder inside a repository."""

import os
from pathlib import Path

import pytest

from scratch import Project
from whence.errors import ReproductionError, UsageError
from whence.reproduction.mixing.history import History


def head(project: Project) -> str:
    return (project.folder / ".git" / "refs" / "heads" / "main").read_text().strip()


@pytest.fixture
def commits(project: Project) -> list[str]:
    found = []
    for number in range(3):
        project.write("inner/grüße a.py", f"x = {number}\n")
        project.write("other.py", "y\n")
        project.commit(f"work {number} of | many")
        found.append(head(project))
    return found


def test_commits_come_oldest_first_with_their_words(project: Project, commits: list[str]) -> None:
    history = History(project.folder)
    found = history.between(commits[0], commits[2])
    assert [each.id for each in found] == commits[1:]
    assert [each.subject for each in found] == ["work 1 of | many", "work 2 of | many"]
    assert history.between(commits[1], commits[1]) == []


def test_names_are_those_of_the_folder(project: Project, commits: list[str]) -> None:
    history = History(project.folder / "inner")
    assert history.changed(commits[0], commits[2]) == {"grüße a.py"}
    blobs = history.files(commits[1], ["grüße a.py", "nothing.py"])
    assert list(blobs) == ["grüße a.py"]
    assert history.content(blobs["grüße a.py"]) == b"x = 1\n"


def test_what_git_cannot_tell_is_an_error(project: Project, commits: list[str]) -> None:
    history = History(project.folder)
    with pytest.raises(UsageError, match="does not come after"):
        history.between(commits[2], commits[0])
    with pytest.raises(ReproductionError, match="git does not have the commit"):
        history.between(commits[0], "f" * 40)
    with pytest.raises(ReproductionError, match="git cannot read"):
        history.content("f" * 40)


def test_a_folder_without_a_repository_has_no_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.fspath(tmp_path.parent))
    assert not History(tmp_path).is_there
