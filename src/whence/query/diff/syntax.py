"""A Python text as statements by line: what runs as one, in which function, and what it says."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef)
_SPEAKERS = frozenset({"print", "pprint", "display", "log", "logger", "logging", "warnings"})
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
MODULE = "<module>"


@dataclass(frozen=True, slots=True)
class Scope:
    """A function, a class, or the module: what becomes one code object."""

    name: str
    """Qualified, as ``Model.fit``; ``<module>``."""
    first: int
    """The line at which its code object begins: that of the first decorator, if there is one."""
    is_function: bool = False
    decorated: bool = False
    """Whether something else was told of it, which may call it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A simple statement, or the head of a compound one."""

    node: ast.AST
    first: int
    last: int
    scope: Scope
    nesting: tuple[str, ...]
    """The bodies that it lies in, outermost first."""
    opens: Scope | None = None
    """The function or class that it is the head of."""

    @property
    def imports(self) -> bool:
        """Whether it only makes names of other modules known."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)

    @property
    def only_speaks(self) -> bool:
        """Whether it only tells people something: a call of ``print``, of a logger."""
        if not isinstance(self.node, ast.Expr) or not isinstance(self.node.value, ast.Call):
            return False
        called: ast.expr = self.node.value.func
        while isinstance(called, ast.Attribute):
            called = called.value
        return isinstance(called, ast.Name) and called.id in _SPEAKERS

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it gives values to, if that is all that it does."""
        targets: Sequence[ast.expr] = ()
        if isinstance(self.node, ast.Assign):
            targets = self.node.targets
        elif isinstance(self.node, ast.AnnAssign):
            targets = (self.node.target,)
        named = [each.id for each in targets if isinstance(each, ast.Name)]
        return tuple(named) if len(named) == len(targets) else ()

    def says(self) -> str:
        """What it means, whatever its layout: equal for two statements that do the same."""
        return f"{self.nesting} {_meaning(self.node)}"


@dataclass(slots=True)
class Syntax:
    """The statements of a text."""

    units: list[Unit] = field(default_factory=list)
    _by_line: dict[int, list[Unit]] = field(default_factory=lambda: defaultdict(list))

    def among(self, lines: range) -> list[Unit]:
        """The statements that have part in these lines; comments and docstrings are none."""
        found = {id(unit): unit for line in lines for unit in self._by_line.get(line, ())}
        return list(found.values())

    def add(self, unit: Unit) -> None:
        """Add a statement."""
        self.units.append(unit)
        for line in range(unit.first, unit.last + 1):
            self._by_line[line].append(unit)


def read_syntax(text: str | None) -> Syntax | None:
    """The statements of a text; ``None`` where it is no Python."""
    if text is None:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = Syntax()
    for unit in _units(tree.body, Scope(MODULE, 1), ()):
        found.add(unit)
    return found


def _units(body: Sequence[ast.AST], scope: Scope, nesting: tuple[str, ...]) -> Iterator[Unit]:
    for node in body:
        if not _is_text(node):
            yield from _unit(node, scope, nesting)


def _unit(node: ast.AST, scope: Scope, nesting: tuple[str, ...]) -> Iterator[Unit]:
    first, last = _extent(node)
    bodies = [(name, each) for name in _BODIES if (each := getattr(node, name, None))]
    if not bodies or not isinstance(bodies[0][1], list):
        yield Unit(node, first, last, scope, nesting)
        return
    inner = scope
    if isinstance(node, _SCOPES):
        prefix = "" if scope.name == MODULE else f"{scope.name}."
        is_function = isinstance(node, _FUNCTIONS)
        inner = Scope(f"{prefix}{node.name}", first, is_function, bool(node.decorator_list))
    head = _head_end(node)
    opens = inner if inner is not scope else None
    yield Unit(node, first, head, scope, nesting, opens)
    kind = "" if opens is None else "function" if inner.is_function else "class"
    for name, each in bodies:
        yield from _units(each, inner, (*nesting, kind or f"{type(node).__name__}.{name}"))


def _head_end(node: ast.AST) -> int:
    """The last line of what stands before the bodies of a compound statement."""
    last: int = getattr(node, "lineno", 0) or _extent(node)[0]
    for name, value in ast.iter_fields(node):
        if name in _BODIES and isinstance(value, list):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                last = max([last, *(getattr(it, "end_lineno", 0) or 0 for it in ast.walk(each))])
    return last


def _extent(node: ast.AST) -> tuple[int, int]:
    if isinstance(node, ast.match_case):
        return _extent(node.pattern)[0], _extent(node.body[-1])[1]
    first = getattr(node, "lineno", 1)
    last = getattr(node, "end_lineno", None) or first
    decorators = getattr(node, "decorator_list", ())
    return min([first, *(each.lineno for each in decorators)]), last


def _is_text(node: ast.AST) -> bool:
    """Whether it is a text that stands for itself, such as a docstring."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _meaning(node: ast.AST) -> str:
    """A statement without its layout; of a compound one the head, of arguments no annotations."""
    told = [type(node).__name__]
    for name, value in ast.iter_fields(node):
        if name in _BODIES and isinstance(value, list):
            continue
        if name in {"returns", "type_comment", "type_params"}:
            continue
        told.append(f"{name}={_plain(value)}")
    return " ".join(told)


def _plain(value: object) -> str:
    if isinstance(value, ast.arguments):
        for each in ast.walk(value):
            if isinstance(each, ast.arg):
                each.annotation = None
    if isinstance(value, ast.AST):
        return ast.dump(value)
    if isinstance(value, list):
        return str([_plain(each) for each in value])
    return repr(value)
