# {"reads": ["in.joblib"], "writes": ["out.joblib"], "needs": "joblib"}
# mypy: ignore-errors
import joblib

joblib.dump(joblib.load("in.joblib"), "out.joblib", compress=3)
