"""No secret reaches the record, by whatever way it may come."""

import subprocess
import sys

from scratch import Project

# Put together here, so that nobody takes them for real ones.
TOKEN = "ghp_" + "a1B2c3D4e5" * 3 + "F6g7H8"
PASSWORD = "correct-horse" + "-battery-staple"
KEY = "AKIA" + "IOSFODNN7" + "EXAMPLX"

PROGRAM = f"""
import whence
TOKEN = "{TOKEN}"
open("config.yaml").read()
with whence.run("train") as run:
    run.log(parameters={{"api_key": "{PASSWORD}", "lr": 0.1}}, tags={{"password": "{PASSWORD}"}})
    run.used("https://ada:{PASSWORD}@example.org/data.csv")
open("out.txt", "w").write("made from a secret, and long enough")
raise SystemExit("failed with {TOKEN}")
"""


def test_nothing_of_a_secret_is_anywhere_in_the_record(project: Project) -> None:
    project.write("train.py", "print('before')\n")
    project.write("config.yaml", f"db:\n  password: {PASSWORD}\n  host: localhost\n")
    project.commit()
    project.write("train.py", PROGRAM)
    project.git("remote", "add", "origin", f"https://ada:{PASSWORD}@example.org/x.git")
    project.env |= {"MY_TOKEN": TOKEN, "HF_TOKEN": TOKEN, "AWS_ACCESS_KEY_ID": KEY}
    command = [sys.executable, "train.py", "--password", PASSWORD, f"--token={TOKEN}"]
    project.whence("run", "--tag", f"token={TOKEN}", "--", *command, status=1)
    project.whence("run", "--", "sh", "-c", f"echo --password {PASSWORD} >/dev/null", status=0)
    for path in sorted((project.folder / ".whence").rglob("*")):
        # Contents for doing runs again are copies of the user's own files: decision record 18.
        if path.is_file() and "objects" not in path.parts:
            content = path.read_bytes()
            for secret in (TOKEN, PASSWORD, KEY):
                assert secret.encode() not in content, path
    dumped = subprocess.run(
        [sys.executable, "-c", DUMP, str(project.folder / ".whence")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "localhost" in dumped
    assert "[redacted:" in dumped
    for secret in (TOKEN, PASSWORD, KEY):
        assert secret not in dumped


DUMP = """
import sys
from pathlib import Path
from whence.homecoming.texts import TextShelf
from whence.store.sqlite import SqliteStore
from whence.wire.codec import encode

folder = Path(sys.argv[1])
with SqliteStore(folder).reading() as reader:
    for kept in reader.records():
        print(encode(kept.record))
shelf = TextShelf(folder / "texts")
for path in (folder / "texts").rglob("*.text"):
    print(shelf.get(path.parent.name + path.stem))
"""
