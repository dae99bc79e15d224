"""What keeps the platform running by itself."""
