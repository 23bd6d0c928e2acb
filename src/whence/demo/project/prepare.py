"""Raw flights, weather and planes become one clean table."""

import pandas as pd

flights = pd.read_csv("data/raw/flights.csv")
weather = pd.read_csv("data/raw/weather.csv")
planes = pd.read_csv("data/raw/planes.csv")

flown = flights.dropna(subset=["arr_delay", "dep_time"])
flown = flown.merge(
    weather[["origin", "time_hour", "temp", "wind_speed", "precip", "visib"]],
    on=["origin", "time_hour"],
    how="left",
)
flown = flown.merge(
    planes[["tailnum", "year", "seats"]].rename(columns={"year": "built"}),
    on="tailnum",
    how="left",
)
flown.to_parquet("data/clean.parquet", index=False)
print(f"{len(flown):,} of {len(flights):,} flights were flown")
