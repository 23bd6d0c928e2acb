"""What serving code says of each prediction: which version, which deployment, which input."""
