"""Runs one script of this folder and writes its answer to a descriptor: ``start.py QUESTION``."""

import ast
import importlib
import importlib.util
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any, Dict, List

_NAME = "whence_inside"
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def main(words: List[str]) -> None:
    """Asks one module for its answer."""
    question = json.loads(words[0])
    warnings.simplefilter("ignore")
    sys.path[:0] = question["code"]
    if question["main"]:
        define(Path(question["main"]), vars(sys.modules["__main__"]))
    script = load(question["script"])
    try:
        told: Dict[str, Any] = script.answer(question["words"])
    except (Exception, SystemExit) as error:
        told = {"refused": f"{type(error).__name__}: {str(error)[:500]}"}
    with os.fdopen(question["answer"], "w") as file:
        json.dump(told, file)
    # Threads and handlers of what was loaded are of no concern: the answer is given.
    os._exit(0)


def load(script: str) -> Any:
    """A module of this folder, as part of a package of a name that no library has."""
    folder = Path(__file__).parent
    spec = importlib.util.spec_from_file_location(
        _NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[_NAME] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[_NAME])
    return importlib.import_module(f"{_NAME}.{script}")


def define(program: Path, names: Dict[str, Any]) -> None:
    """A program's imports, classes, functions and constants, without doing what it does."""
    try:
        tree = ast.parse(program.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return
    for node in tree.body:
        constant = isinstance(node, ast.Assign) and _is_literal(node.value)
        if constant or isinstance(node, _DEFINITIONS):
            try:
                exec(compile(ast.Module([node], []), str(program), "exec"), names)  # noqa: S102  their own definitions, closed in
            except Exception:
                continue


def _is_literal(node: ast.AST) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
