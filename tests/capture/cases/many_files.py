# {"reads_under": {"many": 50}, "reads": [], "writes": ["total.txt"]}
# mypy: ignore-errors
total = 0
for epoch in range(3):
    for number in range(50):
        with open(f"many/{number}", "rb") as file:
            total += len(file.read())
open("total.txt", "w").write(str(total))
