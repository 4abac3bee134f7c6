"""The dashboard's tables and words: pure functions from the number layer to what a person reads.

The page and the HTML report show the same ones, as both show the same `benchmarks.plots` figures. `cells.Table` is
what each builds: `.html()`, and the same numbers as `.csv()`. `phrases` puts single numbers into words.
"""
