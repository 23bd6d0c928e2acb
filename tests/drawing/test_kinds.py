from whence.drawing.kinds import COLOURS, KIND_LOOKS, many_of
from whence.drawing.outlines import GLYPHS, OUTLINES
from whence.model.node import NodeKind

GROUNDS = {"light": ("#ffffff", "#f3f5f7"), "dark": ("#20272d", "#1b2126")}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_every_kind_has_a_look_of_known_parts() -> None:
    assert set(KIND_LOOKS) == set(NodeKind)
    for look in KIND_LOOKS.values():
        assert look.outline in OUTLINES
        assert look.glyph in GLYPHS
        assert look.colour in COLOURS


def test_no_two_kinds_share_word_or_both_outline_and_glyph() -> None:
    looks = list(KIND_LOOKS.values())
    assert len({look.word for look in looks}) == len(looks)
    artifacts = [KIND_LOOKS[kind] for kind in NodeKind if "registered" not in kind.value]
    assert len({(look.outline, look.glyph) for look in artifacts}) == len(artifacts)


def test_words_can_be_read_in_both_modes() -> None:
    for colour in COLOURS.values():
        assert all(contrast(colour.light, ground) >= 4.5 for ground in GROUNDS["light"])
        assert all(contrast(colour.dark, ground) >= 4.5 for ground in GROUNDS["dark"])


def test_counts_of_a_kind() -> None:
    assert many_of(NodeKind.DATASET, 1) == "1 file"
    assert many_of(NodeKind.DATASET, 12) == "12 files"
    assert many_of(NodeKind.RUN, 1234) == "1,234 runs"
