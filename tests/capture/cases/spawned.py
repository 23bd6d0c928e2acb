# {"reads": ["many/0", "many/1"], "writes": ["w0", "w1"], "processes": 3}
# mypy: ignore-errors
import multiprocessing


def copy(number):
    with open(f"many/{number}") as source, open(f"w{number}", "w") as target:
        target.write(source.read())


if __name__ == "__main__":
    workers = [multiprocessing.get_context("spawn").Process(target=copy, args=(i,)) for i in (0, 1)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
