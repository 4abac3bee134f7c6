"""Loaders of public data sets, one file per set; each has `load(data_dir)` and returns a `Benchmark`."""
