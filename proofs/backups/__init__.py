"""Backups that are taken while clients write, and upgrades of databases that hold something.

ways      how users are told to back up and restore, as commands that are really run
prefix    whether a backup is the beginning of the ledger it was taken of; pure
life      a shop that was restored or upgraded goes on: first answers, new commands, new ids
backing   the proof that a backup is of one moment, whole, and a shop to go on with
upgrade   the proof that a database of an older version is brought up with all it holds
older     databases of older versions, filled
"""
