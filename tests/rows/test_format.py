import pytest

from whence.rows.format import TableFormat, TableKind, table_format

PARQUET = TableFormat(TableKind.PARQUET)
CSV = TableFormat(TableKind.CSV)


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("flights.csv", b"year,mon", CSV),
        ("FLIGHTS.CSV", b"year,mon", CSV),
        ("flights.csv", b"", CSV),
        ("flights.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0", TableFormat(TableKind.CSV, gzip=True)),
        ("flights.csv", b"\x1f\x8b\x08\0\0\0\0\0", TableFormat(TableKind.CSV, gzip=True)),
        ("flights.csv.gz", b"year,mon", CSV),
        ("a.tsv", b"x", TableFormat(TableKind.TSV)),
        ("a.tab.gz", b"\x1f\x8b", TableFormat(TableKind.TSV, gzip=True)),
        ("a.ndjson", b"{}", TableFormat(TableKind.JSON_LINES)),
        ("a.jsonl.gz", b"\x1f\x8b", TableFormat(TableKind.JSON_LINES, gzip=True)),
        ("a.parquet", b"PAR1\x15\x04\x15\x10", PARQUET),
        ("a.pq", b"", PARQUET),
        ("a.csv", b"PAR1\x15\x04\x15\x10", PARQUET),
        ("part-00000", b"PAR1\x15\x04\x15\x10", PARQUET),
        ("a.feather", b"ARROW1\0\0", TableFormat(TableKind.ARROW)),
        ("a", b"FEA1", TableFormat(TableKind.ARROW)),
        ("a.arrows", b"\xff\xff\xff\xff", TableFormat(TableKind.ARROW)),
        ("a.parquet.gz", b"\x1f\x8b", None),
        ("a.json", b"{}", None),
        ("csv", b"a,b", None),
        ("model.pkl", b"\x80\x05", None),
        ("", b"", None),
    ],
)
def test_name_and_first_bytes_tell_the_format(
    name: str, head: bytes, expected: TableFormat | None
) -> None:
    assert table_format(name, head) == expected


def test_families_keep_text_from_typed_values() -> None:
    families = {kind: kind.family for kind in TableKind}
    assert families[TableKind.CSV] == families[TableKind.TSV]
    assert families[TableKind.PARQUET] == families[TableKind.ARROW]
    assert len(set(families.values())) == 3
