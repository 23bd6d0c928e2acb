"""Policies as files: every mistake is told with its line and what to try."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from governance.desk import BOB, key_of, policy
from whence.errors import UsageError
from whence.governance.document import MOST_BYTES, read_document
from whence.governance.option import Sort
from whence.governance.policy import Severity, WhoWaives, read_policy
from whence.governance.rules import load_rules
from whence.wire.schema import load_schema

WHOLE = f"""\
policy: production
version: 1
description: What may call itself production.
rules:
  - clean-commit
  - rule: metric
    metric: auc
    min: 1e-3
    max: 1
    as: auc-floor
    why: below this the planners overrule it
    only-for: [production, "eu-*"]
  - rule: no-gaps
    layers: [code, base model]
    except: unseeded
    known: 0.5
    severity: warn
    unknown: pass
  - rule: approvals
    count: 2
    keys:
      - {key_of(BOB).verifier.encode()}
waivers:
  - rule: auc-floor
    for: delay@3
    until: 2026-12-31
    by: ada
    reason: the winter data arrives in December
recorded-waivers: never
"""


def test_a_whole_policy_is_read() -> None:
    found = read_policy(WHOLE.encode(), "p.yaml", load_rules())
    assert (found.name, found.description) == ("production", "What may call itself production.")
    assert [each.called for each in found.rules] == [
        "clean-commit",
        "auc-floor",
        "no-gaps",
        "approvals",
    ]
    metric, gaps = found.rules[1], found.rules[2]
    assert dict(metric.asked)["min"] == 0.001
    assert metric.only_for == ("production", "eu-*")
    assert metric.where == "p.yaml:6"
    assert (gaps.severity, gaps.unknown_passes) == (Severity.WARN, True)
    assert gaps.asked.texts("except") == ("unseeded",)
    (waiver,) = found.waivers
    assert (waiver.rule, waiver.until, waiver.source) == ("auc-floor", "2026-12-31", "p.yaml:24")
    assert found.who_waives is WhoWaives.NEVER
    assert found.text == WHOLE


def test_what_is_read_is_what_the_schema_describes() -> None:
    told = yaml.load(WHOLE, Loader=yaml.BaseLoader)
    told["version"] = 1
    Draft202012Validator(load_schema("policy-1")).validate(told)


MISTAKES: dict[str, tuple[str, str]] = {
    "": ("p.yaml is empty", "small policy"),
    "rules: [clean-commit]": ("p.yaml:1: the policy has no name", "policy: production"),
    "policy: p": ("p.yaml:1: the policy has no rules", "clean-commit"),
    "policy: p\nrules: []": ("p.yaml:2: the policy has no rules", "lets all pass"),
    "policy: p\nversion: 2\nrules: [clean-commit]": ("p.yaml:2: a policy of version 2", "newer"),
    "policy: p\nrule: [clean-commit]": ("p.yaml:2: a policy has no 'rule'", "did you mean rules"),
    "policy: p\npolicy: q": ("p.yaml:2: 'policy' is said a second time", "line 1"),
    "policy: p\nrules: [clean-comit]": (
        "p.yaml:2: there is no rule 'clean-comit'",
        "did you mean clean-commit",
    ),
    "policy: p\nrules:\n  - min: 3": ("p.yaml:3: which rule?", "- rule: NAME"),
    "policy: p\nrules:\n  - rule: metric\n    min: 1": (
        "p.yaml:3: the rule metric needs 'metric'",
        "metric: …",
    ),
    "policy: p\nrules:\n  - rule: metric\n    metric: auc\n    min: high": (
        "p.yaml:5: min is a number, not 'high'",
        "0.75",
    ),
    "policy: p\nrules:\n  - rule: metric\n    metric: auc\n    min: .nan": (
        "p.yaml:5: min is a number",
        "",
    ),
    "policy: p\nrules:\n  - rule: metric\n    metric: auc": (
        "p.yaml:3: the rule metric: say min, max or compared-to",
        "",
    ),
    "policy: p\nrules:\n  - rule: metric\n    metric: auc\n    mim: 1": (
        "p.yaml:5: the rule metric knows no 'mim'",
        "did you mean min",
    ),
    "policy: p\nrules:\n  - rule: approvals\n    count: 1.5": (
        "p.yaml:4: count is a whole number, 0 or more, not 1.5",
        "",
    ),
    "policy: p\nrules:\n  - rule: approvals\n    count: 0": ("p.yaml:3: the rule approvals", ""),
    "policy: p\nrules:\n  - rule: approvals\n    keys: [bob]": (
        "p.yaml:3: the rule approvals: keys:",
        "",
    ),
    "policy: p\nrules:\n  - rule: approvals\n    by-authors: perhaps": (
        "p.yaml:4: by-authors is true or false",
        "",
    ),
    "policy: p\nrules:\n  - rule: no-gaps\n    layers: [cod]": (
        "p.yaml:4: layers cannot be 'cod'",
        "did you mean code",
    ),
    "policy: p\nrules:\n  - rule: no-gaps\n    kinds: [nothing]": (
        "p.yaml:3: the rule no-gaps: kinds: there is no kind of gap 'nothing'",
        "",
    ),
    "policy: p\nrules:\n  - rule: clean-commit\n    severity: fatal": (
        "p.yaml:4: severity cannot be 'fatal'",
        "block, warn",
    ),
    "policy: p\nrules: [clean-commit, clean-commit]": (
        "p.yaml:2: 'clean-commit' is there already",
        "as: NAME",
    ),
    "policy: p\nrules: [clean-commit]\nwaivers:\n  - rule: metric\n    until: 2026-12-31\n"
    "    by: a\n    reason: b": ("p.yaml:4: the policy has no rule 'metric' to waive", ""),
    "policy: p\nrules: [clean-commit]\nwaivers:\n  - rule: clean-commit\n    until: 2026-13-31\n"
    "    by: a\n    reason: b": ("p.yaml:5: '2026-13-31' is no day", "2026-12-31"),
    "policy: p\nrules: [clean-commit]\nwaivers:\n  - rule: clean-commit\n    until: 2026-12-31\n"
    "    by: a": ("p.yaml:4: the waiver has no 'reason'", ""),
    "policy: p\nrules: [clean-commit]\nrecorded-waivers: me": (
        "p.yaml:3: recorded-waivers cannot be 'me'",
        "others, anyone, never",
    ),
    "policy: p\nrules: &all [clean-commit]": ("p.yaml:2: this is no YAML: anchors", ""),
    "policy: p\nrules: [!!python/name:os.system x]": ("p.yaml:2: ", ""),
    "policy: p\n  rules: [clean-commit]": ("p.yaml:2: this is no YAML", ""),
    "policy: p\nrules: [clean-commit\n": ("p.yaml:3: this is no YAML", "line before"),
    "- policy: p": ("p.yaml:1: a policy is a mapping", "key: value"),
    "policy: {a: b}\nrules: [clean-commit]": ("p.yaml:1: policy is a text", ""),
    "? [a]\n: b": ("p.yaml:1: a key is a word", ""),
    "policy: p\nrules:\n  - rule: approvals\n    by-authors: yes": (
        "p.yaml:4: by-authors is true or false",
        "",
    ),
    "policy: p\n---\npolicy: q": ("p.yaml:2: this is no YAML", ""),
    "policy: " + "[" * 60 + "]" * 60: ("p.yaml:1: nested too deep", "flat"),
    "policy: p\x00": ("p.yaml", ""),
}


@pytest.mark.parametrize(("text", "told"), MISTAKES.items(), ids=range(len(MISTAKES)))
def test_a_mistake_is_told_with_its_line(text: str, told: tuple[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        read_policy(text.encode(), "p.yaml", load_rules())
    assert caught.value.message.startswith(told[0])
    assert told[1] in caught.value.hint


def test_what_is_too_large_or_no_text_is_refused() -> None:
    for text in (b"a" * (MOST_BYTES + 1), b"policy: \xff"):
        with pytest.raises(UsageError):
            read_document(text, "p.yaml")


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=80) | st.from_regex(r"policy: p\nrules:\n( - ?[a-z\-:\n {}\[\]]{0,30}){1,3}")
)
def test_any_text_is_a_policy_or_a_told_mistake(text: str) -> None:
    try:
        found = read_policy(text.encode("utf-8", "surrogatepass"), "p.yaml", load_rules())
    except UsageError as error:
        told = error.message
        assert told.startswith("p.yaml")
    else:
        assert found.rules


plain = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    """A rule with values for its options, each of its sort."""
    name = draw(st.sampled_from(sorted(load_rules())))
    told: dict[str, Any] = {"rule": name}
    for option in load_rules()[name].OPTIONS:
        words = st.sampled_from(option.choices) if option.choices else plain
        values: dict[Sort, st.SearchStrategy[Any]] = {
            Sort.TEXT: words,
            Sort.TEXTS: st.lists(words, min_size=1, max_size=3) | words,
            Sort.NUMBER: st.floats(0, 1) | st.integers(0, 9),
            Sort.COUNT: st.integers(0, 99),
            Sort.FLAG: st.booleans(),
        }
        if option.required or draw(st.booleans()):
            told[option.name] = draw(values[option.sort])
    return told


@settings(max_examples=100, deadline=None)
@given(asked())
def test_values_of_the_right_sort_are_taken_as_they_are(told: dict[str, Any]) -> None:
    text = yaml.safe_dump({"policy": "p", "rules": [told]}, allow_unicode=True)
    try:
        (call,) = read_policy(text.encode(), "p.yaml", load_rules()).rules
    except UsageError as error:
        # What does not fit together is a mistake of another kind, and named as one.
        assert f"the rule {told['rule']}: " in error.message  # noqa: PT017
        return
    for key, value in told.items():
        if key != "rule":
            kept = call.asked[key]
            listed = value if isinstance(value, list) else [value]
            assert (
                list(kept) == list(map(str, listed))
                if isinstance(kept, tuple)
                else (kept == value or kept == str(value))
            )


def test_the_digest_is_of_the_bytes_of_the_file() -> None:
    one, other = policy("  - clean-commit"), policy("  - clean-commit  # said otherwise")
    assert one.sha256 != other.sha256
    assert one.node != other.node
    assert one.node == policy("  - clean-commit").node
