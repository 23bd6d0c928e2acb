"""Records travel between stores, both ways."""
