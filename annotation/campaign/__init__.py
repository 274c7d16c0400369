"""A campaign: who annotates what and when, who has qualified, and who is shown pre-labels."""
