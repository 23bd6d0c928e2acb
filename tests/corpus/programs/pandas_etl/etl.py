import pandas as pd

orders = pd.read_csv("raw/orders.csv", parse_dates=["date"])
products = pd.read_json("raw/products.jsonl", lines=True)
rates = pd.read_excel("raw/rates.xlsx")

merged = orders.merge(products, on="product_id", how="left").merge(rates, on="currency")
merged["amount_eur"] = merged["quantity"] * merged["price"] * merged["rate"]
merged = merged[merged["quantity"] > 0].drop_duplicates()

merged.to_parquet("clean/orders.parquet")
daily = merged.groupby(merged["date"].dt.date)["amount_eur"].sum()
daily.to_csv("clean/daily.csv")
merged.groupby("category")["amount_eur"].agg(["sum", "count"]).to_json("clean/by_category.json")
print(len(merged), "rows")
