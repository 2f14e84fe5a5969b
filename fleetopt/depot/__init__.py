"""The depot: one file a part."""
