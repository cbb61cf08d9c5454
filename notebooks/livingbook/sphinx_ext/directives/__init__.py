"""What a chapter asks for by name, made into the nodes that its page shows."""
