"""The living campuses of the demonstration, room by room; all of it is invented and goes with the campuses."""
