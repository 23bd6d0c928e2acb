from whence.cli.render.style import STYLES, painter


def test_colours_are_put_on_only_when_asked_for() -> None:
    assert painter(styled=False)("failed", "failed") == "failed"
    assert painter(styled=True)("failed", "failed") == "\x1b[1;31mfailed\x1b[0m"
    assert painter(styled=True)("", "failed") == ""


def test_every_style_is_a_rendition() -> None:
    assert all(code.replace(";", "").isdigit() for code in STYLES.values())
