from hypothesis import given
from hypothesis import strategies as st

from whence.query.diff.weights import WEIGHTS, weigh_package, weigh_rows, weigh_unknown


def test_every_row_says_what_and_why() -> None:
    assert all(0 <= each.score <= 100 and each.says and each.why for each in WEIGHTS.values())


def test_the_order_that_was_decided() -> None:
    wanted = (
        "evaluation-data base-model split step code-ran reaching argument code-called setting "
        "package-major seed package-patch hardware code-speaks code-idle idle code-layout"
    ).split()
    assert wanted == sorted(wanted, key=lambda kind: -WEIGHTS[kind].score)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_rows_weigh_more(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert weigh_rows(less, labels=False) <= weigh_rows(more, labels=False)
    assert weigh_rows(less, labels=False) < weigh_rows(less, labels=True) < WEIGHTS["split"].score


def test_tools_and_what_is_not_known_weigh_less() -> None:
    assert weigh_package("tqdm", "package-major") < weigh_package("numpy", "package-patch")
    assert weigh_package("tqdm", "idle") == WEIGHTS["idle"].score
    assert weigh_unknown(60) == 30
