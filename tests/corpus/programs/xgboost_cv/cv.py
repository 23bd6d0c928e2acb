import polars as pl
import xgboost as xgb

df = pl.read_csv("houses.csv")
train = xgb.DMatrix(df.drop("price").to_numpy(), label=df["price"].to_numpy(), feature_names=df.columns[:-1])
params = {"max_depth": 3, "learning_rate": 0.4, "objective": "reg:squarederror"}
cv = xgb.cv(params, train, num_boost_round=15, nfold=4, metrics="rmse", seed=6)
print("rmse", cv["test-rmse-mean"].iloc[-1])
cv.to_csv("cv.csv", index=False)

model = xgb.train(params, train, num_boost_round=15)
model.save_model("model.ubj")
again = xgb.Booster(model_file="model.ubj")
pl.DataFrame({"predicted": again.predict(train)}).write_csv("predicted.csv")
