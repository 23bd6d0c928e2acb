from typing import Any

PROGRAM = """
import gzip, inspect, pickle
import joblib, numpy as np, scipy.sparse as sp
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

a = np.arange(12.0).reshape(4, 3)
np.save("a.npy", a)
np.savez("b.npz", x=a, y=a[:, 0])
np.savetxt("c.csv", a, delimiter=",")
X = np.load("a.npy")
y = np.load("b.npz")["y"]
np.loadtxt("c.csv", delimiter=",", usecols=(0, 1))
np.load("a.npy", mmap_mode="r")
r, s = Ridge().fit(X, y), StandardScaler().fit(X)
joblib.dump(r, "r.joblib")
joblib.dump({"model": r, "scaler": s, "version": 1}, "both.joblib")
with open("r.pkl", "wb") as file:
    pickle.dump(r, file)
with gzip.open("r.pkl.gz", "wb") as file:
    pickle.dump((r, s), file)
both = joblib.load("both.joblib")
with open("r.pkl", "rb") as file:
    p = pickle.load(file).predict(X)
np.savetxt("p.csv", p)
sp.save_npz("s", sp.csr_matrix(a))
sp.load_npz("s.npz")
joblib.dump([1, 2], "list.joblib")
print(np.save == np.lib.npyio.save, {np.save: 1}[np.save], inspect.signature(np.save))
for function in (np.save, np.load, pickle.dump, joblib.load):
    print(pickle.loads(pickle.dumps(function)) is function)
"""


def test_models_and_arrays_are_followed_through_files(watch: Any) -> None:
    found = watch(PROGRAM)
    assert found.all("gap") == []

    def at(name: str, event: str) -> list[dict[str, Any]]:
        return [each for each in found.all(event) if each["location"].endswith("/" + name)]

    models = {each["class"]: each["n"] for each in found.all("object") if each.get("class")}
    fits = {each["by"]: each["model"] for each in found.all("step") if each["kind"] == "fit"}
    ridge, scaler = fits["Ridge.fit"], fits["StandardScaler.fit"]
    assert [each["n"] for each in at("r.joblib", "write")] == [ridge]
    assert [each["n"] for each in at("both.joblib", "write")] == [ridge, scaler]
    assert [each["n"] for each in at("r.pkl", "write")] == [ridge]
    assert [each["n"] for each in at("r.pkl.gz", "write")] == [ridge, scaler]
    assert len(at("both.joblib", "read")) == 2
    (loaded,) = at("r.pkl", "read")
    assert loaded["n"] not in {ridge, scaler}
    assert models["Ridge"] in {loaded["n"], ridge}
    (predict,) = [each for each in found.all("step") if each["kind"] == "predict"]
    assert predict["model"] == loaded["n"]
    (written,) = at("p.csv", "write")
    assert written["n"] == predict["outputs"]["y_pred"]
    (fit,) = [each for each in found.all("step") if each["by"] == "Ridge.fit"]
    assert fit["inputs"]["X"] == at("a.npy", "read")[0]["n"]
    assert [each["array"] for each in at("b.npz", "read")] == ["y"]
    assert at("c.csv", "read")[0]["columns"] == [0, 1]
    assert [each["by"] for each in at("s.npz", "read")] == ["scipy.sparse.load_npz"]
    assert [each["n"] for each in at("list.joblib", "write")] == [None]


def test_files_of_libraries_own_are_not_told(watch: Any) -> None:
    found = watch(
        "import multiprocessing, pickle, tempfile\n"
        "print(pickle.loads(pickle.dumps({'a': 1})))\n"
        "import logging.config\n"
    )
    assert found.all("write") == found.all("read") == []
