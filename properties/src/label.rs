//! Actions and states in a few words, in the relative names of the explored state: `B0` is the
//! root, and relay blocks are counted back from the tip. For those who browse.

use std::fmt::Write;

use unincluded_model::{Action, Age, Bits, State};

/// An action: `author on B1, relay parent tip`.
pub fn action(action: &Action) -> String {
    match action {
        Action::Author(author) => {
            let mut text = format!(
                "author on B{}, relay parent {}",
                author.parent.0,
                relay(author.relay_parent)
            );
            if !author.claim.is_honest() {
                let _ = write!(text, ", claims {:?}", author.claim);
            }
            if author.hash_rank > 0 {
                let _ = write!(text, ", hash above {} of its siblings'", author.hash_rank);
            }
            for (is_so, words) in [
                (author.equivocation, ", equivocates"),
                (author.withheld, ", withheld"),
                (author.sends_message, ", sends a message"),
            ] {
                text += if is_so { words } else { "" };
            }
            text
        }
        Action::RelayBlock(plan) => {
            let mut text = String::from(match plan.bits {
                Bits::NothingPending => "relay block",
                Bits::OneShort => "relay block, one vote short",
                Bits::Enough => "relay block, enough votes",
            });
            if let Some(block) = plan.back {
                let _ = write!(text, ", backs B{}", block.0);
            }
            if plan.skipped_slots > 0 {
                let _ = write!(text, ", after {} empty slots", plan.skipped_slots);
            }
            text + if plan.go_ahead { ", shows a go-ahead" } else { "" }
        }
        Action::LearnBackable { validator, candidate } => {
            format!("validator {validator} learns that B{} is backable", candidate.0)
        }
        Action::Recover { block } => format!("the collators recover B{}", block.0),
    }
}

/// A state: what the tip says, and a line for each block.
pub fn state(state: &State) -> String {
    let mut text = format!("included B{}", state.tip().included.0);
    for pending in &state.pending {
        let _ = write!(text, ", pending B{} since {}", pending.block.0, relay(pending.backed));
    }
    for index in state.indices() {
        let block = state.block(index);
        let _ = write!(text, "\nB{}", index.0);
        if index != unincluded_model::BlockIndex::ROOT {
            let _ = write!(text, " on B{}", block.parent.0);
        }
        let (held, parent) = (block.segment.len(), relay(block.relay_parent));
        let _ = write!(text, ", relay parent {parent}, segment of {held}");
    }
    text
}

fn relay(age: Age) -> String {
    if age == Age::TIP { "tip".to_owned() } else { format!("tip - {}", age.0) }
}
