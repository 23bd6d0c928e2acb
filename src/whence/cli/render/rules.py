"""What a policy may ask, as ``whence check --rules`` prints it."""

import inspect
from collections.abc import Iterable, Iterator, Mapping

from whence.cli.render.style import Paint, painter
from whence.cli.render.text import fold
from whence.governance.option import Option
from whence.governance.policy import COMMON
from whence.governance.rules.interface import Rule

_INDENT = "    "


def render_rules(rules: Mapping[str, Rule], *, width: int, styled: bool) -> str:
    """The same as text: the first sentence of each, and its options."""
    paint = painter(styled=styled)
    lines = []
    for name, rule in rules.items():
        about = inspect.cleandoc(rule.__doc__ or "").split("\n\n")[0].replace("\n", " ")
        lines += [f"{paint(name, 'name')}  {about}", *_options(rule.OPTIONS, width, paint), ""]
    lines += ["Every rule may also be given:", *_options(COMMON, width, paint)]
    return "\n".join(lines)


def option_text(option: Option) -> str:
    """What an option is, in a line."""
    words = [option.meaning]
    if option.choices:
        words.append(f"one of {', '.join(option.choices)}")
    if option.required:
        words.append("must be said")
    elif option.default not in (None, False):
        told = option.default
        words.append(f"default {', '.join(told) if isinstance(told, tuple) else told}")
    return "; ".join(words)


def _options(options: Iterable[Option], width: int, paint: Paint) -> Iterator[str]:
    for option in options:
        first, *rest = fold(f"{option.name}: {option_text(option)}", max(width - 6, 40))
        name, colon, text = first.partition(":")
        yield f"{_INDENT}{paint(name, 'dim')}{colon}{text}"
        yield from (f"{_INDENT}  {line}" for line in rest)
