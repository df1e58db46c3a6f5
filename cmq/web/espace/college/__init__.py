"""The pages of the college: meetings, measures, joint decisions and the orders that carry them out."""
