"""Objects of lakeFS at a commit; what was met through its S3 gateway is found as S3.

Server and keys are those of ``lakectl``: the variables ``LAKECTL_SERVER_ENDPOINT_URL``,
``LAKECTL_CREDENTIALS_ACCESS_KEY_ID`` and ``LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY``.
"""

import base64
import os
from functools import partial
from urllib.parse import quote

from whence.reproduction.sources.downloading import download
from whence.reproduction.sources.interface import Absent, Asked, Offer

NAME = "lakeFS"
_SERVER = "LAKECTL_SERVER_ENDPOINT_URL"
_KEYS = ("LAKECTL_CREDENTIALS_ACCESS_KEY_ID", "LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY")


def find(asked: Asked) -> Offer | Absent | None:
    """The object at the commit that the record names, else at what its address says."""
    for each in asked.addresses:
        scheme, _, rest = each.uri.partition("://")
        repository, _, inside = rest.partition("/")
        reference, _, path = inside.partition("/")
        if scheme != "lakefs" or not path:
            continue
        commit = str(each.facts.get("version") or reference)
        server = os.environ.get(_SERVER, "").rstrip("/").removesuffix("/api/v1")
        if not server.startswith(("http://", "https://")):
            return Absent(
                f"it is {each.uri}, and {_SERVER} does not say where lakeFS is",
                f"set {_SERVER}, or `lakectl fs download lakefs://{repository}/{commit}/{path}`",
            )
        place = f"repositories/{quote(repository, '')}/refs/{quote(commit, '')}/objects"
        uri = f"{server}/api/v1/{place}?path={quote(path, '')}"
        named = f"lakefs://{repository}/{commit}/{path}"
        fetch = partial(download, uri, size=asked.size, headers=_rights())
        return Offer(named, fetch, is_here=False)
    return None


def _rights() -> dict[str, str]:
    name, secret = (os.environ.get(each) for each in _KEYS)
    if not name or not secret:
        return {}
    told = base64.b64encode(f"{name}:{secret}".encode()).decode("ascii")
    return {"Authorization": f"Basic {told}"}
