import ast
import textwrap

from hypothesis import given
from hypothesis import strategies as st

from whence.query.diff.syntax import Syntax, Unit, read_syntax


def syntax(text: str) -> Syntax:
    found = read_syntax(textwrap.dedent(text))
    assert found is not None
    return found


def at(found: Syntax, line: int) -> list[Unit]:
    return found.among(range(line, line + 1))


def says(text: str) -> list[str]:
    return [unit.says() for unit in syntax(text).units]


def test_what_is_no_python_has_no_statements() -> None:
    assert read_syntax("def f(:\n") is None
    assert read_syntax("a\0b") is None
    assert read_syntax(None) is None


NESTED = """\
    import os

    class Model:
        \"\"\"A model.\"\"\"

        @property
        def size(self):
            # how large
            if self.rows:
                return 1
            else:
                return (
                    2
                )
    """


def test_a_line_belongs_to_its_statement_and_that_to_its_function() -> None:
    found = syntax(NESTED)
    assert [unit.scope.name for unit in at(found, 10)] == ["Model.size"]
    assert at(found, 10)[0].scope.first == 6  # the decorator's line, as in code objects
    assert at(found, 13)[0].first == 12
    assert at(found, 4) == at(found, 5) == at(found, 8) == at(found, 11) == []
    (head,) = at(found, 7)
    assert head.opens is not None
    assert (head.opens.name, head.opens.is_function, head.first, head.last) == (
        "Model.size",
        True,
        6,
        7,
    )


def test_two_statements_of_one_line_are_two() -> None:
    assert len(at(syntax("a = 1; b = 2\nif a: b = 3\n"), 2)) == 2
    assert len(at(syntax("a = 1; b = 2\n"), 1)) == 2


def test_layout_comments_texts_and_annotations_say_nothing() -> None:
    plain = "def f(a, b=1):\n    return g(a, b)\n"
    dressed = '''\
        # as agreed
        def f(a: int,
              b: float = 1) -> float:
            """What it does."""
            return g(
                a,
                b,  # the second
            )
        '''
    assert says(plain) == says(dressed)


def test_another_place_says_something_else() -> None:
    assert says("if a:\n    b()\nc()\n") != says("if a:\n    b()\n    c()\n")
    assert says("if a:\n    b()\n") != says("while a:\n    b()\n")
    assert says("try:\n    a()\nexcept E:\n    b()\n") != says("try:\n    a()\nfinally:\n    b()\n")
    assert says("match a:\n    case 1:\n        b()\n") != says(
        "match a:\n    case 2:\n        b()\n"
    )


def test_what_a_statement_is() -> None:
    units = syntax(
        "import a\nfrom b import c\nprint(a)\nlog.info(a)\nd = e = 1\nf()\ng.h = 2\n"
    ).units
    assert [unit.imports for unit in units] == [True, True, *[False] * 5]
    assert [unit.only_speaks for unit in units] == [False, False, True, True, False, False, False]
    assert [unit.names for unit in units][4:] == [("d", "e"), (), ()]


@given(
    st.sampled_from(["a = 1", "b()", "if a:\n    b()\nelse:\n    c()", "def f(x):\n    return x"])
)
def test_every_statement_that_python_sees_is_found(text: str) -> None:
    statements = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.stmt)]
    assert len(syntax(text).units) == len(statements)
