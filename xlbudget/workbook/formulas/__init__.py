"""What a formula says and gives; what goes beyond the formulas of forms is not guessed at."""
