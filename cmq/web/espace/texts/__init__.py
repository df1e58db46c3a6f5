"""The texts of campaigns, for the secretariat: specifications and colleges, in versions."""
