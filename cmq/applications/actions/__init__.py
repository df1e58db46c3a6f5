"""What happens to a file, in the order of its life; `moves` alone changes its state."""
