"""Where else a content may come from, when it is not among the kept objects.

- ``interface``: what is asked, and what may be answered.
- ``finding``: asks one source after the other, and checks what comes.
- One file for each source; others come in through the entry points ``whence.sources``.
- ``repositories`` and ``downloading``: what several of them need.
"""

from whence.reproduction.sources.finding import Content, Missing, find_content

__all__ = ["Content", "Missing", "find_content"]
