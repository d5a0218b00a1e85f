"""How the book is made: execution, web pages, print edition, publication.

Nothing in the chapters imports this package; it imports them.
"""
