"""Secrets never reach a record: what looks like one is replaced by ``[redacted:CODE]``.

No scrubber is complete. So the environment is not scrubbed but chosen (``environment_facts``),
and everything else goes through three nets: forms and names (tables in ``secrets``), and a
measure of randomness for long tokens that nothing else explains. Redacting twice is redacting
once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from whence.recording.secrets import (
    FORMS,
    NAME_ENDINGS,
    NAMES,
    PLAIN_VALUES,
    PROGRAM_SWITCHES,
    TOKENS_OF_TEXT,
    TRIGGERS,
)

_SHORTEST = 8
"""No form is shorter."""
_LONGEST_NAME = 64
_LONGEST_VALUE = 4096
MARK = "[redacted:"
"""How what stands for a secret begins."""

_CODES = {words: code for code, row in NAMES for words in row.split()}
_HINTS = tuple((hint, row) for row, form in enumerate(FORMS) for hint in form.hints)
_ENDINGS = tuple("password passwd passphrase apikey secretkey accesskey authtoken".split())

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_NAME_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
_NAME_REST = re.compile(r"[A-Za-z0-9_.-]{0,64}")
_PLAIN_NAME = re.compile(r"[+~]{0,2}-{0,2}[\w./@-]{1,128}\Z")
_BETWEEN = re.compile(
    r"(?P<close>\\*[\"'`])?\]?[ \t]{0,8}"
    r"(?P<sign>:[ \t]?(?:Optional\[str\]|str|bytes|SecretStr)(?:[ ]?\|[ ]?None)?[ \t]?=(?!=)"
    r"|={1,3}>?|[:!]=|:(?!//)(?:[ \t]*[|>][+-]?[ \t]*\n[+ -]?)?|,(?=[ \t]*\\*[\"'])|>(?!=)|(?=\s))"
    r"[ \t]{0,8}"
)
_QUOTE = re.compile(r"[fFbBrRuU]{0,2}(\\*(?:\"\"\"|'''|[\"'`]))")
_UNQUOTED = re.compile(r"[^\s;&]{1,4096}")
_HEADER = re.compile(r"[^\r\n\"'`]{1,4096}")
_REFERENCE = re.compile(
    r"\$\{|\$\(|\$[A-Z_][A-Z0-9_]*\Z|\{\{|<[^<>]*>\Z|%\(\w+\)s\Z|\*+\Z|\.+\Z|[xX]{3,}\Z"
    r"|\[redacted:[a-z0-9-]+\]"
)
_EXPRESSION = re.compile(
    r"[A-Za-z_][\w.]*[(\[]"
    r"|(?:self|cls|os|args|cfg|config|settings|opts?|hparams|flags|FLAGS|params|conf|env|ctx|context"
    r"|options|kwargs|request|secrets|st|model|tokenizer|processor|data|batch|module|process)\."
)
_PIECE_OF_TEXT = re.compile(r"[<\[{|].*[>\]}|]\Z|-?\d{1,6}\Z")
_FILE = re.compile(r"(?:~|\.{0,2})/[\w./ -]*\Z|[\w./ -]+\.(?:pem|key|crt|json|ya?ml|txt|p12|pfx)\Z")
_LETTERS = re.compile(r"[A-Za-z_-]{1,16}\Z")

_CANDIDATE = re.compile(r"[A-Za-z0-9+/_.~-]{20,}={0,2}")
_RUN = re.compile(r"[A-Za-z0-9]{10,}")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_HEX = re.compile(r"[0-9a-fA-F]+\Z")
_NAMED_DIGEST = re.compile(r"(?:sha(?:1|224|256|384|512)|md5|h1|blake\w{1,3})[-:=]\Z")
_PUBLIC_NAME = re.compile(
    r"(?:sha(?:1|256|384|512)|md5)-"  # sub-resource integrity
    r"|[0-7][0-9A-HJKMNP-TV-Z]{25}\Z"  # ULID
    r"|Qm[1-9A-HJ-NP-Za-km-z]{44}|bafy[a-z2-7]{50,}"  # IPFS
    r"|/nix/store/"
)


class _Span(NamedTuple):
    start: int
    end: int
    rank: int
    """Which net caught it; where two overlap, the lower one gives its code."""
    code: str


def redact_text(text: str) -> str:
    """Take secrets out of any text: a line, a source file, a URL, a message."""
    if len(text) < _SHORTEST:
        return text
    folded = _fold(text)
    spans = [*_formed(text, folded), *_named(text, folded), *_random(text)]
    return _replace(text, spans) if spans else text


def redact_diff(text: str) -> str:
    """Take secrets out of a unified diff and leave it one: every line keeps its first character."""
    return redact_text(text)


def redact_url(url: str) -> str:
    """Take secrets out of a URL: passwords, tokens, signatures in the query."""
    return redact_text(url)


def redact_value(name: str, value: Any) -> Any:
    """Take secrets out of one value that goes by a name; mappings and lists as deep as they go."""
    if isinstance(value, Mapping):
        return redact_mapping(value)
    if isinstance(value, (list, tuple)):
        return [redact_value(name, each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    code = secret_name(name)
    if isinstance(value, str):
        if code and not _is_harmless(value, code):
            return _mark(code)
        return redact_text(value)
    return _mark(code) if code and not _is_harmless(str(value), code) else value


def redact_mapping(values: Mapping[str, Any]) -> dict[str, Any]:
    """Take secrets out of named values, by name and by form."""
    return {name: redact_value(name, value) for name, value in values.items()}


def redact_argv(words: Sequence[str]) -> list[str]:
    """Take secrets out of a command line, which keeps its number of words."""
    shown: list[str] = []
    expected = ""
    switches: dict[str, list[str]] = {}
    for word in words:
        for switch, form in PROGRAM_SWITCHES.get(word.rpartition("/")[2], ()):
            switches.setdefault(switch, []).append(form)
        shown.append(_redact_word(word, expected, switches))
        expected = _expects(word, switches)
    return shown


@lru_cache(4096)
def secret_name(name: str) -> str:
    """The code of the secret that goes by this name; empty where it names none."""
    words = [word.lower() for word in _WORDS.findall(name)]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in NAME_ENDINGS):
        words.pop()
    if not words or (words == ["pwd"] and name.isupper()) or words == ["oldpwd"]:
        return ""
    last = words[-1]
    if last == "token" and len(words) > 1 and words[-2] in TOKENS_OF_TEXT:
        return ""
    code = _CODES.get("_".join(words[-2:])) or _CODES.get(last)
    if code is None and last.endswith(_ENDINGS):
        code = "password" if "pass" in last else "api-key"
    return code or ""


# ---------------------------------------------------------------------- command lines


def _redact_word(word: str, expected: str, switches: Mapping[str, Sequence[str]]) -> str:
    if expected == "pair":
        user, colon, password = word.partition(":")
        if colon and not (user.isdigit() and password.isdigit()):
            return f"{user}:{_mark('password')}"
    elif expected and not word.startswith("-"):
        return word if _is_harmless(word, expected) else _mark(expected)
    if "joined" in switches.get(word[:2], ()) and len(word) > 2 and word[1] != "-":
        return word[:2] + _mark("password")
    name, sign, value = word.partition("=")
    if sign and _PLAIN_NAME.match(name):
        code = secret_name(name)
        if code:
            return word if _is_harmless(value, code) else f"{name}={_mark(code)}"
    return redact_text(word)


def _expects(word: str, switches: Mapping[str, Sequence[str]]) -> str:
    """What the word after a switch is: the code of a secret, ``pair``, or nothing of interest."""
    if not word.startswith("-") or "=" in word:
        return ""
    forms = switches.get(word, ())
    if "pair" in forms:
        return "pair"
    return "password" if "next" in forms else secret_name(word)


# ------------------------------------------------------------------------- three nets


def _formed(text: str, folded: str) -> Iterator[_Span]:
    """Secrets that tell themselves by their form."""
    tried = -1
    for hint, row in _HINTS:
        if row == tried or hint not in folded:
            continue
        tried = row
        for found in _pattern(row).finditer(text):
            group = "secret" if "secret" in found.re.groupindex else 0
            if not _REFERENCE.match(found[group]):
                yield _Span(*found.span(group), row, FORMS[row].code)


def _named(text: str, folded: str) -> Iterator[_Span]:
    """Secrets that stand after a name: ``x_password = "…"``, ``--token …``, ``Cookie: …``."""
    for trigger in TRIGGERS:
        at = folded.find(trigger) if trigger in folded else -1
        while at >= 0:
            rest = _NAME_REST.match(text, at)
            end = rest.end() if rest else at
            span = _value_after(text, _name_start(text, at), end)
            if span is not None:
                yield span
            at = folded.find(trigger, end)


def _random(text: str) -> Iterator[_Span]:
    """Long tokens that look drawn by lot."""
    for found in _CANDIDATE.finditer(text):
        token = found[0]
        runs = [run for run in _RUN.finditer(token) if _is_random(run[0])]
        if not runs or sum(len(run[0]) for run in runs) < 16 or _PUBLIC_NAME.match(token):
            continue
        if _NAMED_DIGEST.search(text, max(0, found.start() - 8), found.start()):
            continue
        start, end = found.span()
        if token[0] in "/.~" or text.endswith("//", 0, start):  # a path: only the part concerned
            start += token.rfind("/", 0, runs[0].start()) + 1
            after = token.find("/", runs[-1].end())
            end = end if after < 0 else found.start() + after
        yield _Span(start, end, len(FORMS) + 1, "random")


def _value_after(text: str, start: int, end: int) -> _Span | None:
    """The secret that a name at this place stands for."""
    name = text[start:end]
    code = secret_name(name.rstrip("."))
    if not code or text.endswith(MARK, 0, start):
        return None
    between = _BETWEEN.match(text, end)
    if between is None:
        return None
    sign = between["sign"].strip()
    if (not sign and (between["close"] or name[0] != "-")) or (
        sign == ">" and text[start - 1 : start] != "<"
    ):
        return None
    at = between.end()
    quote = _QUOTE.match(text, at)
    if quote is not None:
        at = quote.end()
        value = text[at : _closing(text, at, quote[1])]
        harmless = _is_harmless(value, code)
    else:
        value = _unquoted(text, at, code, sign)
        harmless = _is_harmless(value, code) or bool(_is_code(value))
    if harmless or (sign == "," and not re.search(r"\d", value)):
        return None
    return _Span(at, at + len(value), len(FORMS), code)


def _unquoted(text: str, at: int, code: str, sign: str) -> str:
    if sign == ">":
        return text[at : text.find("<", at, at + _LONGEST_VALUE)]
    is_line = sign.startswith(":") and code in {"password", "authorization", "cookie"}
    found = (_HEADER if is_line else _UNQUOTED).match(text, at)
    if found is None:
        return ""
    value = found[0]
    if _REFERENCE.match(value):
        return value
    first = value.split(None, 1)[0] if value.strip() else ""
    if is_line and _is_harmless(first.rstrip(",)"), code) and code == "password":
        return ""
    if sign.startswith(":") and not is_line and _LETTERS.match(value.rstrip(",.)")):
        line = text[found.end() : text.find("\n", found.end())] if "\n" in text else text[at:]
        if " " in line.strip():
            return ""  # prose: "about secrets: never show them"
    return value.rstrip(" \t\r\"'`" if is_line else ",)]}\"'`")


def _closing(text: str, at: int, quote: str) -> int:
    """Where a quoted value ends: at its quote, or at the end of the line."""
    limit = min(len(text), at + _LONGEST_VALUE)
    place = text.find(quote, at, limit)
    while place > 0 and quote[0] != "\\" and _escaped(text, at, place):
        place = text.find(quote, place + 1, limit)
    if place >= 0:
        return place
    line = text.find("\n", at, limit)
    return limit if line < 0 else line


def _escaped(text: str, start: int, place: int) -> bool:
    count = 0
    while place - count - 1 >= start and text[place - count - 1] == "\\":
        count += 1
    return count % 2 == 1


def _name_start(text: str, at: int) -> int:
    limit = max(0, at - _LONGEST_NAME)
    while at > limit and text[at - 1] in _NAME_CHARACTERS:
        at -= 1
    return at


# ------------------------------------------------------------------------- judgements


def _is_harmless(value: str, code: str) -> bool:
    """Whether a value is no secret although its name says so."""
    if not value or value.lower() in PLAIN_VALUES or _REFERENCE.match(value):
        return True
    if code == "password":
        return False
    if code == "token" or len(value) < 4:
        return len(value) < 4 or _PIECE_OF_TEXT.match(value) is not None
    if code in {"authorization", "cookie", "credential"} and _LETTERS.match(value):
        return True
    return _FILE.match(value) is not None and not any(_random(value))


def _is_code(value: str) -> bool:
    """Whether an unquoted value is an expression that computes something."""
    if _EXPRESSION.match(value):
        return True
    return value.isidentifier() and bool(secret_name(value))


def _is_random(run: str) -> bool:
    """Whether a run of letters and digits looks drawn by lot rather than named by people.

    Names are made of words and numbers, so their parts are long; drawn characters change kind
    every second one. Thresholds: measured on generated tokens and on names of real models, files
    and packages. Pure hexadecimal is a digest, and no secret by itself.
    """
    digits = sum(map(run.count, "0123456789"))
    if digits == 0 or digits == len(run) or _HEX.match(run):
        return False
    parts = len(_PARTS.findall(run))
    if run.islower() or run.isupper():
        return len(run) >= 20 and digits >= 3 and len(run) <= 3.3 * parts
    return len(run) <= 2.5 * parts


# ------------------------------------------------------------------------- replacing


def _replace(text: str, spans: list[_Span]) -> str:
    """Put marks where the spans are; spans that overlap become one."""
    spans.sort()
    merged = [spans[0]]
    for span in spans[1:]:
        last = merged[-1]
        if span.start < last.end:
            best = min(last, span, key=lambda each: each.rank)
            merged[-1] = best._replace(start=last.start, end=max(last.end, span.end))
        else:
            merged.append(span)
    pieces, at = [], 0
    for span in merged:
        pieces += [text[at : span.start], _marks(text[span.start : span.end], span.code)]
        at = span.end
    return "".join([*pieces, text[at:]])


def _marks(secret: str, code: str) -> str:
    """One mark for each line, so that lines stay lines, with the first character of a diff's."""
    first, *others = secret.split("\n")
    lines = [_mark(code)] if first else [first]
    lines += [(line[0] if line[:1] in {"+", "-", " "} else "") + _mark(code) for line in others]
    return "\n".join(lines)


def _mark(code: str) -> str:
    return f"{MARK}{code}]"


@cache
def _pattern(row: int) -> re.Pattern[str]:
    return re.compile(FORMS[row].pattern)


def _fold(text: str) -> str:
    """Lower case, character by character: the one letter that would become two is set aside."""
    return text.lower() if text.isascii() else text.replace("\u0130", "i").lower()
