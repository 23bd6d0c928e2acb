import datetime
import random

dice = random.Random(5)
with open("visits.csv", "w") as out:
    out.write("day,visits\n")
    level = 100.0
    for at in range(120):
        level += dice.gauss(0.3, 3)
        day = datetime.date(2026, 1, 1) + datetime.timedelta(days=at)
        out.write(f"{day},{level:.1f}\n")
