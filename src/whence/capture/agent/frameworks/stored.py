"""What goes into files and comes out of them whole: models, data, and containers of both."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MANY = 50


class Stored:
    """Tells what was written to a place, or read from it."""

    def __init__(self, watch: Any) -> None:
        self.watch = watch
        self.models = watch.load("sklearn_models")
        self.places = watch.load("places")
        self.tables = watch.load("tables")

    def wrote(self, thing: Any, place: Any, by: str) -> None:
        """A thing went into a file: it, or what is known inside it."""
        location = self.places.location(place)
        if location is None:
            return
        watch = self.watch
        frame = watch.user()
        found = [each for each in self._inside(thing) if watch.origins(each)]
        if not found and self._is_met(thing):
            found = [thing]
        for each in found:
            if self.models.is_estimator(each):
                self.models.tell_model(watch, each, frame)
            elif self.tables.is_data(each):
                self.tables.meet(watch, each, frame)
            watch.wrote(each, location, by)
        if not found:
            watch.wrote(None, location, by)

    def read(self, thing: Any, place: Any, by: str) -> None:
        """A thing came out of a file: it, and the models and data inside it."""
        location = self.places.location(place)
        if location is None or thing is None:
            return
        watch = self.watch
        found = [each for each in self._inside(thing) if self._is_met(each)]
        for each in found or [thing]:
            if self.models.is_estimator(each):
                self.models.tell_model(watch, each, None)
            elif self.tables.is_data(each):
                self.tables.meet(watch, each)
            watch.read(each, location, by)

    def _is_met(self, thing: Any) -> bool:
        if isinstance(thing, (list, tuple)):
            return False
        return bool(self.models.is_estimator(thing) or self.tables.is_data(thing))

    def _inside(self, thing: Any) -> list[Any]:
        """A thing, and what lies in it where it is a container, or an object of the program's."""
        found = [thing]
        if isinstance(thing, dict):
            found += list(thing.values())[:_MANY]
        elif isinstance(thing, (list, tuple)):
            found += thing[:_MANY]
        elif not self._is_met(thing) and type(thing).__module__ == "__main__":
            found += list(getattr(thing, "__dict__", {}).values())[:_MANY]
        return found


def hook(watch: Any, module: Any, names: dict[str, str], *, users: bool) -> None:
    """Wrap functions that write or read: name → ``dump`` (thing, place) or ``load`` (place).

    Args:
        watch: What hooks have at hand.
        module: Where the functions are.
        names: The functions, and which of the two each is.
        users: Whether only the program's own calls count.
    """
    stored = Stored(watch)
    for name, what in names.items():
        if hasattr(module, name):
            _wrap(watch, stored, module, name, what, users)


def _wrap(watch: Any, stored: Stored, module: Any, name: str, what: str, users: bool) -> None:
    by = "%s.%s" % (module.__name__.partition(".")[0], name)

    def after(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        if users and watch.caller() is None:
            return
        given = list(args) + list(kwargs.values())
        if what == "dump" and len(given) > 1:
            stored.wrote(given[0], given[1], by)
        elif what == "load" and given:
            stored.read(result, given[0], by)

    watch.wrap(module, name, after=after, outermost=True)
