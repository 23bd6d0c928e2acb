import csv
import tomllib

with open("settings.toml", "rb") as f:
    settings = tomllib.load(f)

limits = settings["limits"]
kept = dropped = 0
with open(settings["source"], newline="") as source, open(settings["target"], "w", newline="") as target:
    reader = csv.DictReader(source)
    writer = csv.DictWriter(target, fieldnames=reader.fieldnames)
    writer.writeheader()
    for row in reader:
        if limits["min_price"] <= float(row["price"]) <= limits["max_price"]:
            writer.writerow(row)
            kept += 1
        else:
            dropped += 1
print("kept", kept, "dropped", dropped)
