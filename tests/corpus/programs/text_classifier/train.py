import json

import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import matthews_corrcoef
from sklearn.pipeline import Pipeline

with open("reviews.jsonl") as f:
    reviews = [json.loads(line) for line in f]
texts = [r["text"] for r in reviews]
labels = [r["stars"] >= 4 for r in reviews]
cut = int(0.8 * len(texts))

text_clf = Pipeline([
    ("tfidf", TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)),
    ("clf", SGDClassifier(loss="log_loss", alpha=1e-3, random_state=42, max_iter=15, tol=None)),
])
text_clf.fit(texts[:cut], labels[:cut])
predicted = text_clf.predict(texts[cut:])
print("mcc", matthews_corrcoef(labels[cut:], predicted))
joblib.dump(text_clf, "text_clf.joblib")
