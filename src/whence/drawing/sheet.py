"""The style sheet of a drawing, light and dark."""

from collections.abc import Iterator

from whence.drawing.kinds import COLOURS, Colour

_FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'

_FORMS = (
    f"text{{font-family:{_FONT};font-size:14px}}"
    ".title{font-size:20px;font-weight:600}"
    ".head{font-size:13px;font-weight:600}"
    ".small{font-size:13px}"
    ".kind{font-size:12px;font-weight:600}"
    ".name{font-size:14px;font-weight:600}"
    ".fact{font-size:12px}"
    ".outline{stroke-width:1.6}"
    ".root>.outline{stroke-width:3.2}"
    ".glyph{fill:none;stroke-width:1.3;stroke-linecap:round;stroke-linejoin:round}"
    ".line{fill:none;stroke-width:1.4}"
    ".spine>.line{stroke-width:2.8}"
    ".declared>.line{stroke-dasharray:11 5}"
    ".imported>.line{stroke-dasharray:11 4 2 4}"
    ".inferred>.line{stroke-dasharray:2 4}"
    ".tip{stroke-width:1.2}"
    ".gap{stroke-width:1.2;stroke-dasharray:4 3}"
    ".hatched{fill:url(#whence-hatch)}"
    ".hatch{stroke-width:1.6}"
    ".troubled>.outline{stroke-width:2.6}"
)

_GROUND: dict[str, tuple[str, Colour]] = {
    ".page": ("fill", Colour("#ffffff", "#14181c")),
    ".band": ("fill", Colour("#f3f5f7", "#1b2126")),
    ".ink,.title": ("fill", Colour("#1a1f25", "#e8ebee")),
    ".soft": ("fill", Colour("#545e69", "#aab4be")),
    ".outline": ("fill", Colour("#ffffff", "#20272d")),
    ".gap,.gap-ground": ("fill", Colour("#ffffff", "#14181c")),
    ".gap": ("stroke", Colour("#1a1f25", "#e8ebee")),
    ".hatch": ("stroke", Colour("#c3cad1", "#46505a")),
    ".line,.tip": ("stroke", Colour("#77818c", "#808b96")),
    ".tip": ("fill", Colour("#77818c", "#808b96")),
    ".declared>.tip": ("fill", Colour("#ffffff", "#14181c")),
    ".spine>.line,.spine>.tip": ("stroke", Colour("#1a1f25", "#e8ebee")),
    ".spine:not(.declared)>.tip": ("fill", Colour("#1a1f25", "#e8ebee")),
}
_TROUBLE = Colour("#b3261e", "#ff8f85")


def _rules(*, dark: bool) -> Iterator[str]:
    def shade(colour: Colour) -> str:
        return colour.dark if dark else colour.light

    for selector, (what, colour) in _GROUND.items():
        yield f"{selector}{{{what}:{shade(colour)}}}"
    for name, colour in COLOURS.items():
        yield f".{name}>.outline,.{name}>.glyph{{stroke:{shade(colour)}}}"
        yield f".{name}>.kind{{fill:{shade(colour)}}}"
    yield f".troubled>.outline,.troubled>.glyph{{stroke:{shade(_TROUBLE)}}}"
    yield f".state{{fill:{shade(_TROUBLE)}}}"


STYLE = (
    _FORMS
    + "".join(_rules(dark=False))
    + "@media (prefers-color-scheme:dark){"
    + "".join(_rules(dark=True))
    + "}"
)
"""Plain rules and no variables, since not every program that shows SVG knows those."""
