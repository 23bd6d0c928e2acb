"""What a statement reads and writes: tables, columns, and its text without values."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from whence.recording.redact import redact_text

LONGEST = 4_000
"""Characters of a statement that a record keeps."""

LONGEST_PARSED = 20_000

CATALOGS = frozenset({"information_schema", "pg_catalog", "sys", "performance_schema"})
"""Schemas in which databases describe themselves."""

_CATALOG_NAMES = ("sqlite_", "pg_")
_DEFAULT_SCHEMAS = {"postgres": "public", "tsql": "dbo"}
_LONG_NUMBER = re.compile(r"(?<![\w.])\d{7,}(?![\w.])")
_TEXT = re.compile(r"\$(\w*)\$.*?\$\1\$|'(?:[^']|'')*'", re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_INSERTED = re.compile(r"(\s*(?:insert|replace)\b.*?\bvalues)\s*\(.*", re.IGNORECASE | re.DOTALL)
_CONFLICT = re.compile(
    r"\)\s*(on\s+(?:conflict|duplicate)\b.*|returning\b.*)\Z", re.IGNORECASE | re.DOTALL
)
_REPLACED = re.compile(r"\s*replace\s+into\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"%s|%\(\w+\)s")
_NAME = r'((?:[\w$]+|"[^"]+"|`[^`]+`)(?:\.(?:[\w$]+|"[^"]+"|`[^`]+`))*)'
_WRITTEN = re.compile(
    rf"\b(?:insert\s+(?:ignore\s+|or\s+\w+\s+)?into|replace\s+into|update|delete\s+from"
    rf"|merge\s+into|create\s+table(?:\s+if\s+not\s+exists)?|into\s+table)\s+{_NAME}"
    rf"|\bcopy\s+{_NAME}(?!\s*(?:\([^)]*\)\s*)?to\b)(?=\s|\()",
    re.IGNORECASE,
)
_READ = re.compile(
    rf"\b(?:from|join|using)\s+{_NAME}|\bcopy\s+{_NAME}\s*(?:\([^)]*\)\s*)?to\b", re.IGNORECASE
)
_NO_TABLES = frozenset({"stdin", "stdout", "select", "values", "set"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What was sent at once, understood."""

    text: str
    """Without literals that may be somebody's, without comments, cut."""
    reads: tuple[str, ...] = ()
    """Tables, ``schema.table`` where a schema is known or usual."""
    writes: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    """Those of the written whose earlier content is gone: created, or emptied."""
    temporary: tuple[str, ...] = ()
    """Tables that live no longer than the session."""
    columns: tuple[tuple[str, str], ...] = ()
    """(table, column) that it names; the table is empty where the statement does not say which."""
    everything: bool = False
    """Whether it asks for all columns (``*``)."""
    parsed: bool = True


@lru_cache(2_000)
def understand_statement(statement: str, dialect: str) -> Statement:
    """Read a statement; what cannot be parsed is read by its words alone.

    Args:
        statement: As it was sent, with its placeholders.
        dialect: As sqlglot calls it.
    """
    try:
        trees = _parse(statement, dialect)
        if trees:
            return _Reading(dialect).read(trees)
    except Exception:  # noqa: BLE001, S110  a parser of others' dialects may fail in any way
        pass
    return _by_words(statement, dialect)


def _parse(statement: str, dialect: str) -> list[Any]:
    """The trees of what was sent; none where some of it is not understood."""
    import sqlglot  # noqa: PLC0415  a quarter of a second, and only for runs that sent SQL
    from sqlglot import exp  # noqa: PLC0415

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    text = _without_rows(statement)
    if len(text) > LONGEST_PARSED:
        return []
    text = _REPLACED.sub("INSERT INTO", text, count=1)
    # What drivers put in the place of values is no SQL.
    sign = "$1" if dialect == "postgres" else "?"  # where ``?`` is an operator
    text = _PLACEHOLDER.sub(sign, text).replace("%%", "%")
    known = dialect if dialect in sqlglot.Dialect.classes else None
    trees = [each for each in sqlglot.parse(text, dialect=known) if each is not None]
    return [] if any(isinstance(each, exp.Command) for each in trees) else trees


def _without_rows(statement: str) -> str:
    """An insertion of many rows, as that of one."""
    found = _INSERTED.match(statement)
    if found is None:
        return statement
    rest = _CONFLICT.search(statement)
    return f"{found[1]} (?) {rest[1] if rest else ''}".rstrip()


