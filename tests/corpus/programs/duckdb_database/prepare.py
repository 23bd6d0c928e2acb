import duckdb

con = duckdb.connect("warehouse.duckdb")
con.execute("CREATE TABLE payments AS SELECT 'c' || (i % 7) AS customer, i * 1.5 AS amount FROM range(500) t(i)")
con.close()
