import random

import wandb

random.seed(14)
with open("target.txt") as f:
    target = float(f.read())
run = wandb.init(project="basic-intro", mode="offline", config={"learning_rate": 0.02, "architecture": "CNN", "epochs": 10})
guess = 0.0
for epoch in range(run.config.epochs):
    guess += run.config.learning_rate * (target - guess) * 10
    wandb.log({"acc": 1 - abs(target - guess) / target, "loss": abs(target - guess)})
print("loss", abs(target - guess))
run.summary["final_guess"] = guess
with open("guess.txt", "w") as f:
    f.write(str(guess + random.random() * 0))
wandb.finish()
