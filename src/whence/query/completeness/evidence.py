"""How far a run answers what is asked of it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from whence.model.edge import Basis
from whence.model.node import NodeKind
from whence.query.account import Account
from whence.query.completeness.story import Answers, Evidence, unknown

_SHELL = re.compile(r"(\.(sh|bash|zsh|fish|mk)|(^|/)(GNU)?[Mm]akefile)\Z")


class RunFacts:
    """A run as it is recorded: what was said of it, and of what it ran in.

    Args:
        account: Everything said of the run.
        code: How the set of source files is known that it used; ``None`` where there is none.
        environment: Everything said of the environment that it ran in.
        made: Kinds of what it made.
    """

    def __init__(
        self,
        account: Account,
        code: Basis | None,
        environment: Account | None,
        made: Iterable[NodeKind] = (),
    ) -> None:
        self.account = account
        self.code = code
        self.environment = environment
        self.made = frozenset(made)
        self.gaps = account.gaps()

    def said(self, facet: str) -> dict[str, Any]:
        """What was said of the run."""
        return self.account.said(facet)

    def basis(self, facet: str) -> Basis | None:
        """The strongest way in which a facet of the run is known, if anything is in it."""
        return basis_of(self.account, facet)

    def missing(self, kind: str) -> list[str]:
        """What the run's gaps of a kind are about."""
        return [gap["about"] for gap in self.gaps if gap["kind"] == kind]

    def advice(self, kind: str) -> str:
        """What the run's gaps of a kind say would fill them."""
        told = [gap.get("remedy", "") for gap in self.gaps if gap["kind"] == kind]
        return "; ".join(dict.fromkeys(each for each in told if each))

    @property
    def is_native(self) -> bool:
        """Whether only installed programs ran: no source, no interpreter."""
        if self.code is not None or not self.said("processes").get("processes"):
            return False
        surroundings = {} if self.environment is None else self.environment.said("environment")
        return "python" not in surroundings

    @property
    def is_shell(self) -> bool:
        """Whether all source that ran belongs to a shell or to make, which have no packages."""
        files = [str(each["path"]) for each in self.said("code").get("files", ())]
        surroundings = {} if self.environment is None else self.environment.said("environment")
        return (
            bool(files)
            and "system" in surroundings
            and "python" not in surroundings
            and all(_SHELL.search(path) for path in files)
        )


def basis_of(account: Account, facet: str) -> Basis | None:
    """The strongest way in which a facet is known, if anything is in it."""
    by_basis = account.facets.get(facet, {})
    return next((basis for basis in Basis if by_basis.get(basis)), None)


def answer_for(run: RunFacts) -> Answers:
    """Every question that is asked of a run, with the evidence for the answer."""
    found = {}
    for question, ask in _ASKED.items():
        evidence = ask(run)
        if evidence is not None:
            found[question] = evidence
    return MappingProxyType(found)


def _share(
    known: int, missing: Sequence[str], basis: Basis, what: str = "", advice: str = ""
) -> Evidence:
    """So many parts are known, and these are not."""
    if not missing:
        return Evidence(basis)
    share = known / (known + len(missing))
    return Evidence(basis, share, (what + _listed(missing)).strip(), advice)


def _listed(names: Sequence[str]) -> str:
    unique = list(dict.fromkeys(names))
    more = f" and {len(unique) - 3} more" if len(unique) > 3 else ""
    return ", ".join(unique[:3]) + more


# ------------------------------------------------------------------------- code


def _code_files(run: RunFacts) -> Evidence | None:
    missing = run.missing("code-unknown")
    if run.code is None:
        if run.is_native or (run.said("code") and not missing):
            return None
        return unknown("no source file is recorded")
    return _share(len(run.said("code").get("files", ())) or 1, missing, run.code)


def _code_version(run: RunFacts) -> Evidence | None:
    state = run.said("code")
    if run.code is None and (run.is_native or (state and not run.missing("code-unknown"))):
        return None
    if not state.get("commit"):
        return unknown("no commit is recorded")
    basis = run.basis("code") or Basis.OBSERVED
    files = state.get("files", ())
    loose = [str(each["path"]) for each in files if not each.get("tracked", True)]
    if state.get("dirty") and (not state.get("diff") or state.get("diff_is_cut")):
        # Of the changes nothing is kept: nobody can tell which of the files are the commit's.
        return Evidence(basis, 1 / 2, "changes that were not committed are not kept")
    return _share(len(files) - len(loose) or 1, loose, basis, "in no commit: ")


# ------------------------------------------------------------------- parameters


def _command(run: RunFacts) -> Evidence | None:
    if not run.said("execution").get("command"):
        return unknown("the command is not recorded")
    return Evidence(run.basis("execution") or Basis.OBSERVED)


def _values(run: RunFacts) -> Evidence | None:
    basis, missing = run.basis("parameters"), run.missing("parameters-unknown")
    if basis is None and not missing:
        if run.said("execution").get("command"):
            return None  # it was watched, and nothing steered it
        return unknown("no parameter is recorded")
    known = 0 if basis is None else len(run.said("parameters"))
    return _share(known, missing, basis or Basis.OBSERVED)


# ------------------------------------------------------------------ environment


def _system(run: RunFacts) -> Evidence | None:
    said = {} if run.environment is None else run.environment.said("environment")
    if run.environment is None or not (said.get("python") or said.get("system")):
        return unknown("which system it ran on is not recorded")
    return Evidence(basis_of(run.environment, "environment") or Basis.OBSERVED)


def _packages(run: RunFacts) -> Evidence | None:
    if run.is_native or run.is_shell:
        return None
    said = {} if run.environment is None else run.environment.said("environment")
    packages = said.get("packages") or ()
    missing = run.missing("environment-unknown")
    if run.environment is None or not packages:
        return unknown("which packages it ran with is not recorded")
    basis = basis_of(run.environment, "environment") or Basis.OBSERVED
    return _share(len(packages), missing, basis, "not wholly: ")


# ------------------------------------------------------------------------ seeds


def _seeds(run: RunFacts) -> Evidence | None:
    basis, missing = run.basis("seeds"), run.missing("unseeded")
    if basis is None and not missing:
        return None
    known = 0 if basis is None else len(run.said("seeds"))
    return _share(known, missing, basis or Basis.OBSERVED, "not seeded: ", run.advice("unseeded"))


_ASKED: Mapping[tuple[str, str], Callable[[RunFacts], Evidence | None]] = MappingProxyType(
    {
        ("code", "files"): _code_files,
        ("code", "version"): _code_version,
        ("parameters", "command"): _command,
        ("parameters", "values"): _values,
        ("environment", "system"): _system,
        ("environment", "packages"): _packages,
        ("seeds", "seeds"): _seeds,
    }
)
"""Layer and question → how far a run answers it; ``None`` where it does not apply."""
