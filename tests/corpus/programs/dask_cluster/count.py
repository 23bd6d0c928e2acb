from pathlib import Path

from dask.distributed import Client, LocalCluster


def count(path):
    lines = Path(path).read_text().count("\n")
    Path(path).with_suffix(".count").write_text(f"{lines}\n")
    return lines


if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        totals = client.gather(client.map(count, ["logs/a.txt", "logs/b.txt"]))
    Path("total.txt").write_text(f"{sum(totals)}\n")
