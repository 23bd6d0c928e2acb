"""What runs in the rebuilt environment, in the sandbox: loads both files, compares what they hold.

Written for Python 3.8 and later, with the standard library and whatever the environment has.
``start`` runs one of the others; each has ``answer(words)``, which returns what JSON can say.
"""
