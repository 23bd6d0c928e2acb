"""Contents kept by their SHA-256, so that a run can be done again; see decision record 18.

::

    .whence/objects/
    ├── ab/cdef…          a content as it is: what cannot be made smaller, or shares its blocks
    ├── ab/cdef….zst      a content, compressed
    ├── ab/cdef….list     a large content: which pieces it is made of, in order
    ├── pieces/a/bcde…    a piece of large contents, as it is or compressed
    └── inventory         what records count on

- ``vault``: ``ObjectStore``, the only door.
- ``durable``: a file is written whole and safe, or not at all.
- ``coding``: made smaller, and back.
- ``cutting``: where a large content is cut, so that versions of it share what is equal.
- ``listing``: which pieces a large content is made of, as bytes and back.
- ``layout``: where the files lie; ``files``: how they are read.
- ``inventory``: what records count on; ``checking`` misses what is gone, and finds what is damaged.
- ``sweeping``: takes away what nobody needs.
- ``together``: several things at a time.
- ``cloning``: copies that share their blocks, where the file system can.
"""

from whence.store.objects.vault import ObjectStore

__all__ = ["ObjectStore"]
