import joblib
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

df = pd.read_csv("churn_train.csv")
tree = DecisionTreeClassifier(max_depth=5, criterion="entropy", random_state=19)
tree.fit(df.drop(columns="churned"), df["churned"])
joblib.dump(tree, "tree.joblib")
