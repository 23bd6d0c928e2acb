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
"""Parts of a folder that mark it as an interpreter's or package manager's own."""

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
    "/ray/session_",
)
"""Parts of a folder that mark a cache which can be emptied without changing a result.

Data homes such as ``~/.cache/huggingface`` are not here: what lies there is an input.
"""


SETTINGS = (
    "/.config/git/",
    "/.config/pip/",
    "/.terminfo/",
    "/.ipython/profile_",
    "/.jupyter/",
    "/.local/share/jupyter/",
)
"""Parts of a folder that mark a user's own settings of a tool."""

NAMES = frozenset(
    {
        "pyvenv.cfg",
        ".gitconfig",
        ".bashrc",
        ".bash_profile",
        ".bash_history",
        ".profile",
        ".zshrc",
        ".inputrc",
        ".netrc",
        ".pypirc",
        ".python_history",
    }
)
"""Names of such settings, wherever they lie."""

BESIDE_DATA = {"keras.json": "/.keras"}
"""Names of such settings → the folder that they lie in, which holds data too."""

_REMEMBERED = 65_536
"""Folders whose verdict is kept; a run that visits more starts afresh."""


class Noise:
    """The test, for one run."""

    def __init__(self, workspace: str, own: tuple[str, ...] = ()) -> None:
        """Take the workspace, and the folders that are our own."""
        self.root = workspace.rstrip("/") + "/"
        """What lies below is judged by what comes after it alone."""
        folders = tuple(folder.rstrip("/") + "/" for folder in own if folder)
        self.outer: tuple[str, ...] = SYSTEM
        """What is dropped by its beginning, outside the workspace."""
        self.inner: tuple[str, ...] = ()
        """The same, inside."""
        self.parts = (*ENVIRONMENT, *CACHES, *SETTINGS, "/.whence/")
        """What is dropped when its folder has such a part."""
        self._verdicts: dict[str, bool] = {}
        for folder in folders:
            self._drop_below(folder)

    def _drop_below(self, folder: str) -> None:
        if self.root.startswith(folder):
            return
        if folder.startswith(self.root):
            self.inner = (*self.inner, folder)
        else:
            self.outer = (*self.outer, folder)
        self._verdicts.clear()

    def drops(self, path: str) -> bool:
        """Tell whether an absolute path is no data."""
        folder, _, name = path.rpartition("/")
        verdict = self._verdicts.get(folder)
        if verdict is None:
            if len(self._verdicts) >= _REMEMBERED:
                self._verdicts.clear()
            verdict = self._verdicts[folder] = self._drops_folder(f"{folder}/")
        if name in BESIDE_DATA and folder.endswith(BESIDE_DATA[name]):
            return True
        return verdict or name in NAMES

    def _drops_folder(self, folder: str) -> bool:
        if folder.startswith(self.root):
            if folder.startswith(self.inner):
                return True
            folder = folder[len(self.root) - 1 :]
        elif folder.startswith(self.outer):
            return True
        return any(part in folder for part in self.parts)

    def add_environment_of(self, program: str) -> None:
        """Learn an interpreter's prefix from a program in its ``bin``, if it is one."""
        folder, _, _ = program.rpartition("/")
        prefix = folder[:-3]
        if not folder.endswith("/bin") or self._drops_folder(prefix):
            return
        if any(os.path.exists(prefix + mark) for mark in _PREFIX_MARKS) or _has_library(prefix):
            self._drop_below(prefix)


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


def own_folders(session_dir: str, workspace: str) -> tuple[str, ...]:
    """Where Whence itself keeps things that a traced program may touch.

    Its source is among them, except for those who work on Whence.
    """
    capture = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    package = os.path.dirname(capture)
    own = os.path.join(capture, "agent") if f"{package}/".startswith(f"{workspace}/") else package
    return session_dir, own
