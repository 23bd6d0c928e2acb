from hypothesis import given
from hypothesis import strategies as st

from whence.store.interface import Made
from whence.store.postgres.timeline import FIRST, Timeline

MOMENTS = st.integers(0, 999).map(lambda number: f"{number:03}")


@given(
    st.sets(MOMENTS, max_size=3 * FIRST),
    st.lists(MOMENTS, max_size=3 * FIRST, unique=True),
    st.lists(st.tuples(MOMENTS, st.integers(1, 5), st.booleans()), max_size=9),
)
def test_what_it_tells_is_so(
    before: set[str], added: list[str], asked: list[tuple[str, int, bool]]
) -> None:
    every = sorted(Made(moment, int(moment)) for moment in before)
    timeline = Timeline(every[::-1][:FIRST], whole=len(every) <= FIRST)
    for moment in added:
        if moment not in before:
            timeline.add(Made(moment, int(moment)))
            every = sorted([*every, Made(moment, int(moment))])
    for moment, limit, later in asked:
        right = [
            each for each in every if (each.moment > moment if later else each.moment < moment)
        ]
        right = (right if later else right[::-1])[:limit]
        assert timeline.made_at(moment, limit, later=later) in (right, None)
    last = timeline.made_at("~", 1, later=False)
    assert last == every[-1:]
