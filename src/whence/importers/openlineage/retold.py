"""Do two records of one id tell the same event?

Two stores that heard an event each keep it in a record of their own: with another time of arrival,
or with what it meant beside other events. The id follows from the event, but whoever writes a
record writes its id; so what the records say is compared.
"""

from typing import Any

from whence.errors import WhenceError
from whence.importers.openlineage.arriving import REFUSED, TYPE, meaning_of, read_payload
from whence.model.edge import EdgeKind
from whence.model.node import NodeKind
from whence.model.record import Record
from whence.store.memory import MemoryStore

MEANINGS = frozenset({"openlineage-run", "openlineage-dataset", "openlineage-job"})
"""The types of records that say what an event means."""


def tells_same(one: Record, other: Record) -> bool:
    """Whether two records tell the same event.

    Two arrivals hold the same event. Two that say what an event means, or one that does and an
    arrival, agree in all that does not depend on what else was known. One that says that the event
    cannot be read says nothing else.
    """
    if one.id != other.id:
        return False
    types = {one.type, other.type}
    try:
        if types == {TYPE}:
            return bool(read_payload(one.payload).event == read_payload(other.payload).event)
        if REFUSED in types:
            return types <= {REFUSED, *MEANINGS} and all(map(_says_little, (one, other)))
        return types <= {TYPE, *MEANINGS} and _core(one) == _core(other)
    except (WhenceError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
        return False  # what cannot be read shows nothing


def _says_little(record: Record) -> bool:
    """Whether a record that says that an event cannot be read says that alone."""
    return record.type != REFUSED or (
        not record.edges
        and all(node.kind is NodeKind.RUN for node in record.nodes)
        and all(facet.name == "gaps" for facet in record.facets)
    )


def _core(record: Record) -> Any:
    """What a record says of its event, whatever else was known when it was composed."""
    if record.type == TYPE:
        with MemoryStore().reading() as nothing:
            record = meaning_of(record, read_payload(record.payload))(nothing, record.time)
    if record.type == "openlineage-run":
        told = [each for each in record.edges if each.kind is EdgeKind.FOLLOWS]
        said: Any = [(each.origin, each.target, dict(each.detail)) for each in told]
    elif record.type == "openlineage-job":
        said = [(each.node, each.data) for each in record.facets if each.name == "design"]
    else:
        said = {each.node for each in record.facets if each.name == "openlineage"}
    return record.type, said
