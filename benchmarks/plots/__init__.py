"""The dashboard's figures: pure functions from the number layer to plotly, in one look, for light and dark.

Every function returns a `Chart`: the figure, a sentence that says how to read it, and the very numbers that it shows.
The page, the HTML report and Streamlit draw the same charts. plotly is imported only when a figure is made.

Curves (`quality_curves.curve_chart`), pools (`pool_curves.pool_chart`), times (`latency_chart.latency_chart`),
figures of many routers (`leaderboard_chart.leaderboard_chart`), the router report (`roc_charts`, `confusion_chart`,
`calibration_charts`, `domain_chart`, `training_charts`), labelled sets (`labelled_charts`, `word_cloud`).
"""
