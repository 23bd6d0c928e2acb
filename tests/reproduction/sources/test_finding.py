"""Where contents come from: real repositories, laid-out caches, servers on this machine."""

import hashlib
import http.server
import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from whence import plugins
from whence.errors import ReproductionError
from whence.homecoming.surroundings import who
from whence.model.identity import new_id
from whence.model.node import NodeKind
from whence.model.run import RunState
from whence.recording.observation import CodeSeen, FileSeen, RunSeen
from whence.reproduction.interface import FileNeed
from whence.reproduction.sources import Content, Missing, find_content
from whence.reproduction.sources.finding import DOOR, ORDER
from whence.workspace import Workspace, location_of

DATA = b"a,b\n1,2\n" * 50
SHA256 = hashlib.sha256(DATA).hexdigest()
MD5 = hashlib.md5(DATA, usedforsecurity=False).hexdigest()


@dataclass
class Project:
    """A workspace whose record knows ``data/rows.csv``, which is gone."""

    workspace: Workspace
    commit: str | None = None
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.workspace.root
        self.path = self.folder / "data" / "rows.csv"
        self.path.parent.mkdir()

    def git(self, *words: str) -> str:
        names = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        done = subprocess.run(
            ["git", *names, *words], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit_all(self) -> None:
        if not (self.folder / ".git").exists():
            self.git("init", "--quiet")
        self.git("add", "--all", "--force", ".")
        self.git("commit", "--quiet", "--message", "work")
        self.commit = self.git("rev-parse", "HEAD")

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def record(self, location: str = "", **remote: object) -> None:
        seen = FileSeen(
            location or "data/rows.csv",
            location or location_of(str(self.path)),
            NodeKind.DATASET,
            "input",
            SHA256,
            len(DATA),
            facets={"remote": remote} if remote else {},
        )
        state = {"commit": self.commit} if self.commit else {}
        run = RunSeen(
            new_id(), "train", RunState.COMPLETED, "2026-11-21T10:00:00.000Z", None, "tests",
            actors=(who(),), used=(seen,), code=CodeSeen((), state),
        )  # fmt: skip
        self.workspace.recorder.record_run(run)

    def find(self) -> Content | Missing:
        need = FileNeed(str(self.path), "data/rows.csv", "input", SHA256, len(DATA))
        return find_content(self.workspace, need)

    def fetch(self, by: str) -> Content:
        found = self.find()
        assert isinstance(found, Content), found
        assert found.source == by
        target = self.folder / "fetched" / "rows.csv"
        found.fetch(target)
        assert target.read_bytes() == DATA
        assert [each.name for each in target.parent.iterdir()] == ["rows.csv"]
        return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    root = tmp_path / "project"
    root.mkdir()
    for name in ("HF_HOME", "HF_HUB_CACHE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home" / name))
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    workspace = Workspace(root, tmp_path / "record")
    workspace.folder.mkdir()
    yield Project(workspace)
    workspace.close()


