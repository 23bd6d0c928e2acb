"""Names of any bytes as text that JSON may carry."""


def legible(text: str) -> str:
    r"""The text with bytes that are no UTF-8, which Python keeps as surrogates, as ``\xff``."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
