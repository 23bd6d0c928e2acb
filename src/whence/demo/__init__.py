"""The main job on real data: 336,776 flights, four plain scripts, two runs, every question.

``project/`` holds the scripts as any user would have them; no word of Whence is in them.
"""
