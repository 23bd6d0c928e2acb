# {"reads": ["b.txt"], "writes": ["b.txt"], "updates": ["b.txt"], "append": "b.txt", "as_read": ["b.txt"], "streams": {"b.txt": [1]}, "python": {"miss": ["case.sh"], "lost": ["b.txt"]}}
echo one more line
