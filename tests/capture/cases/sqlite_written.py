# {"reads": ["in.sqlite"], "writes": ["in.sqlite"], "updates": ["in.sqlite"], "as_read": ["in.sqlite"]}
# mypy: ignore-errors
import sqlite3

with sqlite3.connect("in.sqlite") as base:
    base.execute("insert into t values (2)")
base.close()
