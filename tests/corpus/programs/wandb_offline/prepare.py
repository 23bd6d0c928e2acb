with open("target.txt", "w") as out:
    out.write("8.5\n")
