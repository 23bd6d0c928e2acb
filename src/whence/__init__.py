"""Whence: the complete record of how a model came to be.

*Trackers say what you logged, catalogs what you registered, signers that files did not change.
Whence says what really happened, what nobody knows, and proves it.*

The house, in the order in which a fact passes through it:

1. **observe** — ``capture`` watches a process tree; a program may also speak for itself::

       import whence

       with whence.run("train") as run:
           run.used("data/flights.parquet")
           run.log(parameters={"lr": 0.1}, metrics={"auc": 0.76})
           run.generated("models/delay.pkl")

2. **record** — ``recording`` is the only door in: which artifact is this? may this be said?
3. **keep** — ``ledger`` makes it tamper-evident, ``store`` keeps it; both in one transaction.
4. **ask** — ``query`` answers: where from, what depends, what differs, what is not known.

``model`` has the nouns that all rooms share, ``wire`` their form as bytes, ``workspace`` puts the
parts together, ``cli`` is the front door. ``docs/architecture.md`` draws the floors.

Importing this module loads nothing else: it happens inside people's trainings.
"""

__version__ = "0.1.0"

__all__ = ["DeclaredRun", "run"]

TYPE_CHECKING = False  # the name that type checkers know; importing typing takes milliseconds
if TYPE_CHECKING:
    from whence.declared import DeclaredRun, run


def __getattr__(name: str) -> object:
    """The public names, loaded when they are first used (PEP 562)."""
    if name in __all__:
        from whence import declared  # noqa: PLC0415

        return getattr(declared, name)
    raise AttributeError(f"module 'whence' has no attribute {name!r}")


def load_ipython_extension(shell: object) -> None:
    """``%load_ext whence`` in a notebook: record it, cell by cell."""
    from whence import notebook  # noqa: PLC0415

    notebook.load(shell)


def unload_ipython_extension(shell: object) -> None:
    """``%unload_ext whence``: the record is complete."""
    from whence import notebook  # noqa: PLC0415

    notebook.unload(shell)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
