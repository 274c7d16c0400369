"""What we have and how it is compared: records, schemes, jobs, readers, measures."""
