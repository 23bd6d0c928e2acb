"""Objects of S3 and of whatever speaks like it, in the version that the record names."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from whence.errors import ReproductionError
from whence.reproduction.sources.interface import Absent, Address, Asked, Offer

NAME = "S3"


def find(asked: Asked) -> Offer | Absent | None:
    """The object at its version; without one, as it is today, checked when it comes."""
    for each in asked.addresses:
        if not each.uri.startswith("s3://"):
            continue
        version = each.facts.get("version")
        named = f"{each.uri} in version {version}" if version else each.uri
        if find_spec("boto3") is None:
            return Absent(
                f"it is {named}, and boto3 is not installed beside whence",
                "install boto3, or " + _by_hand(each, version),
            )
        return Offer(named, lambda to, each=each: _get(each, to), is_here=False)  # type: ignore[misc]  # a default binds it
    return None


def _get(address: Address, to: Path) -> None:
    boto3, failures = import_module("boto3"), import_module("botocore.exceptions")
    bucket, key = _place(address)
    version = address.facts.get("version")
    words: dict[str, Any] = {"VersionId": version} if version else {}
    endpoint = address.facts.get("endpoint")
    try:
        client = boto3.client("s3", endpoint_url=endpoint or None)
        answer = client.get_object(Bucket=bucket, Key=key, **words)
        with to.open("wb") as file:
            for data in answer["Body"].iter_chunks(1 << 20):
                file.write(data)
    except (failures.BotoCoreError, failures.ClientError) as error:
        raise ReproductionError(f"{address.uri} cannot be fetched: {error}") from error


def _place(address: Address) -> tuple[str, str]:
    parts = urlsplit(address.uri)
    return parts.netloc, address.uri.partition("://")[2].partition("/")[2]


def _by_hand(address: Address, version: object) -> str:
    bucket, key = _place(address)
    words = f" --version-id {version}" if version else ""
    return f"`aws s3api get-object --bucket {bucket} --key {key}{words} FILE`"
