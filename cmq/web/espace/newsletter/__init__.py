"""`/espace/lettre/…`: the issues of the letter."""
