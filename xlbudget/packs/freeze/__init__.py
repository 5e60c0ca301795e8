"""Plain data of a pack's files → its frozen parts."""
