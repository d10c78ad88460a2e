"""Units for systemd: the server, its worker, and a backup each night."""
