"""Routers from the Hub: somebody else's text classifier, or a router that this project published."""
