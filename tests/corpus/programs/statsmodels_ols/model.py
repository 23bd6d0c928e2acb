import pandas as pd
import statsmodels.formula.api as smf

houses = pd.read_csv("houses.csv")
results = smf.ols("price ~ area + rooms + age", data=houses).fit()
print("R-squared: %.6f" % results.rsquared)
print("AIC: %.4f" % results.aic)
with open("summary.txt", "w") as f:
    f.write(results.summary().as_text())
results.save("ols.pickle")
