import os

os.makedirs("logs")
for name, lines in (("a", 30), ("b", 50)):
    with open(f"logs/{name}.txt", "w") as out:
        out.writelines(f"{at} {name}\n" for at in range(lines))
