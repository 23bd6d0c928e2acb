# {"reads": ["many/0", "many/1", "many/2", "many/3"], "writes": ["w0", "w1", "w2", "w3"], "needs": "joblib", "processes": 2}
# mypy: ignore-errors
import joblib


def copy(number):
    with open(f"many/{number}") as source, open(f"w{number}", "w") as target:
        target.write(source.read())


if __name__ == "__main__":
    joblib.Parallel(2, backend="loky")(joblib.delayed(copy)(i) for i in range(4))
