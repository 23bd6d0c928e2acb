with open("goal.txt", "w") as out:
    out.write("5\n")
