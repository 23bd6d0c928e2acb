import os

import pandas as pd
from sqlalchemy import create_engine, text

engine = create_engine(os.environ["DATABASE_URL"])
orders = pd.read_sql("SELECT order_id, quantity, currency FROM orders WHERE quantity > 2", engine)
with engine.begin() as connection:
    connection.execute(text("CREATE TABLE totals AS SELECT currency, sum(quantity) AS units FROM orders GROUP BY currency"))
orders.to_csv("orders.csv", index=False)
