"""What templates may say besides what Django has."""
