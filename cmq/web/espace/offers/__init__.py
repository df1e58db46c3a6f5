"""Employers who post offers, and what readers report of offers."""
