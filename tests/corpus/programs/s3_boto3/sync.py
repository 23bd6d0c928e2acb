import io

import boto3
import pandas as pd

s3 = boto3.client("s3")
body = s3.get_object(Bucket="lake", Key="raw/churn.csv")["Body"].read()
df = pd.read_csv(io.BytesIO(body))
s3.download_file("lake", "raw/customers.csv", "customers.csv")
summary = df.groupby("churned").mean()
summary.to_csv("summary.csv")
s3.upload_file("summary.csv", "lake", "reports/summary.csv")
s3.put_object(Bucket="lake", Key="reports/rows.txt", Body=str(len(df)).encode())