class _Reading:
    """Goes through the trees of one statement."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._reads: dict[str, None] = {}
        self._writes: dict[str, None] = {}
        self._makes: dict[str, None] = {}
        self._temporary: dict[str, None] = {}
        self._columns: dict[tuple[str, str], None] = {}
        self._everything = False
        self._texts: list[str] = []

    def read(self, trees: list[Any]) -> Statement:
        for tree in trees:
            self._read_tree(tree)
        return Statement(
            text=_cut("; ".join(self._texts)),
            reads=tuple(self._reads),
            writes=tuple(self._writes),
            makes=tuple(self._makes),
            temporary=tuple(self._temporary),
            columns=tuple(self._columns),
            everything=self._everything,
        )

    def _read_tree(self, tree: Any) -> None:
        from sqlglot import exp  # noqa: PLC0415

        target = self._target(tree)
        named = {each.alias_or_name for each in tree.find_all(exp.CTE)}
        aliases: dict[str, str] = {}
        for table in tree.find_all(exp.Table):
            if not table.db and table.name in named:
                continue
            name = _table_name(table, self._dialect)
            if not name:
                continue
            aliases[table.alias_or_name] = name
            if table is not target and name not in self._makes and name not in _NO_TABLES:
                self._reads[name] = None
        self._read_columns(tree, aliases, target)
        self._texts.append(_scrubbed(tree, self._dialect))

    def _target(self, tree: Any) -> Any:
        """The table that a statement writes to, if it writes."""
        from sqlglot import exp  # noqa: PLC0415

        made = temporary = False
        target = None
        if isinstance(tree, (exp.Insert, exp.Update, exp.Delete, exp.Merge)):
            target = tree.this
            made = isinstance(tree, exp.Insert) and bool(tree.args.get("overwrite"))
        elif isinstance(tree, exp.Create) and tree.kind in {"TABLE", "VIEW"}:
            target = tree.this
            made = not tree.args.get("exists")
            temporary = tree.find(exp.TemporaryProperty) is not None
        elif isinstance(tree, exp.Copy) and tree.args.get("kind"):
            target = tree.this
        elif isinstance(tree, (exp.TruncateTable, exp.Drop)):
            emptied = [_table_name(each, self._dialect) for each in tree.find_all(exp.Table)]
            self._makes |= dict.fromkeys(filter(None, emptied))
        elif isinstance(tree, exp.Select) and tree.args.get("into"):
            into = tree.args["into"]
            target, made, temporary = into.this, True, bool(into.args.get("temporary"))
        if isinstance(target, exp.Schema):
            target = target.this
        name = _table_name(target, self._dialect) if isinstance(target, exp.Table) else ""
        if name:
            self._writes[name] = None
            if made:
                self._makes[name] = None
            if temporary:
                self._temporary[name] = None
        return target

    def _read_columns(self, tree: Any, aliases: dict[str, str], target: Any) -> None:
        from sqlglot import exp  # noqa: PLC0415

        only = next(iter(self._reads)) if len(self._reads) == 1 and target is None else ""
        own = {each.alias for each in tree.find_all(exp.Alias) if each.alias}
        for column in tree.find_all(exp.Column):
            if isinstance(column.this, exp.Star):
                self._everything = True
            elif column.table:
                if column.table in aliases:
                    self._columns[aliases[column.table], column.name] = None
            elif column.name not in own or only:
                self._columns[only, column.name] = None
        if any(isinstance(each.parent, exp.Select) for each in tree.find_all(exp.Star)):
            self._everything = True


def _scrubbed(tree: Any, dialect: str) -> str:
    """The text of a tree, with ``?`` for text and for long numbers."""
    import sqlglot  # noqa: PLC0415
    from sqlglot import exp  # noqa: PLC0415

    def scrub(node: Any) -> Any:
        if isinstance(node, exp.Literal) and (node.is_string or len(str(node.this)) >= 7):
            return exp.Var(this="?")
        if isinstance(node, exp.Parameter):
            return exp.Var(this="?")
        if isinstance(node, (exp.National, exp.RawString, exp.HexString, exp.ByteString)):
            return exp.Var(this="?")
        return node

    known = dialect if dialect in sqlglot.Dialect.classes else None
    return str(tree.transform(scrub).sql(dialect=known, comments=False))


def _by_words(statement: str, dialect: str) -> Statement:
    """What the words tell of a statement that no parser understands."""
    text = _COMMENT.sub(" ", _TEXT.sub("?", statement[: LONGEST_PARSED * 2]))
    text = _LONG_NUMBER.sub("?", _without_rows(text))
    writes = tuple(dict.fromkeys(_names(_WRITTEN.finditer(text), dialect)))
    reads = tuple(each for each in _names(_READ.finditer(text), dialect) if each not in writes)
    return Statement(_cut(text), tuple(dict.fromkeys(reads)), writes, parsed=False)


def _names(found: Iterator[re.Match[str]], dialect: str) -> Iterator[str]:
    for each in found:
        parts = [
            part.strip('"`')
            for part in re.findall(r'"[^"]+"|`[^`]+`|[\w$]+', each[each.lastindex or 1])
        ]
        name = _qualified(parts, dialect)
        if name and name.lower() not in _NO_TABLES and parts[-1].lower() not in _NO_TABLES:
            yield name


def _table_name(table: Any, dialect: str) -> str:
    if not table.name:
        return ""
    return _qualified([each for each in (table.catalog, table.db, table.name) if each], dialect)


def _qualified(parts: list[str], dialect: str) -> str:
    """A table's name with its schema; empty for a database's own tables."""
    if CATALOGS & {each.lower() for each in parts[:-1]}:
        return ""
    if parts[-1].lower().startswith(_CATALOG_NAMES):
        return ""
    schema = _DEFAULT_SCHEMAS.get(dialect)
    return ".".join([schema, *parts] if schema and len(parts) == 1 else parts)


def _cut(text: str) -> str:
    text = redact_text(" ".join(text.split()))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
