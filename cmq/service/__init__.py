"""The site as a service: what runs by itself and when, what is due and was not done, maintenance and incidents."""
