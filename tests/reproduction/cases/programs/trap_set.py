"""Trap: the order of a set of strings becomes the order of the columns."""
import json
import pickle
import sys

import numpy as np
import pandas as pd
from sklearn.linear_model import SGDClassifier

notes = pd.read_csv("data/notes.csv")
vocabulary = list(set(" ".join(notes.text[:300]).split()))
place = {word: at for at, word in enumerate(vocabulary)}


def encode(texts):
    X = np.zeros((len(texts), len(place)))
    for row, text in enumerate(texts):
        for word in text.split():
            if word in place:
                X[row, place[word]] += 1
    return X


model = SGDClassifier(loss="log_loss", max_iter=5, tol=None, random_state=int(sys.argv[1]))
model.fit(encode(notes.text[:300]), notes.late[:300])
json.dump({"accuracy": model.score(encode(notes.text[300:]), notes.late[300:])}, open("metrics.json", "w"))
pickle.dump({"model": model, "vocabulary": vocabulary}, open("model.pkl", "wb"))
