"""The web addresses at which the content was met."""

from functools import partial

from whence.reproduction.sources.downloading import download
from whence.reproduction.sources.interface import Absent, Asked, Offer

NAME = "the web"


def find(asked: Asked) -> Offer | Absent | None:
    """The first address of ``http`` or ``https``; what it gives today is checked when it comes."""
    for each in asked.addresses:
        if each.uri.startswith(("http://", "https://")):
            return Offer(each.uri, partial(download, each.uri, size=asked.size), is_here=False)
    return None
