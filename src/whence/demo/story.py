"""The demo's story as data: what is run, what is changed in between, what is asked."""

from dataclasses import dataclass

STEPS = ("prepare.py", "features.py", "train.py", "evaluate.py")


@dataclass(frozen=True, slots=True)
class Change:
    """One edit between the two rounds, one for each layer."""

    layer: str
    told: str
    file: str
    before: str
    after: str


CHANGES = (
    Change(
        "parameters",
        "the trees may grow more leaves",
        "config.yaml",
        "leaves: 31",
        "leaves: 63",
    ),
    Change(
        "code",
        "the age of a plane is taken at a wrong date",
        "features.py",
        'flights["year"] - flights["built"]',
        'flights["built"] - 1900',
    ),
)
"""Edits of text; that some rows of the data go missing is done in ``stage``."""

ARGUMENTS = (("train.py", ()), ("train.py", ("--learning-rate", "0.3")))
"""What the first and the second round give to the training on its command line."""

DROPPED_ROWS = 4_000
"""So many flights are missing from the second round's raw table."""


@dataclass(frozen=True, slots=True)
class Question:
    """A command of Whence, and what it is asked for."""

    told: str
    command: tuple[str, ...]


QUESTIONS = (
    Question("What was run?", ("log",)),
    Question("Where does this model come from?", ("trace", "models/delay.joblib")),
    Question("It has a name now, and production points at it.", ("show", "delay@production")),
    Question("Why is the second model worse than the first?", ("diff", "delay@1", "delay@2")),
    Question("What depends on the weather?", ("impact", "data/raw/weather.csv")),
    Question(
        "How is the report connected to the raw flights?",
        ("path", "reports/metrics.json", "data/raw/flights.csv"),
    ),
    Question("What does nobody know?", ("gaps", "delay@2")),
    Question("Is the record as it was written?", ("fsck",)),
    Question("Can the first model be had again?", ("reproduce", "delay@1")),
    Question(
        "Which of the changes did it? Each is exchanged, alone and with others, and run again.",
        ("attribute", "delay@1", "delay@2", "--metric", "auc", "--jobs", "2", "--seeds", "2"),
    ),
)
