"""Nothing that a server loads can run what it is sent: no pickle, no unsafe YAML, no shell."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
LOADERS = {"joblib", "torch", "cloudpickle", "dill", "shelve", "skops", "keras", "yaml"}
"""Modules that turn bytes into running code, or that could be made to."""

CALLS = {
    ("pickle", "load"),
    ("pickle", "loads"),
    ("pickle", "Unpickler"),
    ("marshal", "loads"),
    ("yaml", "load"),
    ("yaml", "unsafe_load"),
    ("yaml", "full_load"),
    ("os", "system"),
    ("os", "popen"),
    ("subprocess", "getoutput"),
}


SAFE_LOADERS = {
    "whence/capture/configfiles.py": "CSafeLoader",
    "whence/capture/mined/cards.py": "BaseLoader",
}
"""Files that call ``yaml.load``, and the loader of theirs, which makes texts and numbers alone."""

_STARTED = (
    "import sys; from whence.server import listening; from whence.server.api import all_routes;"
    "from whence.server.service import Service; from whence.server.app import build; all_routes();"
)


def served_modules() -> dict[str, Path]:
    """Modules of ours that a server loads, once every route has been looked at."""
    code = (
        _STARTED + "print(*[f'{name}={module.__file__}' for name, module in sys.modules.items()"
        " if name.startswith('whence') and getattr(module, '__file__', None)], sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return {
        name: Path(path) for name, _, path in (line.partition("=") for line in done.stdout.split())
    }


MODULES = served_modules()


def closure() -> set[Path]:
    """All files of ours that those modules import, late or early."""
    found: set[Path] = set()
    todo = [path for path in MODULES.values() if path.suffix == ".py"]
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
            for name in names:
                if name.startswith("whence"):
                    file = SOURCE / (name.replace(".", "/") + ".py")
                    package = SOURCE / name.replace(".", "/") / "__init__.py"
                    todo += [each for each in (file, package) if each.exists()]
    return found


CLOSURE = sorted(path for path in closure() if path.is_relative_to(SOURCE))


def test_the_server_is_looked_at_whole() -> None:
    names = {path.relative_to(SOURCE).as_posix() for path in CLOSURE}
    assert "whence/server/app.py" in names
    assert "whence/server/access/oidc.py" in names
    assert "whence/query/lineage.py" in names
    assert len(names) > 100


@pytest.mark.parametrize("path", CLOSURE, ids=lambda each: each.relative_to(SOURCE).as_posix())
def test_nothing_that_a_server_can_reach_loads_code_or_asks_a_shell(path: Path) -> None:
    told = path.read_text(encoding="utf-8")
    loader = SAFE_LOADERS.get(path.relative_to(SOURCE).as_posix(), "")
    assert loader in told
    assert not re.search(r"UnsafeLoader|FullLoader|yaml\.C?Loader", told)
    allowed = {("yaml", "load")} if loader else set()
    for node in ast.walk(ast.parse(told)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                assert (node.func.value.id, node.func.attr) not in CALLS - allowed, node.lineno
            if isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, node.lineno
            for word in node.keywords:
                shell = word.arg == "shell" and getattr(word.value, "value", True)
                assert not shell, node.lineno


def test_a_server_that_has_started_has_loaded_nothing_of_that_kind() -> None:
    code = _STARTED + "print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.split())
    assert "uvicorn" in loaded
    assert not loaded & LOADERS
    assert not {name for name in loaded if re.match(r"(numpy|pandas|pyarrow|sklearn|duckdb)", name)}


PAST_THE_GUARD = {
    "receipts.py": "finds out by the whole record what gave a prediction, and tells it to nobody "
    "who may not see it"
}
"""Topics that read the store itself rather than what the asker may see, and why."""


@pytest.mark.parametrize(
    "path", sorted((SOURCE / "whence/server/api").glob("*.py")), ids=lambda each: each.name
)
def test_no_topic_reads_past_the_guard_or_writes_past_the_door(path: Path) -> None:
    told = path.read_text(encoding="utf-8")
    assert not re.search(r"\.ingest\.(submit|keep)\b|\.store\.writing\b", told)
    if path.name not in PAST_THE_GUARD:
        assert not re.search(r"\.store\.reading\b", told)
