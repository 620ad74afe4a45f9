"""Backups: a folder of snapshots of the database and of files, each content once.

folder.py     the folder: contents under their SHA-256, snapshots as JSON
database.py   the tables in a file of SQLite, whatever database they come from or go to

Knows no table by name, no home and no setting.
"""

from tenfold.backups.folder import BackupFolder, Content, Snapshot

__all__ = ["BackupFolder", "Content", "Snapshot"]
