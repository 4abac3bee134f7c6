"""The HTML report: what the Benchmarks page and docs/RESULTS.md show, in one file that needs no network.

`document.html_report` writes it. `parts` holds what a part consists of, `benchmark_part` and `common_parts` make them,
`recolour` turns light figures into dark ones in the reader's browser.
"""
