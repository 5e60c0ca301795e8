"""A budget against every rule of its pack, and its written form, JSON, against its schema."""
