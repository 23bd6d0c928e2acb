import os

from hypothesis import given
from hypothesis import strategies as st

from whence.capture.legible import legible


def test_bytes_that_are_no_utf8_are_written_out() -> None:
    assert legible("caf\udce9.csv") == "caf\\xe9.csv"
    assert legible("grüße") == "grüße"


@given(st.binary(max_size=20))
def test_any_name_can_be_carried(raw: bytes) -> None:
    legible(os.fsdecode(raw)).encode("utf-8")
