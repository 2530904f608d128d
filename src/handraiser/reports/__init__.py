"""What has come of it: rates with their uncertainty."""
