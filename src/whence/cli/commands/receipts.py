"""Look at receipts: what serving code said of each prediction.

Services write receipts with `whence.receipts`, into `.whence/receipts`, the folder that
WHENCE_RECEIPTS names, or one that --receipts names here. `whence trace RECEIPT` goes from the
prediction to the raw data; these tell more of the receipts themselves:

    whence receipts list --model delay@3 --since 2026-03-03
    whence receipts find --input request.json
    whence receipts find --request 7c1f…
    whence receipts verify rcp_… --input request.json
    whence receipts file

`verify` says whether this input gave this receipt (exit status 1 if not). Receipts hold keyed
digests of inputs, never inputs: whoever has the input and may read the key can confirm it. `find`
asks the other way round. `file` moves what services that were killed left behind to its place; a
running service does the same.
"""

import argparse
from pathlib import Path

from whence.cli.console import Console
from whence.cli.predictions import receipt_folders
from whence.cli.render.receipts import render_receipts
from whence.cli.verb import add_json
from whence.drawing.figures import counted
from whence.errors import StoreError, UsageError
from whence.model.moment import read_moment
from whence.receipts.confirming import confirms, digests_of
from whence.receipts.filing import file_all
from whence.receipts.folders import default_folder
from whence.receipts.reading import Wanted, find_receipt, list_receipts
from whence.receipts.receipt import receipt_json

SUMMARY = "look at the receipts of predictions"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("action", choices=["list", "find", "verify", "file"])
    parser.add_argument("receipt", metavar="RECEIPT", nargs="?", help="rcp_…, for verify")
    parser.add_argument("-n", "--limit", type=int, default=20, help="how many (default 20)")
    parser.add_argument("--model", default="", metavar="NAME@N", help="only of this version")
    parser.add_argument("--env", default="", metavar="ENV", help="only of this environment")
    parser.add_argument("--since", metavar="TIME", help="only from then on, such as 2026-03-03")
    parser.add_argument("--until", metavar="TIME", help="only up to then")
    parser.add_argument("--request", default="", metavar="ID", help="only of this request")
    parser.add_argument("--input", metavar="FILE", help="what the model got")
    parser.add_argument("--output", metavar="FILE", help="what the model gave, for verify")
    parser.add_argument("--receipts", metavar="FOLDER", help="where the receipts are")
    add_json(parser)


def execute(args: argparse.Namespace, console: Console) -> int:
    """Do what is asked."""
    if args.limit < 1:
        raise UsageError(f"--limit {args.limit}: at least 1 receipt is needed")
    if args.receipt is not None and args.action != "verify":
        raise UsageError(
            f"whence receipts {args.action} takes no RECEIPT",
            hint=f"`whence show {args.receipt}` tells all of one",
        )
    folders = receipt_folders(default_folder().parent, args.receipts)
    if args.action == "file":
        return _file(folders, args, console)
    if args.action == "verify":
        return _verify(folders, args, console)
    return _list(folders, args, console)


def _list(folders: list[Path], args: argparse.Namespace, console: Console) -> int:
    if args.action == "find" and not (args.input or args.request):
        raise UsageError("what is to be found?", hint="give --input FILE or --request ID")
    inputs = digests_of(folders, Path(args.input)) if args.input else frozenset()
    wanted = Wanted(
        model=args.model,
        environment=args.env,
        request=args.request,
        since=_since(args.since),
        until=read_moment(args.until) if args.until else "",
        inputs=inputs,
    )
    # With no key at hand nothing can be the digest of a file.
    is_blind = bool(args.input) and not inputs
    found = [] if is_blind else list_receipts(folders, wanted, args.limit)
    told = [receipt_json(each) for each in found]
    if args.json:
        console.print_json({"receipts": told})
    else:
        console.print(render_receipts(told, width=console.width, styled=console.styled))
    return 0 if found or args.action == "list" else 1


def _since(text: str | None) -> str:
    """The moment from which on receipts are asked for; a day alone means its beginning."""
    if not text:
        return ""
    return read_moment(f"{text}T00:00Z" if len(text) == len("2026-03-03") else text)


def _verify(folders: list[Path], args: argparse.Namespace, console: Console) -> int:
    if args.receipt is None or not (args.input or args.output):
        raise UsageError(
            "verify needs a receipt and a file", hint="whence receipts verify rcp_… --input FILE"
        )
    receipt = find_receipt(folders, args.receipt)
    asked = {"input": args.input, "output": args.output}
    told = {
        name: confirms(folders, receipt, Path(path), output=name == "output")
        for name, path in asked.items()
        if path
    }
    if args.json:
        console.print_json({"receipt": receipt.id, "model": receipt.model, **told})
    else:
        for name, holds in told.items():
            word = "is" if holds else "is NOT"
            console.print(f"{asked[name]} {word} the {name} of {receipt.id}")
    return 0 if all(told.values()) else 1


def _file(folders: list[Path], args: argparse.Namespace, console: Console) -> int:
    try:
        count = sum(file_all(folder) for folder in folders)
    except OSError as error:
        raise StoreError(
            f"receipts cannot be filed: {error}", hint="check who owns the folder"
        ) from error
    if args.json:
        console.print_json({"filed": count})
    else:
        told = f"{counted(count, 'receipt', 'receipts')} filed"
        console.print(told if count else "nothing was left behind")
    return 0
