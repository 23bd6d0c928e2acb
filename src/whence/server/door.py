"""What may come in whole: a record that somebody else composed, from whoever may say it."""

from whence.errors import ForbiddenError
from whence.model.record import Record
from whence.server.access.permission import Permission, Principal
from whence.store.interface import Reader


def admit(record: Record, principal: Principal, reader: Reader) -> None:
    """Refuse a record that this principal may not bring.

    Raises:
        ForbiddenError: it belongs to a project in which he may not write.
    """
    del reader
    project: str = getattr(record, "project", "")  # STORE
    if not principal.may(Permission.WRITE, project):
        shown = f"the project {project!r}" if project else "what belongs to no project"
        raise ForbiddenError(
            f"{principal.name} may not write in {shown}", hint="ask whoever looks after it"
        )
