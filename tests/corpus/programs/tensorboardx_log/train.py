import json

from tensorboardX import SummaryWriter

with open("schedule.json") as f:
    schedule = json.load(f)
writer = SummaryWriter(logdir="logs")
error = 1.0
for step in range(schedule["steps"]):
    error *= schedule["decay"]
    writer.add_scalar("error", error, global_step=step)
writer.close()
print("error", error)
