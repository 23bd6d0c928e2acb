"""The peer: FastAPI that inserts each body into SQLite; no check, no ledger, no graph."""

import json
import sqlite3
import sys

import uvicorn
from fastapi import FastAPI, Request

SYNCHRONOUS = sys.argv[3]
app = FastAPI()
connection = sqlite3.connect(sys.argv[2], isolation_level=None, check_same_thread=False)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute(f"PRAGMA synchronous={SYNCHRONOUS}")
connection.execute("CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, run TEXT, body TEXT)")


@app.post("/api/v1/lineage", status_code=201)
async def take(request: Request) -> dict[str, bool]:
    event = await request.json()
    connection.execute(
        "INSERT INTO event (run, body) VALUES (?, ?)", (event["run"]["runId"], json.dumps(event))
    )
    return {"ok": True}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
