"""Whatever is changed in what a store keeps, the audit says what and where."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from whence.errors import LedgerError, WireError
from whence.ledger import audit as auditing
from whence.ledger.audit import AuditReport, AuditRow, Fault, Finding, audit
from whence.ledger.checkpoint import Checkpoint
from whence.ledger.entry import LedgerEntry, commit, leaf_hash
from whence.ledger.merkle import EMPTY_ROOT, Frontier, consistency_proof
from whence.ledger.proof import verify_succession
from whence.wire.canonical import canonical


class Kept:
    """All that a store keeps of a ledger, open to whoever wants to change it."""

    def __init__(self, rows: Iterable[AuditRow]) -> None:
        self.rows = list(rows)
        self.nodes: list[tuple[int, int, bytes]] = []
        frontier = Frontier()
        for row in self.rows:
            self.nodes += frontier.append(row.leaf)
        self.size, self.root = frontier.size, frontier.root()

    def audit(self) -> AuditReport:
        return audit(iter(self.rows), iter(sorted(self.nodes)), self)

    def found(self) -> Finding:
        finding = self.audit().finding
        assert finding is not None
        return finding

    def hash_of(self, level: int, index: int) -> bytes:
        if level == 0:
            return self.rows[index].leaf
        return next(node[2] for node in self.nodes if node[:2] == (level, index))


def row(index: int, body: Any, kind: str = "run-ended", day: int = 20) -> AuditRow:
    salt = sha256(b"salt %d" % index).digest()[:16]
    data = canonical(body)
    entry = LedgerEntry(
        kind, f"{index:032x}", f"2026-11-{day:02d}T09:30:00.000Z", commit(salt, data)
    ).encode()
    return AuditRow(index, entry, salt, data, leaf_hash(entry))


def erase(kept: AuditRow) -> AuditRow:
    return kept._replace(salt=None, body=None)


def ledger(size: int) -> Kept:
    return Kept(row(at, {"record": at}) for at in range(size))


@st.composite
def ledgers(draw: st.DrawFn) -> Kept:
    """Random ledgers, with erased bodies, odd types, and days that take the careful way."""
    rows: list[AuditRow] = []
    for at in range(draw(st.integers(0, 20))):
        kind = draw(st.sampled_from(["run-ended", "alias", 'a "word"', "größe", "\U0001f600"]))
        body = draw(st.dictionaries(st.text("abc"), st.integers(0, 9) | st.text("xyz")))
        made = row(at, body, kind, draw(st.integers(1, 30)))
        rows.append(erase(made) if draw(st.booleans()) else made)
    return Kept(rows)


def change(kept: AuditRow, **fields: Any) -> AuditRow:
    return kept._replace(**fields)


def flip(value: bytes, place: int, mask: int) -> bytes:
    place %= len(value)
    return value[:place] + bytes([value[place] ^ mask]) + value[place + 1 :]


@settings(deadline=None)
@given(ledgers())
def test_an_honest_ledger_passes(kept: Kept) -> None:
    erased = sum(each.body is None for each in kept.rows)
    assert kept.audit() == AuditReport(len(kept.rows), erased, None)


@settings(deadline=None)
@given(ledgers(), st.data(), st.integers(0, 10**6), st.integers(1, 255))
def test_any_changed_byte_is_found_and_attributed(
    kept: Kept, data: st.DataObject, place: int, mask: int
) -> None:
    places = ["root", "size", *(f"node {at}" for at in range(len(kept.nodes)))]
    for at, each in enumerate(kept.rows):
        places += [f"{name} {at}" for name in ("entry", "leaf")]
        places += [f"{name} {at}" for name in ("salt", "body") if each.body is not None]
    name, _, number = data.draw(st.sampled_from(places)).partition(" ")
    if name == "root":
        kept.root = flip(kept.root, place, mask)
        assert kept.found() == Finding(
            Fault.HEAD_DIFFERS, detail=f"its root is not that of {kept.size} entries"
        )
    elif name == "size":
        whole = kept.size
        kept.size ^= mask
        assert kept.found() == Finding(
            Fault.HEAD_DIFFERS, detail=f"its size is not that of {whole} entries"
        )
    elif name == "node":
        level, index, value = kept.nodes[int(number)]
        kept.nodes[int(number)] = (level, index, flip(value, place, mask))
        assert kept.found() == Finding(Fault.NODE_DIFFERS, index << level, (level, index))
    else:
        at = int(number)
        good = kept.rows[at]
        kept.rows[at] = change(good, **{name: flip(getattr(good, name), place, mask)})
        finding = kept.found()
        assert finding.entry == at
        assert (
            finding.fault
            in {
                "entry": {Fault.NOT_CANONICAL, Fault.LEAF_DIFFERS},
                "leaf": {Fault.LEAF_DIFFERS},
                "salt": {Fault.BODY_DIFFERS},
                "body": {Fault.BODY_DIFFERS},
            }[name]
        )
        assert kept.audit().entries == at


def test_every_byte_of_a_small_ledger_counts() -> None:
    for at in range(3):
        for name in ("entry", "salt", "body", "leaf"):
            for place in range(len(getattr(ledger(3).rows[at], name))):
                kept = ledger(3)
                good = kept.rows[at]
                kept.rows[at] = change(good, **{name: flip(getattr(good, name), place, 1)})
                assert kept.found().entry == at


def renumber(rows: Iterable[AuditRow]) -> list[AuditRow]:
    return [each._replace(index=at) for at, each in enumerate(rows)]


def reseal(kept: AuditRow, body: Any) -> AuditRow:
    """Another body under a fresh commitment and leaf hash: what a careful forger would write."""
    made = row(kept.index, body)
    return kept._replace(entry=made.entry, body=made.body, leaf=made.leaf)


class Tampering:
    """Things that somebody could do to seven entries, and what is then found."""

    @staticmethod
    def delete(kept: Kept) -> Finding:
        del kept.rows[3]
        return Finding(Fault.MISSING, 3)

    @staticmethod
    def delete_the_last(kept: Kept) -> Finding:
        del kept.rows[-1]
        return Finding(Fault.MISSING, 6, detail="the head speaks of 7 entries")

    @staticmethod
    def delete_all(kept: Kept) -> Finding:
        kept.rows.clear()
        return Finding(Fault.MISSING, 0, detail="the head speaks of 7 entries")

    @staticmethod
    def delete_and_close_the_gap(kept: Kept) -> Finding:
        kept.rows = renumber(kept.rows[:3] + kept.rows[4:])
        return Finding(Fault.MISSING, 6, detail="the head speaks of 7 entries")

    @staticmethod
    def cut_with_nodes(kept: Kept) -> Finding:
        del kept.rows[4:]
        kept.nodes = [node for node in kept.nodes if (node[1] + 1) << node[0] <= 4]
        return Finding(Fault.MISSING, 4, detail="the head speaks of 7 entries")

    @staticmethod
    def swap_rows(kept: Kept) -> Finding:
        kept.rows[1], kept.rows[5] = kept.rows[5], kept.rows[1]
        return Finding(Fault.MISSING, 1)

    @staticmethod
    def read_one_again(kept: Kept) -> Finding:
        kept.rows.insert(4, kept.rows[3])
        return Finding(Fault.OUT_OF_ORDER, 3)

    @staticmethod
    def exchange_contents(kept: Kept) -> Finding:
        kept.rows[1], kept.rows[5] = kept.rows[5], kept.rows[1]
        kept.rows = renumber(kept.rows)
        return Finding(Fault.NODE_DIFFERS, 0, (1, 0))

    @staticmethod
    def exchange_contents_under_no_node(kept: Kept) -> Finding:
        kept.rows[6] = reseal(kept.rows[6], "forged")
        return Finding(Fault.HEAD_DIFFERS, detail="its root is not that of 7 entries")

    @staticmethod
    def append(kept: Kept) -> Finding:
        kept.rows.append(row(7, "more"))
        return Finding(Fault.NODE_MISSING, 6, (1, 3))

    @staticmethod
    def append_with_nodes(kept: Kept) -> Finding:
        more = Kept([*kept.rows, row(7, "more")])
        kept.rows, kept.nodes = more.rows, more.nodes
        return Finding(Fault.HEAD_DIFFERS, detail="its root is not that of 8 entries")

    @staticmethod
    def repeat(kept: Kept) -> Finding:
        again = Kept([*kept.rows, kept.rows[2]._replace(index=7)])
        kept.rows, kept.nodes = again.rows, again.nodes
        kept.size, kept.root = again.size, again.root
        return Finding(Fault.ID_REPEATED, 7, detail=f"{2:032x}")

    @staticmethod
    def rewrite_a_record(kept: Kept) -> Finding:
        kept.rows[4] = reseal(kept.rows[4], "forged")
        return Finding(Fault.NODE_DIFFERS, 4, (1, 2))

    @staticmethod
    def rewrite_a_body(kept: Kept) -> Finding:
        kept.rows[4] = kept.rows[4]._replace(body=b'"forged"')
        return Finding(Fault.BODY_DIFFERS, 4)

    @staticmethod
    def write_an_entry_otherwise(kept: Kept) -> Finding:
        entry = kept.rows[4].entry + b" "
        kept.rows[4] = kept.rows[4]._replace(entry=entry, leaf=leaf_hash(entry))
        detail = f"not in canonical form (RFC 8785) from byte {len(entry) - 1} on"
        return Finding(Fault.NOT_CANONICAL, 4, detail=detail)

    @staticmethod
    def lose_a_body(kept: Kept) -> Finding:
        kept.rows[4] = kept.rows[4]._replace(body=None)
        return Finding(Fault.BODY_HALF_ERASED, 4)

    @staticmethod
    def lose_a_salt(kept: Kept) -> Finding:
        kept.rows[4] = kept.rows[4]._replace(salt=None)
        return Finding(Fault.BODY_HALF_ERASED, 4)

    @staticmethod
    def let_salt_pass_for_body(kept: Kept) -> Finding:
        good = kept.rows[4]
        assert good.salt is not None
        assert good.body is not None
        kept.rows[4] = good._replace(salt=good.salt[:-1], body=good.salt[-1:] + good.body)
        return Finding(Fault.BODY_DIFFERS, 4)

    @staticmethod
    def lose_a_node(kept: Kept) -> Finding:
        kept.nodes = [node for node in kept.nodes if node[:2] != (1, 1)]
        return Finding(Fault.NODE_MISSING, 2, (1, 1))

    @staticmethod
    def lose_all_nodes(kept: Kept) -> Finding:
        kept.nodes.clear()
        return Finding(Fault.NODE_MISSING, 0, (1, 0))

    @staticmethod
    def keep_a_node_twice(kept: Kept) -> Finding:
        kept.nodes.append(kept.nodes[0])
        return Finding(Fault.NODE_UNEXPECTED, node=(1, 0))

    @staticmethod
    def keep_a_node_too_many(kept: Kept) -> Finding:
        kept.nodes.append((1, 3, kept.nodes[0][2]))
        return Finding(Fault.NODE_UNEXPECTED, node=(1, 3))

    @staticmethod
    def keep_a_level_too_many(kept: Kept) -> Finding:
        kept.nodes.append((3, 0, kept.nodes[0][2]))
        return Finding(Fault.NODE_UNEXPECTED, node=(3, 0))

    @staticmethod
    def move_a_node_below_zero(kept: Kept) -> Finding:
        kept.nodes.append((1, -1, kept.nodes[0][2]))
        return Finding(Fault.NODE_UNEXPECTED, node=(1, -1))

    @staticmethod
    def keep_a_leaf_as_node(kept: Kept) -> Finding:
        kept.nodes.append((0, 0, kept.rows[0].leaf))
        return Finding(Fault.NODE_UNEXPECTED, node=(0, 0))


TAMPERINGS = {
    name: cast("Callable[[Kept], Finding]", getattr(Tampering, name))
    for name in vars(Tampering)
    if not name.startswith("_")
}


@pytest.mark.parametrize("tamper", TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_is_found_and_named(tamper: Callable[[Kept], Finding]) -> None:
    kept = ledger(7)
    assert kept.audit().finding is None
    expected = tamper(kept)
    assert kept.found() == expected
    assert expected.fault.value in str(expected)


def test_the_first_of_many_faults_is_named() -> None:
    kept = ledger(7)
    kept.root = EMPTY_ROOT
    kept.nodes.clear()
    for at in (5, 2, 3):
        kept.rows[at] = kept.rows[at]._replace(body=b"x")
    assert kept.audit() == AuditReport(2, 0, Finding(Fault.BODY_DIFFERS, 2))


@pytest.mark.parametrize("junk", [None, 7, "text", 1.5], ids=repr)
@pytest.mark.parametrize("name", ["entry", "salt", "body", "leaf", "index"])
def test_what_is_not_even_bytes_is_found(name: str, junk: Any) -> None:
    kept = ledger(7)
    kept.rows[4] = change(kept.rows[4], **{name: junk})
    assert kept.found().entry == 4


@pytest.mark.parametrize("junk", [None, "text", 1.5], ids=repr)
@pytest.mark.parametrize("field", [0, 1, 2])
def test_a_node_that_is_none_is_found(field: int, junk: Any) -> None:
    kept = ledger(7)
    node: list[Any] = list(kept.nodes[0])
    node[field] = junk
    report = audit(kept.rows, [cast("Any", tuple(node)), *kept.nodes[1:]], kept)
    assert report.finding is not None
    assert report.finding.fault in {Fault.NODE_UNEXPECTED, Fault.NODE_DIFFERS}
    assert str(report.finding).startswith("node ")


def test_says_what_is_wrong_in_one_sentence() -> None:
    assert str(Finding(Fault.MISSING, 3)) == "entry 3 is missing"
    assert str(Finding(Fault.NODE_DIFFERS, 4, (1, 2))) == (
        "node 1/2 does not follow from the entries below it"
    )
    assert str(Finding(Fault.HEAD_DIFFERS, detail="why")) == (
        "the head does not follow from the entries: why"
    )


def test_erased_bodies_count_and_change_nothing_else() -> None:
    kept = ledger(7)
    kept.rows = [erase(each) if each.index in {0, 6} else each for each in kept.rows]
    assert kept.audit() == AuditReport(7, 2, None)


def test_a_checkpoint_serves_as_head() -> None:
    kept = ledger(7)
    assert audit(kept.rows, kept.nodes, Checkpoint("x", 7, kept.root)).finding is None
    found = audit(kept.rows, kept.nodes, Checkpoint("x", 9, kept.root[::-1])).finding
    assert found == Finding(Fault.MISSING, 7, detail="the head speaks of 9 entries")


def test_only_a_checkpoint_kept_elsewhere_shows_that_all_was_rewritten() -> None:
    honest = ledger(7)
    forged = Kept(reseal(each, "forged") if each.index == 2 else each for each in honest.rows)
    grown = Kept([*forged.rows, row(7, "more")])
    assert grown.audit().finding is None
    proof = consistency_proof(7, 8, grown.hash_of)
    with pytest.raises(LedgerError):
        verify_succession(Checkpoint("x", 7, honest.root), Checkpoint("x", 8, grown.root), proof)


entries = st.builds(
    lambda at, kind, day: row(at, 0, kind, day).entry,
    st.integers(0, 99),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5),
    st.integers(1, 30),
)
spoiled = st.builds(flip, entries, st.integers(0, 10**4), st.integers(1, 255))


@settings(deadline=None)
@given(entries | spoiled)
@example(ledger(1).rows[0].entry.replace(b"11-20T", b"02-30T"))
@example(ledger(1).rows[0].entry.replace(b"2026-", b"0000-"))
@example(ledger(1).rows[0].entry + b"\n")
def test_the_quick_look_sees_what_decoding_sees(entry: bytes) -> None:
    try:
        decoded = LedgerEntry.decode(entry)
    except WireError:
        with pytest.raises(WireError):
            auditing._read(entry)
    else:
        assert auditing._read(entry) == (decoded.id.encode(), decoded.commitment.encode())


def test_the_quick_look_knows_how_long_an_entry_may_be() -> None:
    entry = row(0, 0, "x" * 60_000).entry
    assert auditing._read(entry)[0] == b"0" * 32
    with pytest.raises(WireError, match="65535 are allowed"):
        auditing._read(entry.replace(b"xxx", b"xxxx"))
