"""Two pictures by Pillow: whether every pixel is equal, else how many are not."""

from importlib import import_module
from typing import Any, Dict, List


def answer(words: List[str]) -> Dict[str, Any]:
    """``identical``, or ``reason``; ``words`` are the two files."""
    names = ("Image", "ImageChops", "ImageSequence")
    image, chops, sequence = (import_module("PIL." + name) for name in names)

    told: Dict[str, Any] = {"identical": False}
    with image.open(words[0]) as one, image.open(words[1]) as other:
        left = [each.convert("RGBA") for each in sequence.Iterator(one)]
        right = [each.convert("RGBA") for each in sequence.Iterator(other)]
    if [each.size for each in left] != [each.size for each in right]:
        return dict(told, reason=f"other size: {left[0].size} was, {right[0].size} is")
    differing = total = largest = 0
    for was, now in zip(left, right):
        total += was.size[0] * was.size[1]
        apart = chops.difference(was, now)
        bands = apart.split()
        most = bands[0]
        for band in bands[1:]:
            most = chops.lighter(most, band)
        counts = most.histogram()
        differing += sum(counts[1:])
        largest = max([largest] + [level for level, count in enumerate(counts) if count])
    if not differing:
        return dict(told, identical=True)
    words_ = f"{differing:,} of {total:,} pixels differ, by {largest} of 255 at most"
    return dict(told, reason=words_)
