"""What other tools say of their work, as records."""
