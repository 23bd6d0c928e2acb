#!/bin/bash
set -euo pipefail
mkdir -p work
tail -n +2 orders.csv | sort -t, -k2,2 > work/sorted.csv
cut -d, -f2 work/sorted.csv | uniq -c | sort -rn > work/by_product.txt
awk -F, '{ total += $4 } END { print "units", total }' work/sorted.csv > work/total.txt
python - <<'PY' > report.txt
for line in open("work/by_product.txt"):
    count, product = line.split()
    print(f"{product}: {count} orders")
PY
gzip -k -f work/sorted.csv
