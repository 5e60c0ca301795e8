"""What several tests and benchmarks make their files with."""
