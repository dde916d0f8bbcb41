"""One document: its page, its editor, and what can be done with it."""
