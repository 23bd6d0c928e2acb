"""Which files are never data: a table of places, and one test over it.

Of what a training opens, 99.8 % is system and packages (measured: 5,000 paths for 4 data files).
The record of the environment speaks for those, by name and version. They are left out by the look
of the path alone, before anything else is done with it. What lies in the workspace and in none of
the package or cache folders always stays, even where the workspace is ``/usr/src/app``.
"""

# Paths stay strings here: pathlib costs microseconds for each and a third of the start-up.

import os

SYSTEM = (
    "/proc/",
    "/sys/",
    "/dev/",
    "/run/",
    "/usr/",
    "/lib/",
    "/lib32/",
    "/lib64/",
    "/libx32/",
    "/bin/",
    "/sbin/",
    "/etc/",
    "/boot/",
    "/nix/store/",
    "/gnu/store/",
    "/snap/",
    "/var/cache/",
    "/var/lib/dpkg/",
    "/var/lib/apt/",
    "/var/run/",
    "/memfd:",
)
"""Prefixes: kernel interfaces and what packages of the system install."""

ENVIRONMENT = (
    "/site-packages/",
    "/dist-packages/",
    "/lib/python3",
    "/lib64/python3",
    "/conda-meta/",
    "/pyvenv.cfg",
    "/lib/R/library/",
    "/.julia/packages/",
    "/.julia/compiled/",
    "/node_modules/",
    "/go/pkg/mod/",
    "/.cargo/registry/",
    "/.rustup/toolchains/",
    "/.pyenv/",
    "/.asdf/",
    "/.nvm/",
    "/.local/share/uv/",
    "/.local/share/mise/",
)
"""Parts of a path that mark an interpreter's or package manager's own folder."""

CACHES = (
    "/.git/",
    "/.hg/",
    "/.cache/pip/",
    "/.cache/uv/",
    "/.cache/matplotlib/",
    "/.config/matplotlib/",
    "/.cache/fontconfig/",
    "/.cache/numba/",
    "/.cache/whence/",
    "/__numba_cache__/",
    "/.triton/",
    "/torchinductor_",
    "/.nv/ComputeCache/",
    "/.cache/mesa_shader_cache/",
    "/.cache/yarn/",
    "/.npm/_cacache/",
    "/.mypy_cache/",
    "/.ruff_cache/",
    "/.pytest_cache/",
    "/.ipynb_checkpoints/",
)
"""Parts of a path that mark a cache which can be emptied without changing a result.

Data homes such as ``~/.cache/huggingface`` are not here: what lies there is an input.
"""


SETTINGS = (
    "/.gitconfig",
    "/.config/git/",
    "/.bashrc",
    "/.bash_profile",
    "/.profile",
    "/.inputrc",
    "/.terminfo/",
    "/.netrc",
    "/.pypirc",
    "/.python_history",
)
"""Parts of a path that mark a user's own settings of a tool."""


class Noise:
    """The test, for one run."""

    def __init__(self, workspace: str, own: tuple[str, ...] = ()) -> None:
        """Take the workspace, and the folders that are our own."""
        root = self._root = workspace.rstrip("/") + "/"
        inside = tuple(prefix for prefix in SYSTEM if root.startswith(prefix))
        self.kept = (root,) if inside else ()
        """What is kept although it lies below one of ``prefixes``."""
        folders = tuple(folder.rstrip("/") + "/" for folder in own if folder)
        self.prefixes = SYSTEM + tuple(each for each in folders if not root.startswith(each))
        """What is dropped by its beginning."""
        self.parts = (*ENVIRONMENT, *CACHES, *SETTINGS, "/.whence/")
        """What is dropped wherever it occurs."""

    def drops(self, path: str) -> bool:
        """Tell whether an absolute path is no data."""
        if path.startswith(self.prefixes) and not (self.kept and path.startswith(self.kept)):
            return True
        return any(part in path for part in self.parts)

    def add_environment_of(self, program: str) -> None:
        """Learn an interpreter's prefix from a program in its ``bin``, if it is one."""
        folder, _, _ = program.rpartition("/")
        prefix = folder[:-3]
        if not folder.endswith("/bin") or self._root.startswith(prefix):
            return
        if prefix.startswith(self.prefixes):
            return
        if any(os.path.exists(prefix + mark) for mark in _PREFIX_MARKS) or _has_library(prefix):
            self.prefixes = (*self.prefixes, prefix)


def _has_library(prefix: str) -> bool:
    try:
        return any(name.startswith("python3") for name in os.listdir(prefix + "lib"))
    except OSError:
        return False


_PREFIX_MARKS = ("pyvenv.cfg", "conda-meta")


def source_of(path: str) -> str:
    """The ``.py`` that a cached ``.pyc`` was compiled from (PEP 3147), or the path itself."""
    folder, _, name = path.rpartition("/")
    if name.endswith(".pyc") and folder.endswith("/__pycache__"):
        return f"{folder[:-12]}/{name.split('.', 1)[0]}.py"
    return path


def is_bytecode_cache(path: str) -> bool:
    """Tell whether a path lies in a ``__pycache__``."""
    return "/__pycache__/" in path


def own_folders(session_dir: str) -> tuple[str, ...]:
    """Where Whence itself keeps things that a traced program may touch."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return session_dir, os.path.join(here, "agent")
