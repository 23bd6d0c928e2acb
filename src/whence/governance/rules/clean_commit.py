"""All code that it comes from was in a commit when it ran.

Looked at is every run that the thing comes from, or those alone that made its model (`of: makers`).
It fails where a tracked file differed from the commit, or where a file ran that git did not know.
It is unknown where no commit is recorded: outside a repository, or where git could not be asked.
Programs without any source of the project, such as `curl`, are passed over.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort
from whence.model.edge import EdgeKind
from whence.query.completeness.evidence import RunFacts
from whence.store.interface import Direction

OPTIONS = (
    Option(
        "of",
        Sort.TEXT,
        "which runs are looked at: ancestry (all that it comes from), or makers (of its model)",
        "ancestry",
        choices=("ancestry", "makers"),
    ),
    Option(
        "changes-elsewhere",
        Sort.FLAG,
        "true: changes to files that the run did not use may pass, where all changes are kept",
        default=False,
    ),
    Option(
        "kept-changes",
        Sort.FLAG,
        "true: changes that were not committed may pass if the record holds all of them",
        default=False,
    ),
)

_REMEDY = "commit, then run it again"


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each run that is not clean, and one for all that are."""
    runs = list(case.runs if asked.text("of") == "ancestry" else case.makers)
    if not runs:
        yield case.unknown(
            "no run is recorded that made it", remedy="record the run: `whence run -- COMMAND`"
        )
    clean = []
    for run in runs:
        found = list(_of_run(case, run, asked))
        yield from found
        if not found:
            clean.append(run)
    if clean:
        count = "its run" if len(runs) == 1 else f"{len(clean)} of {len(runs)} runs"
        yield case.passed(f"{count} ran from a clean commit", *clean)
    yield from case.cut_off()


def _of_run(case: Case, run: int, asked: Asked) -> Iterator[Finding]:
    account = case.account(run)
    code = account.said("code")
    if not code.get("commit"):
        if not _is_native(case, run):
            yield case.unknown(
                f"no commit is recorded of the run {account.node.name}", run, remedy=_REMEDY
            )
        return
    files = code.get("files", ())
    loose = [str(each["path"]) for each in files if not each.get("tracked", True)]
    if loose:
        more = f" and {len(loose) - 3} more" if len(loose) > 3 else ""
        yield case.failed(
            f"{account.node.name} ran {', '.join(loose[:3])}{more}, in no commit",
            run,
            remedy=_REMEDY,
            files=loose[:50],
        )
    if code.get("dirty") is None:
        yield case.unknown(
            f"whether {account.node.name} ran from a clean commit is not recorded",
            run,
            remedy=_REMEDY,
        )
    elif code["dirty"] and not _is_let_pass(case, run, code, asked):
        yield case.failed(
            f"{account.node.name} ran with changes that were not committed "
            f"(on {str(code['commit'])[:10]})",
            run,
            remedy=_REMEDY,
            commit=str(code["commit"]),
        )


def _is_let_pass(case: Case, run: int, code: Mapping[str, Any], asked: Asked) -> bool:
    """Whether the changes are of a sort that the policy lets pass."""
    if not code.get("diff") or code.get("diff_is_cut"):
        return False
    if asked.flag("kept-changes"):
        return True
    if not asked.flag("changes-elsewhere"):
        return False
    used = case.ends([run], Direction.ORIGINS, EdgeKind.USED)
    names = {str(each["path"]) for each in code.get("files", ())}
    names |= {node.name for node in case.reader.nodes(used)}
    changed = {
        path
        for line in str(code["diff"]).splitlines()
        for mark, path in [(line[:6], line[6:].rstrip())]
        if mark in {"--- a/", "+++ b/"}
    }
    # Names are told from the workspace's folder, changes from the top of the repository.
    return bool(changed) and not any(
        path == name or path.endswith(f"/{name}") or name.endswith(f"/{path}")
        for path in changed
        for name in names
    )


def _is_native(case: Case, run: int) -> bool:
    """Whether only installed programs ran."""
    used = case.reader.links([run], Direction.ORIGINS)
    code = next((link.basis for link in used if link.role == "code"), None)
    environment = next(
        (link.target for link in used if link.kind is EdgeKind.USED and link.role == "environment"),
        None,
    )
    told = None if environment is None else case.account(environment)
    return RunFacts(case.account(run), code, told).is_native
