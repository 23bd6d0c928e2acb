"""Receipts for services that speak HTTP: a line around an application, by ASGI or by WSGI."""
