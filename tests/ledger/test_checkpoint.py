import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.errors import WireError
from whence.ledger.checkpoint import Checkpoint
from whence.ledger.merkle import EMPTY_ROOT, MAX_SIZE

# The note text of the example in C2SP tlog-checkpoint.
EXAMPLE = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

lines = st.text(st.characters(exclude_categories=["Cs"], min_codepoint=32), min_size=1)


def test_reads_the_example_of_the_specification() -> None:
    checkpoint = Checkpoint.parse(EXAMPLE)
    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20852163
    assert checkpoint.root.hex().startswith("0ac5186a")
    assert checkpoint.extensions == ()
    assert checkpoint.encode() == EXAMPLE


def test_carries_extension_lines() -> None:
    checkpoint = Checkpoint.parse(EXAMPLE + b"one\n\xe2\x80\x94 two\n")
    assert checkpoint.extensions == ("one", "— two")
    assert checkpoint.encode() == EXAMPLE + "one\n— two\n".encode()


def test_an_empty_log_has_one_root_only() -> None:
    empty = Checkpoint("x", 0, EMPTY_ROOT)
    assert Checkpoint.parse(empty.encode()) == empty
    with pytest.raises(WireError, match="empty tree"):
        Checkpoint.parse(b"x\n0\n" + ROOT.encode() + b"\n")


@settings(deadline=None)
@given(lines, st.integers(1, MAX_SIZE), st.binary(min_size=32, max_size=32), st.lists(lines))
def test_any_checkpoint_comes_back(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(checkpoint.encode()) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"x\n5\n{ROOT}",
        f"x\n5\n{ROOT}\n\n",
        f"\n5\n{ROOT}\n",
        f"x\n\n{ROOT}\n",
        "x\n5\n\n",
        "x\n5\n",
        f"x\n5\n{ROOT}\nmore",
        f"x\n5\n{ROOT}\n\nmore\n",
        f"x\r\n5\r\n{ROOT}\r\n",
        f"x\n05\n{ROOT}\n",
        f"x\n+5\n{ROOT}\n",
        f"x\n-5\n{ROOT}\n",
        f"x\n5 \n{ROOT}\n",
        f"x\n5_0\n{ROOT}\n",
        f"x\n\u0665\n{ROOT}\n",
        f"x\n5.0\n{ROOT}\n",
        f"x\n0x5\n{ROOT}\n",
        f"x\n{2**64}\n{ROOT}\n",
        f"x\n{'9' * 5000}\n{ROOT}\n",
        f"x\n5\n{ROOT[:-1]}\n",
        f"x\n5\n{ROOT} \n",
        f"x\n5\n{ROOT[:-2]}J=\n",
        f"x\n5\n{ROOT.replace('/', '_')}\n",
        f"x\n5\n{'A' * 40}\n",
        f"x\n5\n{'A' * 44}\n",
        f"x\n5\n{ROOT[:20]}é{ROOT[21:]}\n",
        f"x\x00\n5\n{ROOT}\n",
        f"x\n5\n{ROOT}\na\tb\n",
    ],
)
def test_other_text_is_no_checkpoint(text: str) -> None:
    with pytest.raises(WireError):
        Checkpoint.parse(text.encode())


def test_what_is_not_utf_8_is_no_checkpoint() -> None:
    with pytest.raises(WireError, match="UTF-8"):
        Checkpoint.parse(b"x\xff" + EXAMPLE)


@pytest.mark.parametrize("line", ["", "a\nb", "a\x1f", "\ud800"])
def test_what_cannot_stand_in_a_line_is_refused(line: str) -> None:
    with pytest.raises(WireError):
        Checkpoint(line, 1, EMPTY_ROOT)
    with pytest.raises(WireError):
        Checkpoint("x", 1, EMPTY_ROOT, (line,))


@pytest.mark.parametrize(("size", "root"), [(-1, EMPTY_ROOT), (2**64, EMPTY_ROOT), (1, b"short")])
def test_what_is_no_tree_head_is_refused(size: int, root: bytes) -> None:
    with pytest.raises(WireError):
        Checkpoint("x", size, root)


@settings(deadline=None)
@given(st.binary() | st.lists(st.sampled_from([b"\n", b"5", ROOT.encode(), b"x"])).map(b"".join))
def test_any_bytes_are_a_checkpoint_or_refused(data: bytes) -> None:
    try:
        checkpoint = Checkpoint.parse(data)
    except WireError:
        return
    assert checkpoint.encode() == data
