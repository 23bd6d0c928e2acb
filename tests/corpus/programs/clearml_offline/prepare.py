with open("start.txt", "w") as out:
    out.write("100\n")
