//! What the pallets say while they drop a candidate: their log lines are the only place where they
//! give a reason.

use std::cell::RefCell;
use std::sync::Once;

use log::{LevelFilter, Log, Metadata, Record};

thread_local! {
    static HEARD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Listener;

impl Log for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("runtime::inclusion")
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            HEARD.with_borrow_mut(|heard| heard.push(record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

static LISTENER: Listener = Listener;
static LISTENING: Once = Once::new();

/// Listens while something is done, on this thread.
pub(crate) fn listening<T>(to: impl FnOnce() -> T) -> (T, Vec<String>) {
    LISTENING.call_once(|| {
        if log::set_logger(&LISTENER).is_ok() {
            log::set_max_level(LevelFilter::Debug);
        }
    });
    HEARD.with_borrow_mut(Vec::clear);
    let done = to();
    (done, HEARD.with_borrow_mut(std::mem::take))
}

/// Why the pallets dropped a candidate, in their order of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// The relay parent is none of the session that the candidate names.
    RelayParent,
    /// The scheduling parent, which is the relay parent, is older than the window.
    SchedulingParent,
    /// Something in its signals, or no core claimed at its relay parent.
    Signals,
    /// `CandidateCheckContext::verify_backed_candidate`, by the name of its error.
    Verification(String),
    /// It lost a dispute in this block, or one before it did.
    ConcludedInvalid,
    /// Its core is occupied, blocked by the end of a session, or another para's.
    Core,
    /// The whole inherent failed: the votes, by the name of the error.
    Failed(String),
}

/// The first reason among the lines that the pallets wrote, and the hash of the candidate, as they
/// print it.
pub(crate) fn first_reason(heard: &[String]) -> Option<Word> {
    heard.iter().find_map(|line| reason(line))
}

fn reason(line: &str) -> Option<Word> {
    let has = |words: &str| line.contains(words);
    if has("is not in the allowed relay parents of session") || has("invalid scheduling session") {
        Some(Word::RelayParent)
    } else if has("is not in the allowed scheduling parents") {
        Some(Word::SchedulingParent)
    } else if has("UMP signal check failed") {
        Some(Word::Signals)
    } else if has("Backed candidate verification for candidate") {
        let error = line.rsplit("failed with ").next().unwrap_or_default();
        Some(Word::Verification(error.to_owned()))
    } else if has("which was concluded invalid or is a descendant") {
        Some(Word::ConcludedInvalid)
    } else if has("which is not scheduled for paraid")
        || has("has no entry in scheduled cores")
        || has("has no scheduled cores")
        || has("Found enough candidates for paraid")
    {
        Some(Word::Core)
    } else {
        None
    }
}
