//! A run as a table.

use crate::format::Run;

/// The run as a table, under what it shows.
pub fn table(run: &Run) -> String {
    format!("{} steps\n", run.steps.len())
}

/// A text from a file as it may be shown: no control characters, and nothing that turns the
/// direction of writing.
pub(crate) fn plain(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect()
}
