# {"reads": ["in.sqlite"], "writes": []}
# mypy: ignore-errors
import sqlite3

with sqlite3.connect("in.sqlite") as base:
    base.execute("select * from t").fetchall()
base.close()
