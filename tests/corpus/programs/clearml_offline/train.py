from clearml import Task

Task.set_offline(offline_mode=True)
task = Task.init(project_name="examples", task_name="numbers", auto_connect_frameworks=False, auto_resource_monitoring=False)
params = task.connect({"rate": 0.3, "rounds": 4})
logger = task.get_logger()

with open("start.txt") as f:
    value = float(f.read())
for at in range(params["rounds"]):
    value *= 1 - params["rate"]
    logger.report_scalar(title="value", series="train", value=value, iteration=at)
print("value", value)
with open("end.txt", "w") as f:
    f.write(f"{value}\n")
task.close()
