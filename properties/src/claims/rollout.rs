//! The claim about the order in which the networks were upgraded.

use unincluded_model::economics::rollout::Release;

use super::{Finding, Ground, Judgement};

/// Shibuya, then Shiden, then Astar: by the releases, and by enactment as far as that is known.
pub(super) fn staged(ground: &Ground) -> Judgement {
    let names: Vec<String> = ground
        .roll_out
        .iter()
        .map(|one| format!("{} {} on {}", named(one), one.spec_version, one.released))
        .collect();
    let expected = ["shibuya", "shiden", "astar"];
    let mut by_day = ground.roll_out.clone();
    by_day.sort_by_key(|one| one.released);
    let in_stages = by_day.iter().map(|one| one.network).eq(expected)
        && by_day.windows(2).all(|two| two[0].released < two[1].released);
    let late = by_day.windows(2).any(|two| match (two[0].enacted, two[1].enacted) {
        (Some(first), Some(second)) => first >= second,
        // What was not released cannot have been enacted.
        (None, Some(second)) => two[0].released >= second,
        _ => false,
    });
    let unknown: Vec<String> =
        by_day.iter().filter(|one| one.enacted.is_none()).map(named).collect();
    let enacted = by_day
        .iter()
        .filter_map(|one| Some(format!("{} enacted it on {}", named(one), one.enacted?)));
    let enacted: Vec<String> = enacted.collect();
    let finding = if !in_stages || late {
        Finding::Refuted
    } else if unknown.is_empty() {
        Finding::Holds
    } else {
        Finding::HoldsIf(format!(
            "{} enacted their runtimes soon after the release, which is for their chains to say",
            unknown.join(" and ")
        ))
    };
    let mended = ground.mended;
    let because = format!(
        "runtimes were released in this order: {}; {}; runtime {} mended what Astar's had brought on {}",
        names.join(", "),
        enacted.join(", "),
        mended.spec_version,
        mended.released,
    );
    let figures = ground.roll_out.iter().map(|one| one.released.to_string());
    Judgement::new(finding, because).showing(figures)
}

/// The network as it writes itself.
fn named(release: &Release) -> String {
    let mut letters = release.network.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
