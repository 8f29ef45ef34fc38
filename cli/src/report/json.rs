//! One JSON object: for programs.

use super::Summary;

/// The summary, as JSON.
pub(crate) fn render(summary: &Summary) -> String {
    serde_json::to_string_pretty(summary).expect("words, numbers and paths made of words")
}
