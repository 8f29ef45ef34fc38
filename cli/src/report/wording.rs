//! A step of a run in a few words.

use unincluded_traces::format::{Deed, StepRecord};

/// `step 3: relay block R2 with enough votes, backs P2`.
pub(crate) fn step(record: &StepRecord) -> String {
    let mut text = format!("step {}: {}", record.step, deed(&record.deed));
    if let Some(refused) = &record.refused {
        text += ": refused, ";
        if let Some(rule) = refused.rule {
            text += &format!("{rule}: ");
        }
        text += &refused.because;
    }
    text
}

fn deed(deed: &Deed) -> String {
    match deed {
        Deed::Author(author) => {
            let mut text = format!(
                "author {} on {}, relay parent {}",
                author.block, author.parent, author.relay_parent
            );
            for (is_so, word) in [
                (author.equivocation, ", an equivocation"),
                (author.withheld, ", withheld"),
                (author.sends_message, ", with a message"),
                (!author.claim.is_honest(), ", with a false claim of its slot"),
            ] {
                if is_so {
                    text += word;
                }
            }
            text
        }
        Deed::RelayBlock(growth) => {
            let mut text = format!("relay block {}", growth.block);
            text += match growth.bits {
                unincluded_model::Bits::NothingPending => "",
                unincluded_model::Bits::OneShort => ", one vote short",
                unincluded_model::Bits::Enough => ", enough votes",
            };
            if let Some(back) = &growth.back {
                text += &format!(", backs {back}");
            }
            if growth.go_ahead {
                text += ", shows a go-ahead signal";
            }
            text
        }
        Deed::LearnBackable { validator, candidate } => {
            format!("validator {validator} learns that {candidate} is backable")
        }
        Deed::Recover { block } => format!("the collators recover {block}"),
    }
}
