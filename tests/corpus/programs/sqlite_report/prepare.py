import sqlite3

con = sqlite3.connect("shop.db")
con.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT)")
con.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, amount REAL)")
con.executemany("INSERT INTO customers VALUES (?, ?)", [(i, f"customer {i}") for i in range(20)])
con.executemany("INSERT INTO orders VALUES (?, ?, ?)", [(i, i % 20, i * 0.5) for i in range(300)])
con.commit()
con.close()
