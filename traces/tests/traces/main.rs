//! Traces: recorded, written, read, replayed, shown, kept, and tampered with.

mod corpus;
mod history;
mod hostile;
mod lassos;
mod logs;
mod pictures;
mod tamper;
mod walks;
mod wide;

use unincluded_traces::{Run, TraceError, corpus as kept, read, write};

/// The text of a kept run.
fn text(name: &str) -> &'static str {
    let found = kept::all().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no kept run {name}")).1
}

/// A text as a run; the file is called `t`.
fn parsed(text: &[u8]) -> Result<Run, TraceError> {
    read("t", &mut &*text)
}

/// A run as a text.
fn written(run: &Run) -> String {
    let mut bytes = Vec::new();
    write(run, &mut bytes).expect("memory can be written");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}
