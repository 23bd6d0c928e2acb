import re

from whence.drawing.kinds import COLOURS
from whence.drawing.sheet import STYLE


def test_dark_changes_every_colour_that_light_sets() -> None:
    light, dark = STYLE.split("@media (prefers-color-scheme:dark){")
    rule = re.compile(r"([^{}]+)\{(fill|stroke):#[0-9a-f]{6}\}")
    assert set(rule.findall(light)) == set(rule.findall(dark))
    assert len(rule.findall(dark)) > 2 * len(COLOURS)


def test_the_sheet_asks_for_nothing_from_elsewhere() -> None:
    assert "@import" not in STYLE
    assert re.findall(r"url\(([^)]*)\)", STYLE) == ["#whence-hatch"]
    assert "<" not in STYLE
