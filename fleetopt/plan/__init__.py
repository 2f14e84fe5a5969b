"""Values become a checked plan."""
