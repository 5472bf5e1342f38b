"""What this machine is, and the seconds, bytes and joules that a block of work took."""
