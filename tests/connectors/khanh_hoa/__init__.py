"""Khánh Hòa: class files in three templates, over a real SFTP server."""
