# {"reads": ["a.txt"], "writes": ["out.txt"], "python": {"miss": ["a.txt", "case.sh"]}}
env -i /bin/sh -c 'cat a.txt > out.txt'
