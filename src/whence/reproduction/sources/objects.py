"""The kept objects of this workspace."""

from whence.reproduction.sources.interface import Absent, Asked, Offer

NAME = "kept objects"


def find(asked: Asked) -> Offer | Absent | None:
    """The content, if it is kept with all its pieces."""
    objects, sha256 = asked.objects, asked.sha256
    if objects.is_whole(sha256):
        return Offer("the kept objects", lambda to: objects.copy_to(sha256, to))
    if objects.has(sha256):
        return Absent(
            "it was kept, and a piece of it is gone", "`whence fsck --objects` tells what else is"
        )
    return None
