# {"reads": ["many/0", "many/1", "many/2", "many/3"], "writes": ["w0", "w1", "w2", "w3"], "processes": 2}
# mypy: ignore-errors
import multiprocessing


def copy(number):
    with open(f"many/{number}") as source, open(f"w{number}", "w") as target:
        target.write(source.read())


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(copy, range(4), chunksize=1)
