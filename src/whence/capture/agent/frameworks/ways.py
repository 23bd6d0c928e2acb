"""Which object was made of which, by the functions and methods that make them."""

from __future__ import annotations

from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MANY = 50


class Ways:
    """Wraps what makes objects of others, and lays trails between them."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch

    def follow(self, owner: Any, name: str, how: str = "") -> None:
        """A function or method: its result is made of whatever it was given."""
        lay = self.lay
        how = how or name

        def make(original: Any) -> Any:
            def follows(*args: Any, **kwargs: Any) -> Any:
                result = original(*args, **kwargs)
                if result is not None:
                    lay(result, args, kwargs, how)
                return result

            return follows

        self.watch.swap(owner, name, make)

    def follow_methods(self, kind: Any, without: frozenset[str], special: str = "") -> None:
        """The public methods of a class, and some special ones."""
        wanted = set(special.split())
        for name, method in list(vars(kind).items()):
            if name in without or (name.startswith("_") and name not in wanted):
                continue
            if isinstance(method, FunctionType):
                self.follow(kind, name)

    def making_of(self, kind: Any) -> None:
        """A class: an object is made of arrays, or of a mapping or list of them."""
        lay = self.lay
        how = kind.__name__

        def make(original: Any) -> Any:
            def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
                original(self, *args, **kwargs)
                if args or "data" in kwargs:
                    lay(self, args[:2], {"data": kwargs.get("data")}, how)

            return __init__

        self.watch.swap(kind, "__init__", make)

    def lay(self, result: Any, args: tuple[Any, ...], kwargs: dict[str, Any], how: str) -> None:
        """A trail from what was given, and from what lies in lists and mappings of it."""
        try:
            watch = self.watch
            sources: list[Any] = []
            for each in args + tuple(kwargs.values()) if kwargs else args:
                kind = type(each)
                if kind is list or kind is tuple:
                    sources += each[:_MANY]
                elif kind is dict:
                    sources += list(each.values())[:_MANY]
                elif each is not None and each is not result and kind not in _PLAIN:
                    sources.append(each)
            if not sources:
                return
            made = result if isinstance(result, (tuple, list)) else (result,)
            for each in made[:_MANY]:
                if type(each) not in _PLAIN:
                    watch.trail(each, sources, how)
        except Exception:
            pass


_PLAIN = frozenset({str, int, float, bool, type(None), bytes, complex, type, FunctionType})
"""Types that are no data."""
