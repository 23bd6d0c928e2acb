#!/bin/sh
set -e
mkdir -p runs
for seed in 1 2 3; do
  python train.py --seed "$seed" --out "runs/$seed.json"
done
python -c "
import glob, json
scores = [json.load(open(p))['score'] for p in sorted(glob.glob('runs/*.json'))]
open('summary.txt', 'w').write('%.6f' % (sum(scores) / len(scores)))
"
