import pandas as pd
from dvclive import Live
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score

df = pd.read_csv("churn.csv")
x, y = df.drop(columns="churned"), df["churned"]
x = (x - x.mean()) / x.std()
with Live(save_dvc_exp=False) as live:
    live.log_param("eta0", 0.05)
    clf = SGDClassifier(learning_rate="constant", eta0=0.05, random_state=30)
    for epoch in range(5):
        clf.partial_fit(x, y, classes=[0, 1])
        live.log_metric("train/accuracy", accuracy_score(y, clf.predict(x)))
        live.next_step()
    print("accuracy", accuracy_score(y, clf.predict(x)))
