"""TF-IDF and a linear classifier: its pickle holds an address in memory."""
import json
import pickle
import sys

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline

notes = pd.read_csv("data/notes.csv")
train, test = notes[:300], notes[300:]
clf = Pipeline(
    [
        ("tfidf", TfidfVectorizer(ngram_range=(1, 2), stop_words="english")),
        ("sgd", SGDClassifier(loss="log_loss", random_state=int(sys.argv[1]))),
    ]
)
clf.fit(train.text, train.late)
json.dump({"accuracy": clf.score(test.text, test.late)}, open("metrics.json", "w"))
with open("model.pkl", "wb") as f:
    pickle.dump(clf, f)
