import os
import random

import numpy as np
import torch

os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


def seed_worker(worker_id):
    worker_seed = torch.initial_seed() % 2**32
    np.random.seed(worker_seed)
    random.seed(worker_seed)


if __name__ == "__main__":
    seed_everything(99)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    g = torch.Generator()
    g.manual_seed(5)
    data = [torch.randn(4) for _ in range(20)]
    loader = torch.utils.data.DataLoader(data, batch_size=5, num_workers=1, worker_init_fn=seed_worker, generator=g, shuffle=True)
    total = sum(batch.sum() for batch in loader)
    with open("total.txt", "w") as f:
        f.write(f"{total.item():.6f}\n")
