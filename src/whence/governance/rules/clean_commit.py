"""All code that it comes from was in a commit when it ran.

Looked at is every run that the thing comes from, or those alone that made its model (`of: makers`).
It fails where a tracked file differed from the commit, or where a file ran that git did not know.
It is unknown where no commit is recorded: outside a repository, or where git could not be asked.
Programs without any source of the project, such as `curl`, are passed over.
"""

from collections.abc import Iterable, Iterator

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
        found = list(_of_run(case, run, kept=asked.flag("kept-changes")))
        yield from found
        if not found:
            clean.append(run)
    if clean:
        yield case.passed(f"{len(clean)} of {len(runs)} runs ran from a clean commit", *clean)
    yield from case.cut_off()


def _of_run(case: Case, run: int, *, kept: bool) -> Iterator[Finding]:
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
    is_kept = bool(code.get("diff")) and not code.get("diff_is_cut")
    if code.get("dirty") is None:
        yield case.unknown(
            f"whether {account.node.name} ran from a clean commit is not recorded",
            run,
            remedy=_REMEDY,
        )
    elif code["dirty"] and not (kept and is_kept):
        yield case.failed(
            f"{account.node.name} ran with changes that were not committed "
            f"(on {str(code['commit'])[:10]})",
            run,
            remedy=_REMEDY,
            commit=str(code["commit"]),
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
