"""One command, many programs: which processes are parts of a run, each with files of its own.

- ``tree``: the processes of a run, and which of them did what;
- ``versions``: each content that a file had while the run went on, by whom it was made and used;
- ``programs``: tables of programs that only start others, and of those that work for another;
- ``division``: which processes are a part together; a pure decision over all of these.
"""
