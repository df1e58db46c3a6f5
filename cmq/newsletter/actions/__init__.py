"""What happens to the letter: subscriptions, the making of an issue, its sending, what comes back."""
