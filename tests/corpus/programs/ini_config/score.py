import configparser
import csv

config = configparser.ConfigParser()
config.read(["defaults.ini", "local.ini"])
weights = {name: config.getfloat("weights", name) for name in config["weights"]}
threshold = config.getint("cut", "threshold")

with open(config["files"]["table"], newline="") as source, open("chosen.csv", "w", newline="") as out:
    writer = csv.writer(out)
    for row in csv.DictReader(source):
        score = sum(float(row[name]) * weight for name, weight in weights.items())
        if score > threshold:
            writer.writerow([row["name"], f"{score:.2f}"])
