"""What the authorities decide together: written down, signed, published, carried out by an order."""
