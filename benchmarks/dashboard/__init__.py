"""Numbers behind the benchmark page, from `assets/benchmarks/` alone: no model runs, and no page is imported.

Every error for people is a `PlaygroundError`. Arrays are read-only, results are remembered, and all of it is safe to
call from many threads. `Estimate` has `value, low, high` (95 %, whole questions resampled 1,000 times).

Numbers (`results`)
    load_results(folder=FOLDER) -> Results               shared; .names .pair_names .title(name) .stamp (date, commit)
    Results.numbers(name) -> Numbers                     one benchmark; raises where its files are missing or damaged
    Results.problems() -> dict[name, PlaygroundError]    what cannot be shown, and how to rebuild it
    Numbers: .entry .outcomes .routers .pair .facts .take(rows) .with_pair(weak, strong)

Costs (`costs`)
    bases(numbers) -> {"own": CostBasis | PlaygroundError, "list": …}     the error says why it is not offered
    own_costs(numbers), list_costs(numbers, output_tokens, reasoning_tokens), typed_costs(numbers, {llm: usd_per_1000})

Curves (`curves`, `ranking`)
    ranking_names(numbers) -> tuple[str, …]              router ids; "<id> by P(correct)" where both LLMs are judged
    quality_curve(numbers, name, basis=None) -> QualityCurve   .share .usd_per_1000 .quality .low .high .threshold
    quality_curves(numbers, names, basis=None); random_curve(numbers, basis); "oracle" is a name, too
    single_llms(numbers, basis) -> list[SingleLlm], best first; best_single_llm(numbers)
    QualityCurve.columns() -> {column: list}             the table behind the figure, for CSV

Operating point (`operating_point`)
    operating_point(numbers, name, threshold=None, basis=None, baseline="always-strong", router_usd_per_1000=0.0)
    point_at_share(numbers, name, share, basis, baseline, router_usd_per_1000)
        -> OperatingPoint .threshold .share .quality .recovered .usd_per_1000 .baseline .quality_gain
           .saving_usd_per_1000 .saving_share .settled .n_rows
           .usd_for(prompts=1_000_000) .baseline_usd_for(…) .saving_usd_for(…)
    baseline_names(numbers); compare_at_share(numbers, name, other, share) -> Estimate; recovered_estimate(…)

Target (`target`, `choice`)
    reach(numbers, Goal(kind, value, sure=False), basis=None, among=None, baseline="always-strong")
        kind: "strong calls" | "budget" | "quality" | "kept" (share of the strong LLM's advantage)
        -> Answer .best .point .candidates .verdict .confirmed .how_judged

Leaderboard (`leaderboard`)
    leaderboard(folder, benchmarks=None, usd_per_hour=None) -> Leaderboard .rows .metrics .problems .latency_note
    session_rows(own_numbers) -> list[LeaderRow]; sort_rows(rows, by) -> best first
    LeaderRow.group: in-domain | transfer | baseline | published

Pool (`pool`)
    pool_llms(numbers); build_pool(numbers, llms, basis, routers=None)
        -> Pool .routers .zero_router .oracle (PoolCurve) .singles .usd_per_1000 .best .left_out .weighed_by

Router report (`report`, `domains`, `learning`)
    roc, confusion(numbers, router, threshold=None), reliability_points, calibration_error, histogram
    by_domain(numbers, name, share=0.5) -> list[Domain], hardest first; Domain.beats_length; by_labelled_domain(…)
    learning_curves(router) -> list[LearningCurve]; seed_table() -> list[SeedRow]

Files of their own, each with `python -m benchmarks.dashboard.<…>` that writes it
    explorer.read_explorer() -> Explorer (`explore --data DIR`); robustness.read_robustness() (`robustness --data DIR`)
    latency.read_latencies(), latency.overhead_usd_per_1000(ms, usd_per_hour) (`latency`); `leaderboard`;
    `row_facts --data DIR` (domains and lengths)

Claims (`claims`): claims(results, read_published(path), leaderboard().rows) -> list[Claim]
Own results (`own_results`): read_own_results(path, title, weak=None, strong=None) -> Numbers; template() -> str
"""
