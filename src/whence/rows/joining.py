# ruff: noqa: S608  statements are made of our own words and of column numbers
"""Two sets of prints joined in an engine: which rows came, went, changed, and where they lie.

Prints are joined part by part, each a range of hashes, so that what is held in memory does not grow
with the table. Rows whose key stands more than once are paired by equal content
first; what is left of a key on both sides counts as changed, and what is left on one side only as
removed or added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whence.rows.fingerprint import Print

if TYPE_CHECKING:
    import duckdb

_ROWS_AT_ONCE = 1 << 21
_HASHES = 1 << 64


@dataclass(frozen=True, slots=True)
class Joined:
    """What the join of two sets of prints tells."""

    counts: Mapping[str, int]
    """``removed``, ``added``, ``changed`` → rows."""
    columns: tuple[tuple[str, int], ...]
    """(name, rows) of the columns whose marks differ in changed rows."""
    paired: int
    """Of the changed rows, those that were paired one to one, of which ``columns`` speaks."""
    bits: int
    """Of a mark, as far as both sides keep them."""
    moved: Mapping[str, Mapping[str, Mapping[int, int]]]
    """Kind of change → segment → hash of its value → rows."""
    bases: tuple[Mapping[str, Mapping[int, int]], Mapping[str, Mapping[int, int]]]
    """Of either side: segment → hash of its value → rows."""


_KINDS = ("changed", "removed", "added")


class Join:
    """Two sets of prints, made with one key, in an engine that may read both."""

    def __init__(
        self, connection: "duckdb.DuckDBPyConnection", before: Print, after: Print
    ) -> None:
        self._connection = connection
        self._sides = before, after
        a, b = before.head, after.head
        self._order = a.order(), b.order()
        self._same_columns = self._order[0] == self._order[1]
        self._bits = min(a.marks.bits, b.marks.bits)
        self._common = [name for name in self._order[0] if name in self._order[1]]
        self._segments = [name for name in a.segments if name in b.segments]

    def run(self) -> Joined:
        """Join them.

        Raises:
            duckdb.Error: the prints are not what they should be, or memory does not suffice.
        """
        self._view("a", 0)
        self._view("b", 1)
        segments = "".join(f", g{at} UINTEGER" for at in range(len(self._segments)))
        marks = ", ".join(f"{side}{word} UBIGINT" for side, word in self._words())
        self._connection.execute(
            f"CREATE TEMP TABLE moved (kind UTINYINT, weight DOUBLE{segments}"
            f"{', ' if marks else ''}{marks})"
        )
        rows = max(side.head.row_count for side in self._sides)
        parts = max(1, -(-rows // _ROWS_AT_ONCE))
        for at in range(parts):
            low, high = _HASHES * at // parts, _HASHES * (at + 1) // parts - 1
            self._join(f"k BETWEEN {low}::UBIGINT AND {high}::UBIGINT")
        return Joined(
            counts=self._counts(),
            columns=tuple(self._columns()),
            paired=self._paired(),
            bits=self._bits,
            moved={kind: self._moved(at) for at, kind in enumerate(_KINDS)},
            bases=(self._base("a"), self._base("b")),
        )

    def _words(self) -> list[tuple[str, int]]:
        if not self._bits:
            return []
        return [
            (side, word)
            for side, each in zip("ab", self._sides, strict=True)
            for word in range(each.head.marks.words)
        ]

    def _view(self, name: str, side: int) -> None:
        print_ = self._sides[side]
        head = print_.head
        words = [f"w{word}" for word in range(head.marks.words)] if head.marks.bits else []
        if not head.key:
            content = "0::UBIGINT"
        elif self._same_columns:
            alike = self._sides[0].head.marks == self._sides[1].head.marks
            content = f"hash({', '.join(['r', *words] if alike else ['r'])})"
        else:
            marks = [self._mark("w", side, column) for column in self._common]
            content = f"hash({', '.join(marks)})" if marks and self._bits else "0::UBIGINT"
        places = [
            f"g{head.segments.index(column)} AS s{at}" for at, column in enumerate(self._segments)
        ]
        path = str(print_.prints).replace("'", "''")
        shown = ", ".join(["k", f"{content} AS v", *words, *places])
        self._connection.execute(
            f"CREATE TEMP VIEW {name} AS SELECT {shown} FROM read_parquet('{path}')"
        )

    def _mark(self, prefix: str, side: int, column: str) -> str:
        word, shift = self._sides[side].head.marks.place(self._order[side].index(column))
        return f"(({prefix}{word} >> {shift}) & {(1 << self._bits) - 1})"

    def _join(self, part: str) -> None:
        # Asked before: a key that stands often on both sides would be joined with itself each time.
        if self._repeats("a", part) or self._repeats("b", part):
            self._join_repeated(part)
            return
        kind = "CASE WHEN b.k IS NULL THEN 1 WHEN a.k IS NULL THEN 2 ELSE 0 END"
        shown = [kind, "1"]
        shown += [
            f"CASE WHEN a.k IS NULL THEN b.s{at} ELSE a.s{at} END"
            for at, _ in enumerate(self._segments)
        ]
        shown += [f"{side}.w{word}" for side, word in self._words()]
        self._connection.execute(
            f"INSERT INTO moved SELECT {', '.join(shown)}"
            f" FROM (SELECT * FROM a WHERE {part}) AS a"
            f" FULL JOIN (SELECT * FROM b WHERE {part}) AS b ON a.k = b.k"
            " WHERE a.v IS DISTINCT FROM b.v"
        )

    def _repeats(self, side: str, part: str) -> bool:
        """Whether any key stands more than once in this part."""
        (found,) = self._connection.execute(
            f"SELECT count(*), count(DISTINCT k) FROM {side} WHERE {part}"
        ).fetchall()
        return bool(found[0] != found[1])

    def _join_repeated(self, part: str) -> None:
        places = range(len(self._segments))
        words = self._words()
        kept = "".join(f", any_value(s{at}) AS s{at}" for at in places)
        of_a = [word for side, word in words if side == "a"]
        of_b = [word for side, word in words if side == "b"]
        kept += "".join(f", any_value(a{word}) AS a{word}" for word in of_a)
        kept += "".join(f", any_value(b{word}) AS b{word}" for word in of_b)
        segments = "".join(f", s{at}" for at in places)
        mine = "".join(f", w{word} AS a{word}" for word in of_a)
        mine += "".join(f", NULL::UBIGINT AS b{word}" for word in of_b)
        yours = "".join(f", NULL::UBIGINT AS a{word}" for word in of_a)
        yours += "".join(f", w{word} AS b{word}" for word in of_b)
        told = "".join(f", s{at}" for at in places)
        told += "".join(
            f", CASE WHEN alone THEN {side}{word} END"
            for side, word in [("a", word) for word in of_a]
        )
        told += "".join(f", CASE WHEN alone THEN other_b{word} END" for word in of_b)
        others = "".join(
            f", any_value(b{word}) FILTER (surplus < 0) OVER same_key AS other_b{word}"
            for word in of_b
        )
        self._connection.execute(
            f"""
            WITH both_sides AS (
                SELECT k, v, 1 AS n{segments}{mine} FROM a WHERE {part}
                UNION ALL SELECT k, v, -1 AS n{segments}{yours} FROM b WHERE {part}
            ), contents AS (
                SELECT k, v, sum(n) AS surplus{kept} FROM both_sides GROUP BY k, v
                HAVING sum(n) <> 0
            ), keys AS (
                SELECT *, sum(greatest(surplus, 0)) OVER same_key AS olds,
                    sum(greatest(-surplus, 0)) OVER same_key AS news{others}
                FROM contents WINDOW same_key AS (PARTITION BY k)
            ), split AS (
                SELECT *, least(olds, news) AS changed, olds = 1 AND news = 1 AS alone
                FROM keys
            )
            INSERT INTO moved
            SELECT 0, surplus * changed / olds{told} FROM split WHERE surplus > 0 AND changed > 0
            UNION ALL
            SELECT 1, surplus * (olds - changed) / olds{told} FROM split
            WHERE surplus > 0 AND olds > changed
            UNION ALL
            SELECT 2, -surplus * (news - changed) / news{told} FROM split
            WHERE surplus < 0 AND news > changed
            """
        )

    def _counts(self) -> dict[str, int]:
        found = self._connection.execute(
            "SELECT kind, round(sum(weight))::BIGINT FROM moved GROUP BY kind"
        ).fetchall()
        return {kind: dict(found).get(at, 0) for at, kind in enumerate(_KINDS)}

    def _paired(self) -> int:
        words = self._words()
        known = f" AND {words[0][0]}{words[0][1]} IS NOT NULL" if words else " AND false"
        (found,) = self._connection.execute(
            f"SELECT count(*) FROM moved WHERE kind = 0{known}"
        ).fetchall()
        return int(found[0])

    def _columns(self) -> list[tuple[str, int]]:
        if not self._bits or not self._common:
            return []
        counts = ", ".join(
            f"count_if({self._mark('a', 0, column)} <> {self._mark('b', 1, column)})"
            for column in self._common
        )
        (found,) = self._connection.execute(f"SELECT {counts} FROM moved WHERE kind = 0").fetchall()
        return [(name, int(rows)) for name, rows in zip(self._common, found, strict=True) if rows]

    def _moved(self, kind: int) -> dict[str, dict[int, int]]:
        return {
            name: dict(
                self._connection.execute(
                    f"SELECT g{at}, round(sum(weight))::BIGINT FROM moved WHERE kind = {kind}"
                    f" GROUP BY g{at}"
                ).fetchall()
            )
            for at, name in enumerate(self._segments)
        }

    def _base(self, view: str) -> dict[str, dict[int, int]]:
        return {
            name: dict(
                self._connection.execute(
                    f"SELECT s{at}, count(*) FROM {view} GROUP BY s{at}"
                ).fetchall()
            )
            for at, name in enumerate(self._segments)
        }
