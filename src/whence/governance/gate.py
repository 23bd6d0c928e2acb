"""Moving an alias through its policy: the move and the verdict are one record, or there is no move.

``guard`` looks at a record that somebody is about to keep, whoever composed it. Every protected
alias that it would move is judged at that moment, inside the transaction: what is kept is what was
judged.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from whence.errors import ForbiddenError
from whence.governance.approval import FACET as APPROVALS
from whence.governance.approval import Vouching, approval_in
from whence.governance.entries import check_own
from whence.governance.evaluating import evaluate
from whence.governance.protection import FACET as PROTECTION
from whence.governance.protection import Protection, kept_policy, policy_nodes, protections
from whence.governance.verdict import Verdict
from whence.governance.waiver import FACET as WAIVERS
from whence.model.edge import Basis, EdgeKind
from whence.model.facet import Facet
from whence.model.identity import NodeId, new_id
from whence.model.record import Record
from whence.query.account import account_for
from whence.query.leakage.judging import SketchOf
from whence.store.interface import Appended, Direction, GraphReader, Reader

ALIAS = "alias"
CHECKS = "checks"
"""The facet in which a thing's verdicts are kept: id of the record → verdict."""

Composer = Callable[[Reader, str], Record]
Keep = Callable[[list[Composer]], list[Appended]]
"""Keeps records in one transaction: a recorder's ``record``, or a server's ingest."""


@dataclass(frozen=True, slots=True)
class Move:
    """One protected alias that a record would move."""

    line: int
    name: str
    alias: str
    number: object
    """Where it is to point; ``None`` to take it away."""


@dataclass(slots=True)
class Guarded:
    """A record on its way through the gate.

    Args:
        make: Makes the record that moves the alias.
        by: Who wants it.
        sketch_of: Digest → a sketch of rows.
        vouching_key: The public key of the server that judges; ``None`` on a laptop.
    """

    make: Composer
    by: str = ""
    """Who wants it."""
    sketch_of: SketchOf = field(default=lambda _: None)
    vouching_key: bytes | None = None
    verdicts: tuple[Verdict, ...] = ()
    """What was judged, once the record was composed."""

    @property
    def is_open(self) -> bool:
        """Whether the gate let it through."""
        return all(each.passed for each in self.verdicts)

    def compose(self, reader: Reader, time: str) -> Record:
        """The record with its verdicts, or, where the gate is shut, the verdicts alone.

        Raises:
            ForbiddenError: it does what no verdict can permit.
        """
        record = self.make(reader, time)
        self.verdicts = tuple(judged(record, reader, time, self.sketch_of, self.vouching_key))
        if not self.verdicts:
            return record
        kept = with_verdicts(reader, self.verdicts, record, self.by)
        if not self.is_open:
            return replace(kept, type="refusal")
        return replace(
            record,
            nodes=(*record.nodes, *kept.nodes),
            facets=(*record.facets, *kept.facets),
        )


def move_alias(
    compose: Composer,
    keep: Keep,
    *,
    by: str = "",
    sketch_of: SketchOf = lambda _: None,
    vouching_key: bytes | None = None,
) -> Guarded:
    """Move an alias, through its policy where it has one.

    Args:
        compose: Makes the record that moves it, such as ``AliasMove.compose``.
        keep: Keeps records in one transaction.
        by: Who wants it.
        sketch_of: Digest → a sketch of rows.
        vouching_key: The public key of the server that judges; ``None`` on a laptop.

    Returns:
        What went through, or was held up: ``is_open`` says which, ``verdicts`` why. A refusal is
        kept too, without the move.
    """
    guarded = Guarded(compose, by, sketch_of, vouching_key)
    keep([guarded.compose])
    return guarded


def admit(
    record: Record,
    reader: Reader,
    now: str,
    *,
    by: str,
    is_admin: bool,
    vouching_key: bytes = b"",
) -> None:
    """Refuse what would go round a gate, at the door of a server.

    The verdicts in a record are not believed: each protected alias that it would move is judged
    here, at this moment. No other policy takes the place of one that stands, unless an admin says
    so with a reason. That a server vouches for an approval is believed of this server alone, and
    nobody waives in another's name.

    Args:
        record: What somebody wants kept.
        reader: The store with everything before the record, nothing of it withheld.
        now: The time here; the record's own is what its sender says.
        by: Who hands it in.
        is_admin: Whether he may put another policy before an alias.
        vouching_key: The public key of this server, empty where it has none.

    Raises:
        ForbiddenError: it may not be kept; says why.
    """
    check_own(record, frozenset({APPROVALS, WAIVERS, CHECKS}))
    for facet in record.facets:
        if facet.name in {ALIAS, PROTECTION} and facet.basis is not Basis.DECLARED:
            raise ForbiddenError(f"{facet.name} is what somebody declares, and nothing else")
        if facet.name == PROTECTION:
            _check_protection(facet, reader, is_admin=is_admin)
        elif facet.name == APPROVALS:
            _check_vouching(facet, vouching_key)
        elif facet.name == WAIVERS:
            _check_waivers(facet, by)
    for verdict in judged(record, reader, now, vouching_key=vouching_key):
        if not verdict.passed:
            shut = ", ".join(each.call.called for each in verdict.blocking)
            raise ForbiddenError(
                f"{verdict.subject.name} may not become {verdict.purpose}: the policy "
                f"{verdict.policy.name} holds it up ({shut})",
                hint=f"whence check {verdict.subject.name} --for {verdict.purpose}",
            )


