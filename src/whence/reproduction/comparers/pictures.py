"""Pictures by their pixels, by Pillow in the sandbox where that is needed; drawings as text."""

import re
import struct
import zlib
from collections.abc import Iterator

from whence.errors import SandboxError
from whence.reproduction.comparers.harmless import HARMLESS
from whence.reproduction.comparers.loading import LARGEST, read_whole, too_large
from whence.reproduction.interface import Comparison, Likeness, Pair

_PNG = b"\x89PNG\r\n\x1a\n"
_PACKED = (HARMLESS["image-packing"].what,)
_SHOWN_CHUNKS = {
    b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
"""Chunks beside the pixels that change what is seen."""


class PictureComparer:
    """Equal pixels are the same picture, however it is packed."""

    name = "picture"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first bytes."""
        del name
        return head.startswith((_PNG, b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")) or (
            head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        )

    def compare(self, pair: Pair) -> Comparison:
        """By what is seen, without a library; else by Pillow."""
        one, other = read_whole(pair.recorded), read_whole(pair.again)
        seen = [picture_of(data) for data in (one, other)]
        if None not in seen and seen[0] == seen[1]:
            return Comparison(Likeness.CANONICAL, self.name, "", _PACKED)
        return _by_pillow(self.name, pair)


def picture_of(data: bytes) -> tuple[bytes, ...] | None:
    """What is seen of a PNG or JPEG, before the last step of decoding; ``None``: another format.

    Equal parts are equal pictures; other parts may be, too.
    """
    if data.startswith(_PNG):
        return _png_of(data)
    return tuple(_jpeg_segments(data)) if data.startswith(b"\xff\xd8\xff") else None


def _png_of(data: bytes) -> tuple[bytes, ...]:
    """The chunks that are seen, and the pixels before filtering is undone (ISO/IEC 15948)."""
    at, shown, packed = len(_PNG), [], []
    while at + 12 <= len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if kind == b"IDAT":
            packed.append(body)
        elif kind in _SHOWN_CHUNKS:
            shown.append(kind + body)
        at += 12 + size
    unpacking = zlib.decompressobj()
    pixels = unpacking.decompress(b"".join(packed), LARGEST)
    if unpacking.unconsumed_tail:
        raise too_large()
    return (*shown, pixels)


def _jpeg_segments(data: bytes) -> Iterator[bytes]:
    """Everything but application data and comments (ITU-T T.81, annex B)."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        (size,) = struct.unpack(">H", data[at + 2 : at + 4])
        if marker == 0xDA:  # start of scan: the picture itself, to the end
            yield data[at:]
            return
        if not 0xE0 <= marker <= 0xEF and marker != 0xFE:
            yield data[at : at + 2 + size]
        at += 2 + size


def _by_pillow(comparer: str, pair: Pair) -> Comparison:
    if pair.sandbox is None:
        reason = "what it shows differs, or is packed in a way that only Pillow undoes"
        return Comparison(Likeness.UNREAD, comparer, reason)
    paths = (pair.recorded, pair.again)
    try:
        told = pair.sandbox.ask("pictures", [str(path) for path in paths], paths)
    except SandboxError as error:
        return Comparison(Likeness.UNREAD, comparer, error.message)
    if told.get("refused"):
        return Comparison(Likeness.UNREAD, comparer, str(told["refused"])[:300])
    if told.get("identical"):
        return Comparison(Likeness.CANONICAL, comparer, "", _PACKED)
    return Comparison(Likeness.DIFFERENT, comparer, str(told.get("reason"))[:300])


_MASKS = (
    (re.compile(rb"<dc:date>[^<]*</dc:date>"), b"<dc:date/>"),
    (re.compile(rb"<dc:title>Matplotlib v[^<]*</dc:title>"), b"<dc:title/>"),
    (re.compile(rb"/(CreationDate|ModDate) ?\([^)]*\)"), rb"/\1 ()"),
    (re.compile(rb"/(Producer|Creator) ?\([^)]*\)"), rb"/\1 ()"),
    (re.compile(rb"/ID ?\[ ?<[0-9A-Fa-f]*> ?<[0-9A-Fa-f]*> ?\]"), b"/ID []"),
)
_DRAWN_NAME = re.compile(rb"\b[mp][0-9a-f]{10}\b")


class DrawingComparer:
    """SVG and PDF: moments and names drawn at random are masked, the rest must be equal."""

    name = "drawing"

    def takes(self, name: str, head: bytes) -> bool:
        """By the first bytes."""
        return head.startswith(b"%PDF-") or (
            name.lower().endswith(".svg") and head.lstrip()[:1] == b"<"
        )

    def compare(self, pair: Pair) -> Comparison:
        """Masked, as bytes."""
        one, other = (masked(read_whole(path)) for path in (pair.recorded, pair.again))
        if one == other:
            row = HARMLESS["document-times"].what
            return Comparison(Likeness.CANONICAL, self.name, "", (row,))
        lines = zip(one.splitlines(), other.splitlines(), strict=False)
        at = next((at for at, (was, now) in enumerate(lines, start=1) if was != now), 0)
        reason = f"line {at:,} differs" if at else "one is longer"
        return Comparison(Likeness.DIFFERENT, self.name, reason)


def masked(data: bytes) -> bytes:
    """A drawing without what says nothing; drawn names are counted instead."""
    for pattern, instead in _MASKS:
        data = pattern.sub(instead, data)
    names: dict[bytes, bytes] = {}
    return _DRAWN_NAME.sub(lambda it: names.setdefault(it[0], b"name-%d" % len(names)), data)
