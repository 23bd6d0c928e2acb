import sqlite3

import pandas as pd

con = sqlite3.connect("shop.db")
top = pd.read_sql(
    "SELECT c.name, SUM(o.amount) AS total FROM orders o JOIN customers c ON c.id = o.customer_id "
    "WHERE o.amount > ? GROUP BY c.name ORDER BY total DESC LIMIT 5",
    con,
    params=(10,),
)
con.close()
top.to_html("top.html")
top.to_csv("top.csv", index=False)
