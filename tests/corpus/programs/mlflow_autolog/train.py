import mlflow
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.sklearn.autolog(log_models=False, log_datasets=False)

df = pd.read_csv("houses.csv")
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="price"), df["price"], random_state=2)
with mlflow.start_run():
    model = Ridge(alpha=0.3)
    model.fit(X_train, y_train)
    print("score", model.score(X_test, y_test))
