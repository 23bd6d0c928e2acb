"""How alike the model of each program is, done again under each condition.

The order is that of ``conditions.CONDITIONS``. A set holds what may come: which of them depends on
the machine, on how threads meet, or on how a folder is listed.
"""

from whence.reproduction.interface import Likeness

B, C, V = Likeness.BYTES, Likeness.CANONICAL, Likeness.VALUES
P, L, D = Likeness.PREDICTIONS, Likeness.DECISIONS, Likeness.DIFFERENT

Row = tuple[set[Likeness], ...]

EXPECTED: dict[str, Row] = {
    "forest": ({B}, {B}, {B}, {B}, {B}, {D}),
    "xgb": ({B}, {B}, {B}, {B, C, V}, {B}, {D}),
    "lgbm": ({B}, {B}, {B}, {B, C, V}, {B}, {D}),
    "histogram": ({B}, {B}, {B}, {C, V}, {B}, {D}),
    "logistic": ({B}, {B}, {B}, {B, V}, {B}, {P}),
    "network": ({B}, {B}, {B}, {B, V}, {B}, {D}),
    "perceptron": ({B}, {B}, {B}, {B, V}, {B}, {D}),
    "words": ({C}, {C}, {C}, {C}, {C}, {D, L}),
    "parallel": ({B, C}, {B, C}, {B, C}, {B, C}, {B, C}, {D}),
    "trap_set": ({B, C}, {B, C}, {D}, {B, C}, {B, C}, {D}),
    "trap_time": ({C}, {C}, {C}, {C}, {C}, {C, P, D}),
    "trap_seed": ({D, L}, {D, L}, {D, L}, {D, L}, {D, L}),
    "trap_listing": (*(({B, D, L},) * 5), {P, D, L}),
}
