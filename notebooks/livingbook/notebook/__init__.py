"""What a notebook imports: its parameters, what it publishes, what it reads of others, the verdicts on claims."""