@pytest.fixture
def serve() -> Iterator[Callable[[dict[str, bytes]], str]]:
    """A web server that has these paths, and tells of what it was asked."""
    servers = []

    def start(content: dict[str, bytes]) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = content.get(self.path)
                self.send_response(404 if found is None else 200)
                self.end_headers()
                self.wfile.write(found or b"")

            def log_message(self, *_: object) -> None:
                """Nothing."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def test_our_own_sources_are_asked_in_this_order() -> None:
    names = "objects disk git git-lfs git-annex dvc huggingface s3 lakefs http"
    assert plugins.names(DOOR, ORDER)[:10] == names.split()


def test_what_is_kept_comes_first(project: Project) -> None:
    project.workspace.objects.put_bytes(DATA)
    project.path.write_bytes(DATA)
    project.record()
    assert project.fetch("kept objects").is_here


def test_what_still_lies_where_it_was_met(project: Project) -> None:
    project.path.write_bytes(DATA)
    project.record()
    assert project.fetch("this disk").where == str(project.path)


def test_what_was_changed_is_named(project: Project) -> None:
    project.path.write_bytes(DATA.lower() + b"x")
    project.record()
    found = project.find()
    assert isinstance(found, Missing)
    assert "holds something else now" in found.reason
    assert "put the earlier version back" in found.tries[0]


def test_what_is_nowhere(project: Project) -> None:
    project.record()
    found = project.find()
    assert isinstance(found, Missing)
    assert "it is not kept" in found.reason
    assert str(project.path) in found.tries[0]


def test_what_the_record_does_not_know(project: Project) -> None:
    found = find_content(project.workspace, FileNeed("/p/x", "x", "input", None))
    assert isinstance(found, Missing)
    assert "does not know" in found.reason


def test_git_has_it_at_the_recorded_commit(project: Project) -> None:
    project.path.write_bytes(DATA)
    project.commit_all()
    project.record()
    project.path.write_bytes(b"newer")
    project.git("commit", "--quiet", "--all", "--message", "newer")
    found = project.fetch("git")
    assert project.commit is not None
    assert project.commit[:10] in found.where


def test_git_has_something_else(project: Project) -> None:
    project.path.write_bytes(b"other" + DATA[5:])
    project.commit_all()
    project.path.unlink()
    project.record()
    assert isinstance(project.find(), Missing)


POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA256}\nsize {len(DATA)}\n"


def test_git_lfs_has_its_object(project: Project) -> None:
    project.write("data/rows.csv", POINTER)
    project.commit_all()
    project.path.unlink()
    project.record()
    missing = project.find()
    assert isinstance(missing, Missing)
    assert missing.tries == (f"git lfs fetch origin {project.commit}",)
    project.write(f".git/lfs/objects/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}", DATA)
    project.fetch("Git LFS")


def test_git_annex_has_its_object(project: Project) -> None:
    key = f"SHA256E-s{len(DATA)}--{SHA256}.csv"
    project.path.symlink_to(f"../.git/annex/objects/Xf/9k/{key}/{key}")
    project.commit_all()
    project.path.unlink()
    project.record()
    missing = project.find()
    assert isinstance(missing, Missing)
    assert missing.tries == ("git annex get data/rows.csv",)
    project.write(f".git/annex/objects/Xf/9k/{key}/{key}", DATA)
    project.fetch("git-annex")


@pytest.mark.parametrize("place", ["files/md5/", ""], ids=["DVC 3", "DVC 2"])
def test_dvc_has_it_in_its_cache(project: Project, place: str) -> None:
    project.write(".dvc/config", "[core]\n    remote = far\n['remote \"far\"']\n    url = s3://b\n")
    project.write("data/rows.csv.dvc", f"outs:\n- md5: {MD5}\n  hash: md5\n  path: rows.csv\n")
    project.commit_all()
    project.write("data/rows.csv.dvc", f"outs:\n- md5: {'0' * 32}\n  path: rows.csv\n")
    project.record()
    missing = project.find()
    assert isinstance(missing, Missing)
    assert missing.tries == ("dvc fetch data/rows.csv.dvc",)
    project.write(f".dvc/cache/{place}{MD5[:2]}/{MD5[2:]}", DATA)
    project.fetch("DVC")


def test_dvc_has_it_in_a_folder_made_by_a_stage(project: Project, tmp_path: Path) -> None:
    project.write(".dvc/config", f"[cache]\n    dir = {tmp_path / 'far'}\n")
    listing = json.dumps([{"md5": MD5, "relpath": "rows.csv"}]).encode()
    told = hashlib.md5(listing, usedforsecurity=False).hexdigest()
    stage = (
        f"schema: '2.0'\nstages:\n  prepare:\n    outs:\n    - path: data\n      md5: {told}.dir\n"
    )
    project.write("dvc.lock", stage)
    for name, content in ((told + ".dir", listing), (MD5, DATA)):
        path = tmp_path / "far" / "files" / "md5" / name[:2] / name[2:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    project.record()
    project.fetch("DVC")


def test_a_damaged_cache_of_dvc_is_not_believed(project: Project) -> None:
    project.write(".dvc/config", "")
    project.write("data/rows.csv.dvc", f"outs:\n- md5: {MD5}\n  path: rows.csv\n")
    project.write(f".dvc/cache/files/md5/{MD5[:2]}/{MD5[2:]}", DATA.upper())
    project.record()
    assert isinstance(project.find(), Missing)


@pytest.mark.parametrize(
    "text", ["", "outs: 3", "- x", "outs:\n- md5: ../../x\n  path: rows.csv", "{"]
)
def test_files_of_dvc_that_say_nothing_are_passed_over(project: Project, text: str) -> None:
    project.write(".dvc/config", "no section\n")
    project.write("data/rows.csv.dvc", text)
    project.record()
    assert isinstance(project.find(), Missing)


def test_the_hub_has_it_in_its_cache(project: Project) -> None:
    blob = Path(os.environ["HF_HUB_CACHE"]) / "datasets--ada--rows" / "blobs" / SHA256
    blob.parent.mkdir(parents=True)
    blob.write_bytes(DATA)
    project.record()
    project.fetch("Hugging Face")


def test_the_hub_has_it_at_a_revision(
    project: Project, serve: Callable[[dict[str, bytes]], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/datasets/ada/rows/resolve/3ab1c9/data/my%20rows.csv"
    monkeypatch.setenv("HF_ENDPOINT", serve({path: DATA}))
    project.record("hf://datasets/ada/rows@3ab1c9/data/my rows.csv", service="huggingface")
    assert not project.fetch("Hugging Face").is_here
    small = (
        Path(os.environ["HF_HUB_CACHE"]) / "datasets--ada--rows/snapshots/3ab1c9/data/my rows.csv"
    )
    small.parent.mkdir(parents=True)
    small.write_bytes(DATA)
    assert project.fetch("Hugging Face").is_here


def test_lakefs_has_it_at_a_commit(
    project: Project, serve: Callable[[dict[str, bytes]], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.record("lakefs://lake/main/data/rows.csv", version="c0ffee")
    missing = project.find()
    assert isinstance(missing, Missing)
    assert "lakectl fs download lakefs://lake/c0ffee/data/rows.csv" in missing.tries[0]
    path = "/api/v1/repositories/lake/refs/c0ffee/objects?path=data%2Frows.csv"
    monkeypatch.setenv("LAKECTL_SERVER_ENDPOINT_URL", serve({path: DATA}) + "/api/v1")
    project.fetch("lakeFS")


def test_the_web_has_it_or_something_else(
    project: Project, serve: Callable[[dict[str, bytes]], str]
) -> None:
    content = {"/rows.csv": DATA}
    project.record(serve(content) + "/rows.csv", service="http")
    project.fetch("the web")
    content["/rows.csv"] = b"newer"
    found = project.find()
    assert isinstance(found, Content)
    target = project.folder / "again.csv"
    with pytest.raises(ReproductionError, match="holds .* now, not " + SHA256[:12]):
        found.fetch(target)
    del content["/rows.csv"]
    with pytest.raises(ReproductionError, match="answers 404"):
        found.fetch(target)
    assert not target.exists()
    assert not list(project.folder.glob(".again*"))


def test_s3_without_boto3_says_how_by_hand(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whence.reproduction.sources.s3.find_spec", lambda name: None)
    project.record("s3://bucket/data/rows.csv", service="s3", version="v1")
    missing = project.find()
    assert isinstance(missing, Missing)
    assert "--bucket bucket --key data/rows.csv --version-id v1" in missing.tries[0]
