"""What the source of a program says that no hook can see: variables it asks for, some seeds.

Environment variables are read without a function that could be watched, and the generators of some
compiled libraries take their seed in a constructor that cannot be wrapped. Both stand in the source
that ran. What is found here is *inferred*: the line is there; that it was executed is not known.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whence.capture.parameters import typed
from whence.recording.redact import redact_value, secret_name

ENVIRONMENT = "environment variable"
_READERS = frozenset({"os.environ.get", "os.getenv", "environ.get", "getenv"})
_MAPPINGS = frozenset({"os.environ", "environ"})
_IMPORTERS = frozenset({"import_module", "importlib.import_module", "__import__"})
_SEEDED: Mapping[str, str] = {
    "RandomState": "numpy.RandomState",
    "PCG64": "numpy.PCG64",
    "MT19937": "numpy.MT19937",
    "Philox": "numpy.Philox",
    "SFC64": "numpy.SFC64",
    "SeedSequence": "numpy.SeedSequence",
    "PRNGKey": "jax.PRNGKey",
}
"""Last part of a called name → the generator that its first argument seeds."""
_ORDINARY = frozenset("PATH HOME USER PWD TMPDIR TMP TEMP SHELL TERM LANG HOSTNAME LOGNAME".split())
"""Variables that say where a program is, and steer nothing."""


def read_sources(
    texts: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters from the environment, and seeds, as the source names them.

    Args:
        texts: Python source by the name of its file; what is no Python is left out.
        environ: The variables that the program was given; values whose names tell of a secret
            are taken out.
    """
    parameters: dict[str, Any] = {}
    seeds: dict[str, Any] = {}
    for name, text in texts.items():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        constants = _constants(tree)
        for asked, default in _asked(tree, constants):
            if asked in _ORDINARY or secret_name(asked):
                continue
            if asked in environ:
                value, source = typed(environ[asked]), ENVIRONMENT
            elif default is not None:
                value, source = default, f"{name}, default"
            else:
                continue
            parameters.setdefault(asked, {"value": redact_value(asked, value), "source": source})
        for generator, value, line in _seeded(tree, constants):
            seeds.setdefault(generator, {"value": value, "source": name, "where": f"{name}:{line}"})
    return parameters, seeds


def named_modules(texts: Iterable[str]) -> frozenset[str]:
    """Top-level names of the modules that sources import by name; what is no Python names none."""
    found = set()
    for text in texts:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for each in ast.walk(tree):
            if isinstance(each, ast.Import):
                found |= {name.name.partition(".")[0] for name in each.names}
            elif isinstance(each, ast.ImportFrom) and not each.level and each.module:
                found.add(each.module.partition(".")[0])
            elif isinstance(each, ast.Call) and _dotted(each.func) in _IMPORTERS and each.args:
                name = _value(each.args[0], {})
                found |= {name.partition(".")[0]} if isinstance(name, str) else set()
    return frozenset(found)


def _constants(tree: ast.Module) -> dict[str, Any]:
    """Names that the module gives a plain value, once."""
    found: dict[str, Any] = {}
    twice = set()
    for each in tree.body:
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
            for target in each.targets:
                if isinstance(target, ast.Name):
                    if target.id in found:
                        twice.add(target.id)
                    found[target.id] = each.value.value
    return {name: value for name, value in found.items() if name not in twice}


def _asked(tree: ast.Module, constants: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and _dotted(each.func) in _READERS and each.args:
            name = _value(each.args[0], constants)
            default = _value(each.args[1], constants) if len(each.args) > 1 else None
            for keyword in each.keywords:
                if keyword.arg == "default":
                    default = _value(keyword.value, constants)
            if isinstance(name, str):
                yield name, typed(default) if isinstance(default, str) else default
        elif (
            isinstance(each, ast.Subscript)
            and isinstance(each.ctx, ast.Load)
            and _dotted(each.value) in _MAPPINGS
        ):
            name = _value(each.slice, constants)
            if isinstance(name, str):
                yield name, None


def _seeded(tree: ast.Module, constants: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    for each in ast.walk(tree):
        if not isinstance(each, ast.Call):
            continue
        generator = _SEEDED.get(_dotted(each.func).rpartition(".")[2])
        given = [*each.args, *(it.value for it in each.keywords if it.arg in {"seed", "entropy"})]
        value = _value(given[0], constants) if generator and given else None
        if generator and isinstance(value, int) and not isinstance(value, bool):
            yield generator, value, each.lineno


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def _value(node: ast.expr, constants: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    return None
