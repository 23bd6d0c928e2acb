import numpy as np
from sklearn.datasets import load_wine
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import KFold, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

X, y = load_wine(return_X_y=True)
cv = KFold(n_splits=5, shuffle=True, random_state=3)
model = make_pipeline(MinMaxScaler(), RidgeClassifier(alpha=2.0))

scores = cross_val_score(model, X, y, cv=cv)
print("mean accuracy: %.6f" % scores.mean())

results = cross_validate(model, X, y, cv=cv, scoring=["balanced_accuracy"])
np.savetxt("scores.txt", scores)
