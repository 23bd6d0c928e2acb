"""Run the main job on real data: 336,776 flights, four plain scripts, two rounds, every question.

The demo works in a scratch folder that goes when it is done, unless --keep says where to leave it.
Needs the extra packages of `pip install 'whence[demo]'`, and git; no network.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from whence.cli.console import Console
from whence.demo.playing import play, run_whence
from whence.demo.story import QUESTIONS
from whence.errors import UsageError

SUMMARY = "run the main job on real data in a scratch folder"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--keep", metavar="FOLDER", type=Path, help="work in this new folder and leave it there"
    )


def execute(args: argparse.Namespace, console: Console) -> int:
    """Play the story."""
    if args.keep is None:
        folder = Path(tempfile.mkdtemp(prefix="whence-demo-"))
    else:
        folder = args.keep.absolute()
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{args.keep} is not empty", hint="name a new folder")
        folder.mkdir(parents=True, exist_ok=True)
    try:
        _play(folder, console)
    finally:
        if args.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    if args.keep is None:
        console.print("\nThe scratch folder is gone again; `whence demo --keep FOLDER` leaves it.")
    else:
        console.print(f"\nEverything is in {folder}: go there and ask on.")
    return 0


def _play(folder: Path, console: Console) -> None:
    def tell(text: str) -> None:
        console.print(text)
        console.out.flush()

    play(folder, tell)
    for question in QUESTIONS:
        tell(f"\n── {question.told}")
        run_whence(folder, tell, *question.command)
