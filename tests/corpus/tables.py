"""Small tables that the corpus's programs read, the same bytes on every machine."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

Row = tuple[object, ...]


def flowers(dice: random.Random) -> Iterator[Row]:
    yield "sepal_length", "sepal_width", "petal_length", "petal_width", "species"
    for at in range(150):
        kind = at % 3
        yield (
            *(round(dice.gauss(mean + kind * slope, 0.35), 1) for mean, slope in PETALS),
            ("setosa", "versicolor", "virginica")[kind],
        )


PETALS = ((5.0, 0.8), (3.4, -0.2), (1.5, 2.0), (0.3, 0.9))


def churn(dice: random.Random) -> Iterator[Row]:
    yield "age", "tenure", "monthly", "calls", "churned"
    for _ in range(400):
        age, tenure, calls = dice.randint(18, 80), dice.randint(0, 120), dice.randint(0, 9)
        monthly = round(dice.uniform(10, 120), 2)
        leaves = monthly / 60 + calls / 4 - tenure / 50 + dice.gauss(0, 0.7) > 1
        yield age, tenure, monthly, calls, int(leaves)


def houses(dice: random.Random) -> Iterator[Row]:
    yield "area", "rooms", "age", "price"
    for _ in range(300):
        area, rooms, age = round(dice.uniform(30, 200), 1), dice.randint(1, 7), dice.randint(0, 90)
        yield area, rooms, age, round(1.9 * area + 8 * rooms - 0.4 * age + dice.gauss(30, 9), 2)


def customers(dice: random.Random) -> Iterator[Row]:
    yield "name", "age", "income", "spending"
    for at in range(200):
        group = at % 4
        yield (
            f"customer {at:03}",
            round(dice.gauss(25 + 14 * group, 3)),
            round(dice.gauss(25_000 + 11_000 * group, 2_500)),
            round(dice.gauss(80 - 17 * group, 5), 1),
        )


def passengers(dice: random.Random) -> Iterator[Row]:
    yield "sex", "deck", "age", "fare", "survived"
    for _ in range(300):
        sex, fare = dice.choice(("female", "male")), round(dice.expovariate(1 / 30), 2)
        age = "" if dice.random() < 0.15 else round(dice.uniform(1, 75), 1)
        lives = (sex == "female") + fare / 60 + dice.gauss(0, 0.5) > 0.8
        yield sex, dice.choice("ABC"), age, fare, int(lives)


def orders(dice: random.Random) -> Iterator[Row]:
    yield "order_id", "product_id", "date", "quantity", "currency"
    for at in range(240):
        day = f"2026-0{dice.randint(1, 6)}-{dice.randint(10, 28)}"
        yield at, dice.randint(1, 12), day, dice.randint(0, 6), ("EUR", "USD", "GBP")[at % 3]


def products(dice: random.Random) -> Iterator[Mapping[str, object]]:
    for at in range(1, 13):
        category = ("tools", "toys", "books")[at % 3]
        yield {"product_id": at, "category": category, "price": round(dice.uniform(2, 90), 2)}


def reviews(dice: random.Random) -> Iterator[Mapping[str, object]]:
    for _ in range(200):
        stars = dice.randint(1, 5)
        tone = (
            ("good", "great", "fine", "loved") if stars >= 4 else ("bad", "poor", "dull", "boring")
        )
        words = ["the", dice.choice(("book", "story", "plot")), "was", dice.choice(tone)]
        yield {"text": " ".join([*words, "and", dice.choice(tone)]), "stars": stars}


CSV: Mapping[str, Callable[[random.Random], Iterator[Row]]] = MappingProxyType(
    {
        "flowers": flowers,
        "churn": churn,
        "houses": houses,
        "customers": customers,
        "passengers": passengers,
        "orders": orders,
    }
)
JSON_LINES: Mapping[str, Callable[[random.Random], Iterator[Mapping[str, object]]]] = (
    MappingProxyType({"products": products, "reviews": reviews})
)
NAMES = (*CSV, *JSON_LINES)


def written(table: str) -> str:
    """A table's text, CSV or JSON lines. ``houses more`` has the form of ``houses``, other rows."""
    dice = random.Random(table)
    name = table.partition(" ")[0]
    if name in JSON_LINES:
        return "".join(json.dumps(row) + "\n" for row in JSON_LINES[name](dice))
    return "".join(",".join(map(str, row)) + "\n" for row in CSV[name](dice))
