"""What is done with a budget: pack and budget in, an object out. Knows no workbook."""
