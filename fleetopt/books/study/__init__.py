"""The depot study's layout."""
