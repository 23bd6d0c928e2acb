import sys

import joblib
import pandas as pd
import yaml
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.metrics import mean_absolute_percentage_error

with open(sys.argv[1]) as stream:
    config = yaml.safe_load(stream)

df = pd.read_csv(config["data"]["train"])
target = config["data"]["target"]
model = ExtraTreesRegressor(**config["model"]["params"])
model.fit(df.drop(columns=target), df[target])

test = pd.read_csv(config["data"]["test"])
mape = mean_absolute_percentage_error(test[target], model.predict(test.drop(columns=target)))
print("MAPE %.8f" % mape)
joblib.dump(model, config["output"], compress=3)
