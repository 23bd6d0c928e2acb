"""What other tools load from Whence, inside the user's program, by entry points of their own.

Each file is for one tool. It imports nothing but the standard library, since it runs in trainings.
"""
