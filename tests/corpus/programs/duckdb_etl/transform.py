import duckdb

con = duckdb.connect()
con.execute("CREATE TABLE orders AS SELECT * FROM read_csv_auto('data/orders_*.csv')")
con.execute("CREATE VIEW products AS SELECT * FROM 'data/products.jsonl'")
con.execute(
    """
    COPY (
        SELECT category, sum(quantity * price) AS revenue, count(*) AS n
        FROM orders JOIN products USING (product_id)
        GROUP BY category ORDER BY revenue DESC
    ) TO 'revenue.parquet' (FORMAT parquet)
    """
)
print(con.sql("SELECT * FROM 'revenue.parquet'").fetchall())
con.sql("SELECT * FROM orders WHERE quantity > 3").write_csv("large.csv")
