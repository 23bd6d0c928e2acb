import pandas as pd
from catboost import CatBoostClassifier, Pool

train = pd.read_csv("passengers.csv").fillna({"age": 30, "deck": "none"})
features = ["sex", "deck", "age", "fare"]
pool = Pool(train[features], train["survived"], cat_features=["sex", "deck"])

model = CatBoostClassifier(iterations=20, depth=3, learning_rate=0.1, loss_function="Logloss", random_seed=8, verbose=False)
model.fit(pool)
print("train logloss", model.get_best_score()["learn"]["Logloss"])
model.save_model("catboost.cbm")
