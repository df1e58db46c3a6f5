"""The expertise: `/espace/experts/…` and the experts of a file for the secretariat, `/espace/expertises/…` for them."""
