"""What happens to tours: planned, taken to places, filled with people, counted."""
