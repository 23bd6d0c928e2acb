import trackio

trackio.init(project="demo", config={"lr": 0.4, "layers": 3})
with open("goal.txt") as f:
    goal = float(f.read())
x = 0.0
for step in range(6):
    x += 0.4 * (goal - x)
    trackio.log({"gap": goal - x})
print("gap", goal - x)
trackio.finish()
