from typing import Any


def seeds(found: Any) -> dict[str, Any]:
    return {each["name"]: each["value"] for each in found.all("seed")}


def test_seeds_are_told_with_the_line_that_set_them(watch: Any) -> None:
    found = watch("import random\nrandom.seed(3)\nr = random.Random(x := 8)\nprint(r.random())\n")
    assert seeds(found) == {"random": 3, "random.Random": 8}
    assert [each["where"].rsplit("/")[-1] for each in found.all("seed")] == [
        "main.py:2",
        "main.py:3",
    ]
    assert found.all("random") == []


def test_randomness_without_a_seed_is_told(watch: Any) -> None:
    found = watch("import random\nx = random.random()\n")
    assert found.one("random") == {"name": "random", "seeded": False, "where": ""}


def test_what_is_imported_and_not_used_is_not_told(watch: Any) -> None:
    assert watch("import random, tempfile\ntempfile.mkdtemp()\n").told == ()


def test_an_error_of_the_program_is_shown_as_it_would_be(watch: Any) -> None:
    found = watch(
        "import random, traceback\n"
        "try:\n    random.seed([])\n"
        "except TypeError:\n    traceback.print_exc()\n"
        "def f():\n    random.seed({})\n"
        "f()\n"
    )
    assert found.status == 1
    assert found.stderr.count("Traceback") == 2
    assert found.all("seed") == []
