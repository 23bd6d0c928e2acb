# {"reads": ["a.txt", "b.txt", "sub/c.txt"], "writes": ["sorted.txt", "copy.txt", "moved/c.txt", "words.txt"], "as_read": ["sub/c.txt"], "processes": 4, "python": {"miss": ["a.txt", "b.txt", "case.sh", "sub/c.txt"]}}
set -e
sort a.txt b.txt > sorted.txt
cp a.txt copy.txt
mkdir moved
mv sub/c.txt moved/c.txt
awk '{print NF}' b.txt > words.txt
echo temporary > gone.txt
rm gone.txt
