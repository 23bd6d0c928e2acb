import sys

import numpy as np
from omegaconf import OmegaConf

base = OmegaConf.load("base.yaml")
experiment = OmegaConf.load("experiment.yaml")
cfg = OmegaConf.merge(base, experiment, OmegaConf.from_cli(sys.argv[1:]))

rng = np.random.RandomState(cfg.seed)
values = np.genfromtxt(cfg.input, delimiter=",", names=True)
noise = rng.normal(scale=cfg.noise.scale, size=len(values))
smoothed = np.convolve(values["price"] + noise, np.ones(cfg.window) / cfg.window, mode=cfg.mode)
np.savetxt("smoothed.csv", smoothed, fmt="%.5f")
