import os

import psycopg

with psycopg.connect(os.environ["PGURL"]) as conn, conn.cursor() as cur:
    cur.execute("SELECT name, age, income FROM customers WHERE income > %s ORDER BY name", (40000,))
    rows = cur.fetchall()
    with open("rich.tsv", "w") as out:
        for row in rows:
            print(*row, sep="\t", file=out)
    with open("all.csv", "wb") as out, cur.copy("COPY customers TO STDOUT (FORMAT csv, HEADER)") as copy:
        for data in copy:
            out.write(data)
