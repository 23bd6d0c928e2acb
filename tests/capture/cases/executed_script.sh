# {"reads": ["a.txt"], "writes": ["out.txt"], "executed": ["tool.sh"], "python": {"miss": ["a.txt", "case.sh", "tool.sh"]}}
./tool.sh a.txt > out.txt
