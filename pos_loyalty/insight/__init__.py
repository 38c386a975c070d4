"""Looking at the shop as a whole: figures of days, lists of members and tickets.

It stands on a read model beside the database that follows the journal (`following`), and asks the
database itself for whatever names a person.
"""
