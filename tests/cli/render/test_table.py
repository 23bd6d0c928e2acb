from whence.cli.render.style import painter
from whence.cli.render.table import Column, Fit, render_table

COLUMNS = (
    Column("run"),
    Column("path", fit=Fit.MIDDLE, least=8),
    Column("rows", right=True),
    Column("command", fit=Fit.END, least=8),
)
ROWS = [
    ["4f2a91c0", "data/flights.csv", "336,776", "python train.py --rate 0.1"],
    ["9b1c2d3e", "a\x1b[0m数据", "12", "make"],
]
PLAIN = painter(styled=False)


def test_columns_stand_in_line() -> None:
    assert render_table(COLUMNS, ROWS, width=100, paint=PLAIN).split("\n") == [
        "run       path                 rows  command",
        "4f2a91c0  data/flights.csv  336,776  python train.py --rate 0.1",
        "9b1c2d3e  a\\x1b[0m数据           12  make",
    ]


def test_a_narrow_terminal_shortens_what_may_be_shortened() -> None:
    assert render_table(COLUMNS, ROWS, width=50, paint=PLAIN).split("\n") == [
        "run       path                rows  command",
        "4f2a91c0  data…lights.csv  336,776  python train.…",
        "9b1c2d3e  a\\x1b[0m数据          12  make",
    ]


def test_ids_and_numbers_are_never_cut() -> None:
    lines = render_table(COLUMNS, ROWS, width=10, paint=PLAIN).split("\n")
    assert lines[1] == "4f2a91c0  da…s.csv  336,776  python …"


def test_colours_do_not_move_columns() -> None:
    styled = render_table(
        COLUMNS,
        ROWS,
        width=100,
        paint=painter(styled=True),
        style=lambda row, column: "failed" if (row, column) == (1, 0) else None,
    )
    assert "\x1b[1;31m9b1c2d3e\x1b[0m  a\\x1b[0m数据" in styled


def test_no_rows() -> None:
    assert render_table(COLUMNS, [], width=80, paint=PLAIN) == "run  path  rows  command"
