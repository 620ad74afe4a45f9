"""Backups: a folder of snapshots of the database and of files, each content once.

Knows no table by name, no home and no setting.
"""

from tenfold.backups.folder import BackupFolder, Content, Snapshot

__all__ = ["BackupFolder", "Content", "Snapshot"]
