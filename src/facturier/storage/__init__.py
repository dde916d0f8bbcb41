"""Statements that Django's ORM lacks; knows no room."""
