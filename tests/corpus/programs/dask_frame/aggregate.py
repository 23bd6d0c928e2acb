import dask.dataframe as dd

if __name__ == "__main__":
    df = dd.read_csv("parts/*.csv")
    result = df[df.quantity > 1].groupby("currency").price_paid.sum().compute()
    result.to_csv("sums.csv")
    df[["order_id", "quantity"]].to_parquet("slim")
