//! Workflow commands that annotate a pull request on GitHub.
//!
//! GitHub shows ten annotations of a kind for each step, so the first one sums up.

use super::{Summary, Verdict, source};
use crate::keep;

/// The summary, as workflow commands.
pub(crate) fn render(summary: &Summary) -> String {
    let level = match summary.verdict {
        Verdict::Holds => "notice",
        Verdict::Inconclusive => "warning",
        Verdict::Violated => "error",
    };
    let mut text = format!("::{level} title=unincluded::{}\n", data(&summary.sentence()));
    for (scenario, one) in summary.violations() {
        let place = match source::of_property(one.name) {
            Some(place) => format!("file={},line={},", property(place.file), place.line),
            None => String::new(),
        };
        let title = property(&format!("{} in {}", one.name, scenario.title));
        let mut message = format!("{}: {}", one.headline(), one.claim);
        match (&one.run, &one.because) {
            (Some(run), _) => {
                message += &format!("\n\n{}", unincluded_traces::table(run).trim_end());
            }
            (None, Some(because)) => message += &format!("\nbecause {because}"),
            (None, None) => {}
        }
        if let Some(trace) = &one.trace {
            message += &format!("\n{}", keep::replay(trace));
        }
        text += &format!("::error {place}title={title}::{}\n", data(&message));
    }
    for scenario in &summary.scenarios {
        if let Some(disagreement) = &scenario.disagreement {
            let title = property(&format!("engines disagree on {}", scenario.title));
            text += &format!("::error title={title}::{}\n", data(disagreement));
        }
        if let Some(sentence) = scenario.without_situations() {
            let title = property(&format!("missing in {}", scenario.title));
            text += &format!("::notice title={title}::{}\n", data(&sentence));
        }
        if let Some(why) = &scenario.long_run {
            let title = property(&format!("the long run of {}", scenario.title));
            text += &format!("::notice title={title}::{}\n", data(why));
        }
        for (why, open) in scenario.left_open() {
            let title = property(&format!("not decided in {}", scenario.title));
            let message = format!("{why}: {}", open.join(" "));
            text += &format!("::warning title={title}::{}\n", data(&message));
        }
    }
    text
}

/// A message, escaped.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, escaped.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_or_a_property_is_escaped() {
        assert_eq!(data("100 %\r\nof a, b: c"), "100 %25%0D%0Aof a, b: c");
        assert_eq!(property("a, b: c"), "a%2C b%3A c");
    }
}
