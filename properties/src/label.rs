//! Actions and states in a few words, in the relative names of the explored state: `B0` is the
//! root, and relay blocks are counted back from the tip. For those who browse.

use std::fmt::Write;

use unincluded_model::{Action, Age, Bits, NewCode, Precheck, State};

/// An action: `author on B1, relay parent tip`.
pub fn action(action: &Action) -> String {
    match action {
        Action::Author(author) => {
            let mut text = format!(
                "author on B{}, relay parent {}",
                author.parent.0,
                relay(author.relay_parent)
            );
            if author.branch > 0 {
                let _ = write!(text, " of branch {}", author.branch);
            }
            if author.core > 0 {
                let _ = write!(text, ", core {}", author.core);
            }
            if !author.claim.is_honest() {
                let _ = write!(text, ", claims {:?}", author.claim);
            }
            if author.hash_rank > 0 {
                let _ = write!(text, ", hash above {} of its siblings'", author.hash_rank);
            }
            for (is_so, words) in [
                (author.equivocation, ", equivocates"),
                (author.withheld, ", withheld"),
                (author.invalid, ", invalid"),
                (author.behind, ", after a restart"),
                (author.ends_session, ", ends a session of the para"),
                (author.sends_message, ", sends a message"),
            ] {
                text += if is_so { words } else { "" };
            }
            text += if author.sends_outbound { ", sends to another para" } else { "" };
            for (handed, what) in [(author.inbound, "in"), (author.downward, "down")] {
                if handed > 0 {
                    let _ = write!(text, ", {handed} {what}");
                }
            }
            match author.new_code {
                NewCode::None => {}
                NewCode::Next => text += ", brings new code",
                NewCode::Same => text += ", brings the same code as new",
            }
            text
        }
        Action::RelayBlock(plan) => {
            let mut text = String::from("relay block");
            if plan.branch > 0 {
                let _ = write!(text, " of branch {}", plan.branch);
            }
            for (bits, place) in plan.bits.iter().zip(1..) {
                let _ = match bits {
                    Bits::OneShort => write!(text, ", one vote short"),
                    Bits::Enough => write!(text, ", enough votes"),
                    Bits::Count(votes) => write!(text, ", {votes} new votes"),
                };
                let _ = write!(text, " for pending {place}");
            }
            for block in plan.back.iter() {
                let _ = write!(text, ", backs B{}", block.0);
            }
            if let Some(dispute) = plan.dispute {
                let _ = write!(text, ", {} votes against B{}", dispute.against, dispute.block.0);
            }
            let traffic = plan.traffic;
            for (moved, words) in [
                (traffic.served, "served"),
                (traffic.taken, "taken"),
                (u8::from(traffic.inbound), "come in"),
                (u8::from(traffic.downward), "come down"),
            ] {
                if moved > 0 {
                    let _ = write!(text, ", {moved} {words}");
                }
            }
            text += if plan.reassigned { ", reassigns the core" } else { "" };
            text += if plan.reconfigured { ", changes the configuration" } else { "" };
            match plan.precheck {
                None => {}
                Some(Precheck::Accepted) => text += ", accepts the code",
                Some(Precheck::Known) => text += ", knows the code",
                Some(Precheck::Rejected) => text += ", rejects the code",
            }
            text += if plan.same_slot { ", same slot" } else { "" };
            text += if plan.session_change { ", ends a session" } else { "" };
            if plan.skipped_slots > 0 {
                let _ = write!(text, ", after {} empty slots", plan.skipped_slots);
            }
            text + if plan.go_ahead { ", shows a go-ahead" } else { "" }
        }
        Action::LearnBackable { validator, candidate } => {
            format!("validator {validator} learns that B{} is backable", candidate.0)
        }
        Action::Fork => "the relay chain forks".to_owned(),
        Action::Settle { branch } => format!("relay branch {branch} stays"),
        Action::Recover { block } => format!("the collators recover B{}", block.0),
    }
}

/// A state: what the tip says, and a line for each block.
pub fn state(state: &State) -> String {
    let mut text = String::new();
    for (place, branch) in state.branches.iter().enumerate() {
        if place > 0 {
            let _ = write!(text, "; branch {place}: ");
        }
        let _ = write!(text, "included B{}", branch.tip().included.0);
        for pending in &branch.pending {
            let (block, since) = (pending.block.0, relay(pending.backed));
            let _ = write!(text, ", pending B{block} since {since}");
        }
    }
    for branch in &state.branches {
        if let Some(upgrade) = branch.code.upgrade {
            let vote = if upgrade.is_voted_on { ", voted on" } else { "" };
            let _ = write!(text, ", new code due in {}{vote}", upgrade.due_in);
        }
        if let Some(signal) = branch.tip().signal() {
            let _ = write!(text, ", shows {signal:?}");
        }
    }
    for index in state.indices() {
        let block = state.block(index);
        let _ = write!(text, "\nB{}", index.0);
        if index != unincluded_model::BlockIndex::ROOT {
            let _ = write!(text, " on B{}", block.parent.0);
        }
        let ages = block.relay_parent.ages.iter().filter(|age| age.is_here());
        let parent = ages.map(|&age| relay(age)).collect::<Vec<_>>().join(" or ");
        let _ = write!(text, ", relay parent {parent}, segment of {}", block.segment.len());
        if block.code.pending.is_some() {
            text += ", code pending";
        }
    }
    text
}

fn relay(age: Age) -> String {
    if age == Age::TIP { "tip".to_owned() } else { format!("tip - {}", age.0) }
}