def judged(
    record: Record,
    reader: Reader,
    time: str,
    sketch_of: SketchOf = lambda _: None,
    vouching_key: bytes | None = None,
) -> Iterator[Verdict]:
    """The verdict on each protected alias that a record would move.

    Raises:
        ForbiddenError: one is to be taken away, or to point at what is not there or at two things.
    """
    for move in moves(record, reader):
        policy = kept_policy(reader, protections(reader, move.line)[move.alias])
        handle = _version(reader, move)
        yield evaluate(
            policy,
            reader,
            handle,
            time,
            purpose=move.alias,
            sketch_of=sketch_of,
            vouching_key=vouching_key,
        )


def moves(record: Record, reader: GraphReader) -> Iterator[Move]:
    """The protected aliases that a record would move."""
    for facet in record.facets:
        if facet.name != ALIAS:
            continue
        line = reader.find(facet.node)
        if line is None:
            continue  # what is new here is not protected yet
        guarded = protections(reader, line)
        now = account_for(reader, line).said(ALIAS)
        (node,) = reader.nodes([line])
        for alias, number in facet.data.items():
            if alias not in guarded or now.get(alias) == number:
                continue
            if not _is_past(record, reader, line, guarded[alias]):
                yield Move(line, node.name, alias, number)


def verdict_record(reader: Reader, verdict: Verdict, time: str, source: str, by: str) -> Record:
    """A verdict as a record of its own, with the policy's text."""
    return with_verdicts(reader, (verdict,), Record(new_id(), "check", time, source), by)


def with_verdicts(reader: Reader, verdicts: tuple[Verdict, ...], record: Record, by: str) -> Record:
    """Verdicts, with the texts of their policies, under a record's id and in its name."""
    policies = {each.policy.node: each.policy for each in verdicts}
    texts = [policy_nodes(reader, each) for each in policies.values()]
    by_subject: dict[NodeId, dict[str, object]] = {}
    for nth, each in enumerate(verdicts):
        key = record.id if nth == 0 else f"{record.id}.{nth}"
        by_subject.setdefault(each.subject.id, {})[key] = {**each.kept(), "by": by}
    return replace(
        record,
        type="check",
        edges=(),
        nodes=tuple(node for nodes, _ in texts for node in nodes),
        facets=(
            *(Facet(node, CHECKS, Basis.OBSERVED, told) for node, told in by_subject.items()),
            *(facet for _, facets in texts for facet in facets),
        ),
    )


def _is_past(record: Record, reader: GraphReader, line: int, protection: Protection) -> bool:
    """Whether a record tells what was before the protection, and something later is told already.

    So a laptop may bring along where its aliases pointed before anybody protected them.
    """
    return record.time < protection.at and any(
        stated.facet.name == ALIAS
        and protection.alias in stated.facet.data
        and (stated.time, stated.record) > (record.time, record.id)
        for stated in reader.facets(line)
    )


def _version(reader: Reader, move: Move) -> int:
    """The one version that an alias is to point to."""
    called = f"{move.name}@{move.alias}"
    if move.number is None:
        raise ForbiddenError(
            f"{called} is protected and cannot be taken away",
            hint=f"whence alias {move.name} {move.alias} --unprotect --reason …",
        )
    found = [
        link.origin
        for link in reader.links([move.line], Direction.EFFECTS)
        if link.kind is EdgeKind.VERSION_OF
    ]
    wanted = f"{move.name}@{move.number}"
    alike = [at for at, node in zip(found, reader.nodes(found), strict=True) if node.name == wanted]
    if len(alike) != 1:
        many = "is more than one thing" if alike else "is not there"
        raise ForbiddenError(
            f"{called} is protected, and {wanted} {many}",
            hint="register the version first, then move the alias",
        )
    return alike[0]


def _check_protection(facet: Facet, reader: GraphReader, *, is_admin: bool) -> None:
    line = reader.find(facet.node)
    standing = {} if line is None else protections(reader, line)
    for alias, told in facet.data.items():
        before = standing.get(alias)
        said = told if isinstance(told, Mapping) else {}
        if before is None or said.get("sha256") == before.sha256:
            continue
        if not is_admin or not str(said.get("reason") or "").strip():
            raise ForbiddenError(
                f"{alias} is protected by the policy {before.name}",
                hint="an admin may change that, with a reason",
            )


def _check_vouching(facet: Facet, key: bytes) -> None:
    for told in facet.data.values():
        said = approval_in(told, facet.node)
        if said.vouching is Vouching.SERVER and not (key and said.is_vouched_by(key)):
            raise ForbiddenError(
                f"an approval by {said.by!r} says that a server vouches for it, but not this one",
                hint="approve it on this server",
            )


def _check_waivers(facet: Facet, by: str) -> None:
    for told in facet.data.values():
        if not isinstance(told, Mapping) or told.get("by") != by:
            raise ForbiddenError(
                "nobody waives in another's name", hint="have them waive it themselves"
            )
