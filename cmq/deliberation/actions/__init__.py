"""What the college does: measures are proposed, meetings held, an agenda kept, positions taken and counted."""
