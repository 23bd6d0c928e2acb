"""A store that is behind HTTP: the record of a team, asked as if it lay here.

A block of ``reading`` is a *moment* that the server holds open; what the block asks travels there
as calls of the reader's own methods and comes back as their answers. A block of ``writing`` is a
moment too, over which the block's own records lie until they are sent at its end.

- ``calls``: every call, with the form of its arguments and its answer; both ends read this table.
- ``channel``: HTTP/1.1 with connections that are kept, bounded times, and errors in our own words.
- ``problems``: what a server's refusals mean.
- ``reader``: ``RemoteReader``, which asks for what will be asked next in the same request.
- ``overlay``: records that are not sent yet, over a reader.
- ``store``: ``RemoteStore``.

Only the standard library is used: a training's end sends through here.
"""
