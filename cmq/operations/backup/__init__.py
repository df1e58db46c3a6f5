"""Backups: every row, every file and every key of a site in one encrypted file, and the way back, proved."""
