"""Nothing that it comes from carries a tag.

Looked at is the whole ancestry, the thing itself included, and every other thing of the same bytes:
a copy of data tagged `no-commercial` is that data. A tag is named by its key (`no-commercial`), by
its value (`license=…` is found by the value too), or as `key=value`; `*` stands for anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from whence.governance.case import Case
from whence.governance.finding import Finding
from whence.governance.option import Asked, Option, Sort

OPTIONS = (Option("tags", Sort.TEXTS, "tags that nothing may carry", required=True),)


def judge(case: Case, asked: Asked) -> Iterable[Finding]:
    """One answer for each thing that carries one."""
    wanted = asked.texts("tags")
    count = 0
    for handle, node in case.ancestry.items():
        for tag, bearer in _tagged(case, handle, wanted):
            count += 1
            same = "" if bearer == handle else f", by the same bytes as {case.node_of(bearer).name}"
            yield case.failed(
                f"{node.name} is tagged {tag}{same}",
                *dict.fromkeys((handle, bearer)),
                remedy="make it without that, or ask whoever set the tag",
                tag=tag,
            )
    if not count:
        yield case.passed(f"none of {len(case.ancestry):,} things is tagged {' or '.join(wanted)}")
    yield from case.cut_off()


def _tagged(case: Case, handle: int, wanted: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    met: set[str] = set()
    for each in case.alike(handle):
        tags = case.account(each).said("tags")
        for tag in _matching(tags, wanted):
            if tag not in met:
                met.add(tag)
                yield tag, each


def _matching(tags: Mapping[str, object], wanted: tuple[str, ...]) -> Iterator[str]:
    for key, value in tags.items():
        if value is None:
            continue  # it was taken off again
        told = f"{key}={value}" if value not in {"", "true"} else key
        for pattern in wanted:
            forms = (f"{key}={value}",) if "=" in pattern else (key, str(value))
            if any(fnmatchcase(form.casefold(), pattern.casefold()) for form in forms):
                yield told
                break
