"""statsmodels as programs use it: what is told, and that nothing is left in its results."""

from clients.boosting.conftest import Program, facts, of, steered

DATA = """
import warnings
X["z"] = 2 * X.a + X.b
import statsmodels.api as sm
import statsmodels.formula.api as smf
"""


def test_least_squares(program: Program) -> None:
    found = program(
        DATA + "rows = sm.add_constant(X[['a', 'c']])\n"
        "r = sm.OLS(X.z, rows).fit(cov_type='HC1')\nprint(sorted(r._results._cache))\n"
        "r.save('r.pkl')\nshow('r.pkl')\n"
        "s = sm.load('r.pkl')\nprint(s.predict(rows)[:3].tolist(), r.rsquared, r.bic)\n"
    )
    assert found.status == 0, found.stderr
    assert found.all("gap") == []
    assert steered(found, "OLS")[0] == {"cov_type": "HC1"}
    told = {each["name"]: each["value"] for each in found.all("metric")}
    assert f"{told['rsquared']} {told['bic']}" in found.stdout
    (fit,) = of(found, "step", kind="fit")
    assert facts(found, fit["inputs"]["X"])["name"] == "rows"
    assert fit["coefficients"].keys() == {"const", "a", "c"}
    model = facts(found, fit["model"])
    assert (model["class"], model["features"], model["size"]) == ("OLS", ["const", "a", "c"], 3)
    (predicted,) = of(found, "step", kind="predict")
    assert found.one("write")["n"] == fit["model"]
    assert predicted["model"] == found.one("read")["n"]


def test_a_formula_and_its_table(program: Program) -> None:
    found = program(DATA + "print(smf.ols('z ~ a + b', data=X).fit().params)\n")
    values, _ = steered(found, "OLS")
    assert values == {"formula": "z ~ a + b"}
    (fit,) = found.all("step")
    assert facts(found, fit["inputs"]["train"])["name"] == "X"


def test_other_models_and_no_new_warnings(program: Program) -> None:
    found = program(
        DATA + "warnings.simplefilter('always')\n"
        "high = (X.z > 1.5).astype(int)\n"
        "sm.GLM(high, sm.add_constant(X[['c']]), family=sm.families.Binomial()).fit()\n"
        "smf.logit('h ~ c', data=X.assign(h=high)).fit(disp=0)\n"
        "from statsmodels.tsa.arima.model import ARIMA\nARIMA(X.z, order=(1, 0, 0)).fit()\n"
    )
    assert found.status == 0, found.stderr
    assert [each["by"] for each in found.all("step")] == ["GLM.fit", "Logit.fit", "ARIMA.fit"]
    assert steered(found, "GLM")[0] == {"family": "Binomial", "link": "Logit"}
    arima, defaults = steered(found, "ARIMA")
    assert arima["order"] == [1, 0, 0]
    assert defaults["seasonal_order"] == [0, 0, 0, 0]
