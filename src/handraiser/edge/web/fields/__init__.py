"""What is known of leads, what they do, and conditions made of it."""
