import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from whence.capture.probes import git as probe
from whence.capture.probes.git import CodeState, Submodule, read_code_state

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own git settings must not decide what is tested."""
    home = tmp_path / "home"
    home.mkdir()
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (home / ".gitconfig").write_text(
        "[user]\n name = Ada\n email = ada@example.org\n[init]\n defaultBranch = main\n"
        '[protocol "file"]\n allow = always\n'
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    run = at(folder)
    run("init", "-q")
    (folder / "train.py").write_text("lr = 0.1\n")
    run("add", ".")
    run("commit", "-qm", "one")
    return folder


def at(folder: Path) -> Git:
    def run(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    return run


def state_of(folder: Path) -> CodeState:
    state = read_code_state(str(folder))
    assert state is not None
    return state


def test_a_clean_repository(repository: Path) -> None:
    state = state_of(repository)
    assert state == CodeState(
        str(repository),
        at(repository)("rev-parse", "HEAD"),
        "main",
        dirty=False,
        identity="Ada <ada@example.org>",
    )
    assert state.facts() == {"commit": state.commit, "branch": "main", "dirty": False}


def test_a_folder_below(repository: Path) -> None:
    (repository / "a" / "b").mkdir(parents=True)
    (repository / "train.py").write_text("lr = 0.2\n")
    state = state_of(repository / "a" / "b")
    assert state.toplevel == str(repository)
    assert "+lr = 0.2" in state.diff


def test_no_repository(tmp_path: Path) -> None:
    assert read_code_state(str(tmp_path)) is None
    assert read_code_state(str(tmp_path / "gone")) is None


def test_a_folder_called_git_is_not_yet_a_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert read_code_state(str(tmp_path)) is None


def test_a_bare_repository_has_no_code(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    at(bare)("init", "-q", "--bare")
    assert read_code_state(str(bare)) is None


def test_changes_staged_and_not(repository: Path) -> None:
    (repository / "train.py").write_text("lr = 0.2\n")
    (repository / "new.py").write_text("staged = 1\n")
    at(repository)("add", "new.py")
    state = state_of(repository)
    assert state.dirty
    assert "-lr = 0.1\n+lr = 0.2" in state.diff
    assert "+staged = 1" in state.diff
    assert state.diff.count("diff --git a/") == 2


def test_untracked_files_are_named_and_are_no_change(repository: Path) -> None:
    (repository / "lib").mkdir()
    (repository / "lib" / "features.py").write_text("")
    (repository / "odd\nname é.py").write_text("")
    (repository / ".gitignore").write_text("*.log\n")
    (repository / "x.log").write_text("")
    state = state_of(repository)
    assert set(state.untracked) == {"lib/features.py", "odd\nname é.py", ".gitignore"}
    assert state.untracked_count == 3
    assert state.dirty is False
    assert state.diff == ""


def test_a_name_that_is_no_utf8(repository: Path) -> None:
    Path(os.fsdecode(os.fsencode(repository) + b"/\xff.py")).write_text("")
    state = state_of(repository)
    assert state.untracked == ("\udcff.py",)
    assert state.facts()["untracked"] == ["\\xff.py"]


def test_many_untracked_files_are_counted(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "UNTRACKED_NAMES", 3)
    for number in range(5):
        (repository / f"{number}.txt").write_text("")
    state = state_of(repository)
    assert len(state.untracked) == 3
    assert state.untracked_count == 5
    assert [gap.kind for gap in state.gaps] == ["truncated"]


def test_our_own_folder_does_not_count(repository: Path) -> None:
    for folder in (repository / ".whence", repository / "sub" / ".whence"):
        folder.mkdir(parents=True)
        (folder / "whence.sqlite").write_text("a")
    assert state_of(repository).untracked == ()
    run = at(repository)
    run("add", "-f", ".whence")
    run("commit", "-qm", "somebody did that")
    (repository / ".whence" / "whence.sqlite").write_text("b")
    assert state_of(repository).dirty is False
    (repository / "train.py").write_text("lr = 0.2\n")
    assert "whence.sqlite" not in state_of(repository).diff


def test_before_the_first_commit(tmp_path: Path) -> None:
    folder = tmp_path / "young"
    folder.mkdir()
    at(folder)("init", "-q")
    (folder / "a.py").write_text("a = 1\n")
    at(folder)("add", ".")
    state = state_of(folder)
    assert (state.commit, state.branch, state.dirty) == (None, "main", True)
    assert "+a = 1" in state.diff


def test_before_the_first_commit_of_a_repository_with_longer_ids(tmp_path: Path) -> None:
    folder = tmp_path / "young"
    folder.mkdir()
    at(folder)("init", "-q", "--object-format=sha256")
    (folder / "a.py").write_text("a = 1\n")
    at(folder)("add", ".")
    assert "+a = 1" in state_of(folder).diff
    at(folder)("commit", "-qm", "one")
    assert len(state_of(folder).commit or "") == 64


def test_a_detached_head(repository: Path) -> None:
    at(repository)("checkout", "-q", "--detach")
    state = state_of(repository)
    assert state.branch is None
    assert state.commit


def test_a_second_worktree(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    at(repository)("worktree", "add", "-q", str(other), "-b", "idea")
    (other / "train.py").write_text("lr = 3\n")
    state = state_of(other)
    assert (state.toplevel, state.branch, state.dirty) == (str(other), "idea", True)


def test_the_remote_is_that_of_the_branch_and_has_no_credentials(repository: Path) -> None:
    run = at(repository)
    run("remote", "add", "fork", "https://ada:hunter2@git.example.org/ada/x.git?private_token=abcd")
    assert state_of(repository).remote == (
        "https://git.example.org/ada/x.git?private_token=[redacted:token]"
    )
    run("remote", "add", "origin", "git@git.example.org:team/x.git")
    assert state_of(repository).remote == "git@git.example.org:team/x.git"
    run("config", "branch.main.remote", "fork")
    assert (state_of(repository).remote or "").startswith("https://git.example.org/ada")


def test_a_secret_in_a_change_is_taken_out(repository: Path) -> None:
    (repository / "train.py").write_text("password = 'hunter2'\n")
    diff = state_of(repository).diff
    assert "hunter2" not in diff
    assert "+password = '[redacted:password]'" in diff


def test_a_long_diff_is_cut(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "DIFF_BYTES", 1000)
    (repository / "train.py").write_text("".join(f"x = {n}\n" for n in range(1000)))
    state = state_of(repository)
    assert len(state.diff) <= 1000
    assert state.diff_is_cut
    assert state.facts()["diff_is_cut"] is True
    assert ("truncated", "diff") in {(gap.kind, gap.about) for gap in state.gaps}


def test_the_users_taste_in_diffs_changes_nothing(repository: Path) -> None:
    (repository / "train.py").write_text("lr = 0.2\n")
    plain = state_of(repository).diff
    run = at(repository)
    for setting in (
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.context", "0"),
        ("color.ui", "always"),
        ("core.pager", "false"),
        ("status.relativePaths", "false"),
        ("diff.external", "false"),
    ):
        run("config", *setting)
    assert state_of(repository).diff == plain


@pytest.mark.parametrize(
    ("setting", "attributes"),
    [
        ("core.fsmonitor", ""),
        ("filter.evil.clean", "*.py filter=evil"),
        ("filter.evil.process", "*.py filter=evil"),
        ("filter.e=vil.clean", "*.py filter=e=vil"),
        ("diff.evil.textconv", "*.py diff=evil"),
        ("diff.evil.command", "*.py diff=evil"),
        ("diff.external", ""),
    ],
)
def test_programs_that_a_repository_names_are_not_run(
    repository: Path, tmp_path: Path, setting: str, attributes: str
) -> None:
    mark = tmp_path / "it-was-run"
    (repository / ".git" / "info" / "attributes").write_text(attributes + "\n")
    (repository / "train.py").write_text("lr = 0.3\n")
    at(repository)("config", setting, f"touch {mark}; cat #")
    state = state_of(repository)
    assert not mark.exists()
    if "=" in setting:
        assert [gap.about for gap in state.gaps] == ["changes"]
        assert state.commit
        assert state.dirty is None
    else:
        assert "+lr = 0.3" in state.diff
    subprocess.run(["git", "diff", "HEAD"], cwd=repository, capture_output=True, check=False)
    assert mark.exists(), "git by itself does run it, or this test shows nothing"


def test_hooks_are_not_run(repository: Path, tmp_path: Path) -> None:
    mark = tmp_path / "it-was-run"
    hook = repository / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    os.utime(repository / "train.py", (1, 1))
    state_of(repository)
    assert not mark.exists()
    at(repository)("status")
    assert mark.exists(), "git by itself does run it, or this test shows nothing"


def test_a_required_filter_that_is_left_out_is_no_error(repository: Path) -> None:
    (repository / ".git" / "info" / "attributes").write_text("*.py filter=evil\n")
    (repository / "train.py").write_text("lr = 0.3\n")
    at(repository)("config", "filter.evil.clean", "false")
    at(repository)("config", "filter.evil.required", "true")
    assert "+lr = 0.3" in state_of(repository).diff


def test_nothing_is_written(repository: Path) -> None:
    os.utime(repository / "train.py", (1, 1))  # git would refresh its index for this
    before = (repository / ".git" / "index").read_bytes()
    state_of(repository)
    assert (repository / ".git" / "index").read_bytes() == before


def test_submodules_and_their_commits(repository: Path, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    run = at(inner)
    run("init", "-q")
    (inner / "lib.py").write_text("a = 1\n")
    run("add", ".")
    run("commit", "-qm", "inner")
    first = run("rev-parse", "HEAD")
    outer = at(repository)
    outer("submodule", "--quiet", "add", str(inner), "vendor/lib")
    outer("commit", "-qm", "with it")
    assert state_of(repository).submodules == (Submodule("vendor/lib", first, changed=False),)
    inside = repository / "vendor" / "lib"
    (inside / "lib.py").write_text("a = 2\n")
    state = state_of(repository)
    assert state.dirty
    assert state.submodules == (Submodule("vendor/lib", first, changed=True),)
    at(inside)("commit", "-qam", "moved on")
    state = state_of(repository)
    moved = at(inside)("rev-parse", "HEAD")
    assert state.submodules == (Submodule("vendor/lib", moved, changed=True),)
    assert f"+Subproject commit {moved}" in state.diff
    assert state.facts()["submodules"] == [{"path": "vendor/lib", "commit": moved, "changed": True}]


def test_a_merge_that_is_not_finished(repository: Path) -> None:
    run = at(repository)
    run("checkout", "-qb", "other")
    (repository / "train.py").write_text("lr = 2\n")
    run("commit", "-qam", "two")
    run("checkout", "-q", "main")
    (repository / "train.py").write_text("lr = 3\n")
    run("commit", "-qam", "three")
    with pytest.raises(subprocess.CalledProcessError):
        run("merge", "other")
    state = state_of(repository)
    assert state.dirty
    assert "lr = 2" in state.diff


def test_git_is_not_installed(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    state = state_of(repository)
    assert [(gap.kind, gap.reason) for gap in state.gaps] == [
        ("code-unknown", "git is not installed")
    ]
    assert state.commit is None
    assert state.facts()["gaps"][0]["remedy"] == "install git"


def test_a_repository_of_somebody_else(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    gap = state_of(repository).gaps[0]
    assert gap.kind == "code-unknown"
    assert "somebody else" in gap.reason
    assert "safe.directory" in gap.remedy


def test_git_takes_too_long(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("git")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f'#!/bin/sh\ncase "$*" in *porcelain*) sleep 60;; esac\nexec {real} "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(probe, "SECONDS", 2.0)
    state = state_of(repository)
    assert state.commit == at(repository)("rev-parse", "HEAD")
    assert state.branch == "main"
    assert state.dirty is None
    assert "dirty" not in state.facts()
    assert [(gap.about, gap.reason) for gap in state.gaps] == [
        ("changes", "git took longer than 2 s")
    ]


def test_a_repository_that_is_damaged(repository: Path) -> None:
    (repository / ".git" / "index").write_bytes(b"nonsense")
    state = state_of(repository)
    assert state.commit
    assert [gap.kind for gap in state.gaps] == ["code-unknown"]


def test_what_git_itself_is_told_by_variables(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repository))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    (repository / "train.py").write_text("lr = 0.2\n")
    state = state_of(tmp_path)
    assert state.toplevel == str(repository)
    assert "+lr = 0.2" in state.diff
