import csv
import io
import os
import urllib.request

url = os.environ["DATA_URL"] + "/houses.csv"
with urllib.request.urlopen(url) as response:
    text = response.read().decode()
rows = [row for row in csv.DictReader(io.StringIO(text)) if float(row["price"]) > 200]
with open("expensive.csv", "w", newline="") as f:
    writer = csv.DictWriter(f, fieldnames=rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
