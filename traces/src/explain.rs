//! A run as a story.

use crate::format::Run;

/// The run in words.
pub fn explain(run: &Run) -> String {
    crate::table::table(run)
}
