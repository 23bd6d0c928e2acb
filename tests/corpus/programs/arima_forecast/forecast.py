import warnings

import pandas as pd
from statsmodels.tsa.arima.model import ARIMA

warnings.filterwarnings("ignore")
series = pd.read_csv("visits.csv", index_col="day", parse_dates=True)["visits"].asfreq("D")
train, test = series[:-14], series[-14:]
fit = ARIMA(train, order=(2, 1, 1)).fit()
forecast = fit.forecast(14)
print(f"aic {fit.aic:.6f}")
pd.DataFrame({"actual": test, "forecast": forecast}).to_csv("forecast.csv")
