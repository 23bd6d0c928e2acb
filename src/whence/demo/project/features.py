"""The clean table becomes what a model can learn from."""

import pandas as pd

flights = pd.read_parquet("data/clean.parquet")

features = pd.DataFrame(
    {
        "month": flights["month"],
        "hour": flights["hour"],
        "weekday": pd.to_datetime(flights["time_hour"]).dt.day_of_week,
        "distance": flights["distance"],
        "age": flights["year"] - flights["built"],
        "seats": flights["seats"],
        "temp": flights["temp"],
        "wind": flights["wind_speed"],
        "rain": flights["precip"],
        "visibility": flights["visib"],
    }
)
for column in ("origin", "carrier", "dest"):
    features[column] = flights[column].astype("category").cat.codes
features["late"] = flights["arr_delay"] > 15
features.to_parquet("data/features.parquet", index=False)
print(f"{features.shape[1] - 1} features, {features['late'].mean():.1%} late")
