//! The kept runs: how each is found, and the files themselves, compiled in.
//!
//! A recipe finds the same run every time: a search goes breadth first, and so ends with a
//! shortest run; a healthy run follows [`Habits`].

use std::cmp::Reverse;
use std::fmt::Write;

use unincluded_model::{
    Action, Age, Author, Bits, BlockIndex, CollatorKind, ParaBlock, Protocol, Rule, Scenario,
    State, Variant,
};
use unincluded_properties::long_run::{Kept, Speeds, paces};
use unincluded_properties::outlook::{ASSUMPTIONS, CLAIMS, Must, Outlook, Progressive};
use unincluded_properties::rates::Effort;
use unincluded_properties::{CATALOGUE, Outcome, Search, Stop, Transition};

use crate::error::TraceError;
use crate::format::Run;
use crate::run::{record, record_lasso};
use crate::story::{headline, paragraph};

use Goal::{Endless, Healthy, Later, Shortest, Slow};

/// Name and text of every kept run, in the order of the corpus.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    KEPT.iter().copied()
}

/// How a kept run is found.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// The file, without its ending.
    pub name: &'static str,
    /// The built-in scenario.
    pub scenario: &'static str,
    /// The rules that are switched off.
    pub without: &'static [Rule],
    /// The variants in force.
    pub variants: &'static [Variant],
    /// What is looked for.
    pub goal: Goal,
    /// What the run shows, in a sentence or two.
    pub about: &'static str,
    /// Why no shorter run shows it.
    pub minimal: &'static str,
}

/// What a recipe looks for.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// A shortest run on which this property is violated, or this situation occurs.
    Shortest(&'static str),
    /// The same, where other properties are violated sooner.
    Later(&'static str),
    /// A run without faults.
    Healthy(Habits),
    /// A run that goes round for ever and breaks this claim of progress, though it keeps to all on which
    /// the claim rests but these assumptions. Its stem is as short as any such run's.
    Endless(&'static str, &'static [&'static str]),
    /// A run that goes round for ever and misses this promise of a rate by as much as any.
    Slow(&'static str),
}

/// What happens in a healthy run, beside everybody being on time.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// The run ends with this inclusion, counted from 1.
    pub inclusions: usize,
    /// The block at this height sends a message.
    pub sends_message: Option<usize>,
    /// The block at this height is shown to the validators alone.
    pub withholds: Option<usize>,
    /// The owner of the first slot authors twice, and the second block has the lower hash.
    pub equivocates: bool,
    /// The relay block of this number shows a go-ahead signal.
    pub signals: Option<usize>,
}

/// Nobody does anything but what is usual.
const USUAL: Habits = Habits {
    inclusions: 2,
    sends_message: None,
    withholds: None,
    equivocates: false,
    signals: None,
};

macro_rules! recipes {
    ($($name:literal = $scenario:literal - [$($rule:ident),*] + [$($variant:ident),*], $goal:expr,
        $about:literal, $minimal:literal;)*) => {
        /// Every recipe, in the order of the corpus.
        pub const RECIPES: &[Recipe] = &[$(Recipe {
            name: $name,
            scenario: $scenario,
            without: &[$(Rule::$rule),*],
            variants: &[$(Variant::$variant),*],
            goal: $goal,
            about: $about,
            minimal: $minimal,
        }),*];

        const KEPT: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../corpus/", $name, ".jsonl")))),*];
    };
}

recipes! {
    "astar-healthy" = "astar" - [] + [], Healthy(Habits { inclusions: 3, ..USUAL }),
        "Three blocks deep: in the end every relay block includes one para block, backs the next, and a third is built.",
        "";
    "astar-sync-healthy" = "astar-sync" - [] + [], Healthy(USUAL),
        "One block at a time: the next is built only once the last is included, three relay blocks later.",
        "";
    "lookahead-healthy" = "lookahead" - [] + [], Healthy(Habits { inclusions: 3, ..USUAL }),
        "Two blocks on one relay parent and a third on the next; then the segment is full, and the collators build as blocks are included.",
        "";
    "adversary-healthy" = "adversary" - [] + [], Healthy(USUAL),
        "An adversary that behaves looks like a slot-based collator.",
        "";
    "bandwidth-healthy" = "bandwidth" - [] + [], Healthy(Habits { sends_message: Some(1), signals: Some(1), ..USUAL }),
        "A message uses up the room, a go-ahead for a code upgrade is acted on; both are forgotten once their blocks are included.",
        "";
    "withholding-healthy" = "withholding" - [] + [], Healthy(Habits { withholds: Some(2), inclusions: 3, ..USUAL }),
        "An author shows its block to the validators alone, another builds beside it in vain, and the next builds on it once the relay chain names it and the collators got it back.",
        "";
    "siblings-healthy" = "siblings" - [] + [], Healthy(Habits { equivocates: true, ..USUAL }),
        "Of two blocks for one place the one with the lower hash wins, though it came later.",
        "";
    "astar-without-seg-5" = "astar" - [Seg5] + [], Shortest("INV-SEG-1"),
        "Nothing limits how far collators run ahead of inclusion.",
        "Four blocks need four relay parents, so three relay blocks between them; and the first must be backed by then, or its relay parent leaves the collators' window.";
    "astar-with-seg-5-enforced-not-asked" = "astar" - [] + [SegmentEnforcedOnly], Shortest("INV-COLL-1"),
        "The runtime insists on the capacity and does not mention it when asked: an honest author wastes its slot on a block that is invalid everywhere.",
        "The fourth block is the first to be one too many, and needs a fourth relay parent.";
    "adversary-with-seg-5-asked-not-enforced" = "adversary" - [] + [SegmentAskedOnly], Shortest("INV-SEG-1"),
        "The capacity is a courtesy of honest collators: nobody else keeps to it.",
        "Four blocks at two for each relay parent, and an adversary has two relay parents at hand from the start.";
    "astar-without-seg-2" = "astar" - [Seg2] + [], Shortest("INV-SEG-5"),
        "A block's hash is never written down by its child, so no inherent will find it to prune.",
        "A child is needed to see what it did not write, and a second relay parent for the child.";
    "astar-without-seg-4" = "astar" - [Seg4] + [], Shortest("INV-SEG-7"),
        "A block stays in the segment of its child although it is included.",
        "One block has to be built, backed and included before another can be built that still holds it.";
    "astar-without-seg-4-wedged" = "astar" - [Seg4] + [], Later("NOT-WEDGED"),
        "Segments are never pruned: after three blocks the para is full for ever.",
        "Three blocks fill the segment; the third is built on R2 at the earliest, backed in the next relay block and included in the one after that.";
    "bandwidth-without-seg-6" = "bandwidth" - [Seg6] + [], Shortest("INV-UMP-1"),
        "Two blocks in flight send more messages than the relay chain has room for.",
        "The room is one message, and a block sends one.";
    "bandwidth-without-seg-8" = "bandwidth" - [Seg8] + [], Shortest("INV-SEG-3"),
        "The messages of an included block are counted for ever, until there is no room for any.",
        "One block has to be built, backed and included before its entry is dropped by the next.";
    "bandwidth-without-upg-3" = "bandwidth" - [Upg3] + [], Shortest("INV-SEG-4"),
        "Two blocks in flight both act on one go-ahead for a code upgrade.",
        "The signal and two blocks that see it.";
    "adversary-without-blk-3" = "adversary" - [Blk3] + [], Shortest("INV-VEL-3"),
        "Anybody may seal a block in another's slot.",
        "One block is enough.";
    "adversary-without-hook-4" = "adversary" - [Hook4] + [], Shortest("INV-VEL-3"),
        "A block claims another slot than its relay parent's, and with it another owner.",
        "One block is enough.";
    "adversary-without-rpn-1-hook-2" = "adversary" - [Rpn1, Hook2] + [], Shortest("INV-RP-1"),
        "A block is built on an older relay block than its parent. Either of the two rules alone would refuse it.",
        "Two blocks, the second on the older of two relay parents that are there from the start.";
    "lookahead-without-hook-3-look-1" = "lookahead" - [Hook3, Look1] + [], Shortest("INV-VEL-1"),
        "Three blocks of one chain share a relay slot. Neither the runtime nor the collator stops at two.",
        "Velocity one allows two, so the third is the first too many.";
    "astar-without-coll-4" = "astar" - [Coll4] + [], Shortest("NOT-WEDGED"),
        "Collators go on building on a block that no relay block can back any more, and on nothing else: the para stands still for ever.",
        "The block is lost three relay blocks after its relay parent, and a late author builds on one that has a successor already.";
    "astar-without-coll-7" = "astar" - [Coll7] + [], Shortest("NOT-WEDGED"),
        "The newest block is included and its own state still counts three unincluded blocks. Asked whether another may follow it says no, for ever; that is why collators do not ask there.",
        "The head must hold a full segment, so three blocks are built before the first of them is seen as included, and then all are.";
    "withholding-without-coll-3" = "withholding" - [Coll3] + [], Shortest("INV-COLL-5"),
        "A collator that has not got the pending block builds beside it, and so in vain.",
        "A block has to be withheld and backed before somebody can build beside it.";
    "astar-without-slotb-3" = "astar" - [Slotb3] + [], Shortest("INV-COLL-3"),
        "The slot-based collator builds a second block on one relay parent.",
        "Two blocks.";
    "astar-without-emit-1" = "astar" - [Emit1] + [], Shortest("INV-1"),
        "A block pays no reward.",
        "One block is enough.";
    "astar-with-emit-1-global-counter" = "astar" - [] + [GlobalIssuance], Shortest("INV-1"),
        "Issuance is counted over all blocks whatever their fork, so a sibling seems to issue twice its reward.",
        "Two blocks, and an owner that builds twice is the quickest way to siblings.";
    "astar-with-emit-1-global-counter-included" = "astar" - [] + [GlobalIssuance], Later("INV-2"),
        "What an orphaned block issued ends up in the included chain: one block too many is paid for.",
        "Two siblings, and two relay blocks to back and include the second of them.";
    "lookahead-with-emit-1-once-a-slot" = "lookahead" - [] + [IssuanceOnceASlot], Shortest("INV-1"),
        "A second block on one relay slot pays no reward.",
        "Two blocks.";
    "siblings-without-frag-7" = "siblings" - [Frag7] + [], Shortest("AGREE-3"),
        "A validator that forgets nothing holds on to the sibling of a candidate that another has backed.",
        "Two siblings, a validator that learns of one and another that learns of the other, and the relay block that backs it.";
    "siblings-reaches-r-views-differ" = "siblings" - [] + [], Shortest("R-VIEWS-DIFFER"),
        "Both validators have learned of the same candidates. In the view of one a block lost to a sibling and went with its child; the other has not heard of the sibling and backs the block. From then on one offers the child and the other nothing: what was forgotten is not learned again.",
        "Two siblings and a block on one of them, which both validators learn of; one learns of the sibling, and a relay block backs the other.";
    "evicted-reaches-r-evicted-again" = "evicted" - [] + [], Shortest("R-EVICTED-AGAIN"),
        "A candidate times out, and the validator that had offered it has forgotten it. The other learns of it only then, and it is backed again.",
        "The candidate is built, learned of and backed, times out in the relay block after that, and is learned of and backed once more.";
    "siblings-with-frag-5-first-seen" = "siblings" - [] + [FirstSeen], Shortest("AGREE-1"),
        "Two validators heard of two siblings in opposite orders, and each holds on to the one it heard of first.",
        "Two siblings, and two validators that learn of both.";
    "astar-without-arp-1" = "astar" - [Arp1] + [], Shortest("INV-REL-4"),
        "A candidate is backed four relay blocks after its relay parent, and three are the window.",
        "A late author saves one relay block.";
    "astar-without-incl-1" = "astar" - [Incl1] + [], Shortest("INV-REL-2"),
        "A second candidate is backed onto a core while the first still waits for its votes.",
        "Two blocks on two relay parents, and a relay block for each to be backed in.";
    "astar-without-incl-3" = "astar" - [Incl3] + [], Shortest("INV-REL-5"),
        "A candidate is included in the relay block that backs it, though nobody had a chance to vote for its availability.",
        "One block, and one relay block to do both.";
    "astar-without-incl-6" = "astar" - [Incl6] + [], Shortest("INV-REL-1"),
        "After a block is included its sibling is backed as well.",
        "Two siblings, one relay block to back the first, and one to include it and back the other.";
    "astar-without-to-2" = "astar" - [To2] + [], Shortest("INV-REL-13"),
        "Nobody votes for a candidate's availability, it never times out, and the core is blocked.",
        "A candidate may be pending for nine relay blocks, one less than a rotation; so ten after the one that backs it are too many.";
    "astar-with-inh-1-timeouts-first" = "astar" - [] + [TimeoutsFirst], Shortest("INV-REL-14"),
        "A candidate is evicted in the very relay block that counts its last vote.",
        "Timeouts are looked at in the first four of ten relay blocks of a rotation, and a candidate has four relay blocks of grace. So the first that can time out is evicted in R11.";
    "astar-reaches-inv-seg-8" = "astar" - [] + [], Shortest("INV-SEG-8"),
        "A late author's segment still holds a block that the relay tip shows as included. This is no error: the segment is measured at the relay parent.",
        "One block has to be built, backed and included before a late author can miss that.";
    "astar-reaches-r-authors-stopped" = "astar" - [] + [], Shortest("R-AUTHORS-STOPPED"),
        "Three blocks fill the segment: the collators wait for an inclusion.",
        "Three blocks need three relay parents.";
    "astar-reaches-r-branch-lost" = "astar" - [] + [], Shortest("R-BRANCH-LOST"),
        "A candidate misses its window, and with it the block that was built on it.",
        "The block is lost three relay blocks after its relay parent, a late author saves one of them, and a child needs a relay parent of its own.";
    "astar-reaches-r-parent-evicted" = "astar" - [] + [], Shortest("R-PARENT-EVICTED"),
        "A block was built on a pending candidate that then times out.",
        "The first eviction can happen in R11, as timeouts are looked at in the first four of ten relay blocks of a rotation.";
    "lookahead-reaches-inv-vel-2" = "lookahead" - [] + [], Shortest("INV-VEL-2"),
        "The lookahead collator uses the whole velocity: two blocks on one relay slot.",
        "Two blocks are two actions.";
    "astar-reaches-r-no-fallback" = "astar" - [] + [], Shortest("R-NO-FALLBACK"),
        "The deepest block cannot be built upon and a shallower one could: nothing is built, as no other parent is tried (INV-E2E-8 does not hold).",
        "Three blocks fill the segment, each on a relay parent of its own, and a fourth is needed on which nobody has built. The first of the four has left the window by then, so the block on it is found only if it is pending.";
    "siblings-reaches-r-lower-hash" = "siblings" - [] + [], Shortest("R-LOWER-HASH"),
        "A validator offered one sibling, learns of another with a lower hash, and offers that one.",
        "Two siblings are authored, and a validator hears of both.";
    "forks-reaches-r-undone" = "forks" - [] + [], Shortest("R-UNDONE"),
        "A relay branch includes a para block and is given up: on the branch that stays it never happened.",
        "One block is built, backed and included on one branch, and the other grows as high.";
    "shibuya-reaches-r-across-forks" = "shibuya" - [] + [], Shortest("R-ACROSS-FORKS"),
        "A valid chain whose relay parents are on two relay forks: nothing on the para side ties them together (INV-RP-4 does not hold).",
        "A block on each of two branches, and each branch must have a block of its own.";
    "shibuya-reaches-r-number-goes-back" = "shibuya" - [] + [], Shortest("R-NUMBER-GOES-BACK"),
        "Where relay numbers are not checked, a valid block's relay parent has a lower number than its parent's, at the same slot or a later one (INV-RP-3 does not hold).",
        "One branch must be higher by a block, and the other's newest no older in its slot.";
    "forks-reaches-r-fork-returns" = "forks" - [] + [], Shortest("R-FORK-RETURNS"),
        "The collators build on the higher relay branch; the other one grows as high, and a block that was built there before is backed after all.",
        "A block on each of two branches, and the higher of the two must be two relay blocks high, so that the other has to grow to that height.";
    "hook-2025-06-reaches-r-slot-overrun" = "hook-2025-06" - [] + [], Shortest("R-SLOT-OVERRUN"),
        "The velocity hook of June 2025 sets no limit on the derived slot: an owner puts the whole segment on one relay slot (INV-VEL-1 does not hold).",
        "V + 1 blocks are allowed, so V + 2 are needed.";
    "hook-2025-06-reaches-r-slot-ahead" = "hook-2025-06" - [] + [], Shortest("R-SLOT-AHEAD"),
        "The velocity hook of June 2025 takes a block whose para slot has not begun, and so its next owner's before its time (INV-VEL-3 does not hold).",
        "One block is enough.";
    "slots-2s-reaches-r-turn-passed" = "slots-2s" - [] + [], Shortest("R-TURN-PASSED"),
        "With para slots of 2 s the slots of two authorities of three pass between relay blocks, every time.",
        "One relay block is enough.";
    "authorities-reaches-r-two-owners" = "authorities" - [] + [], Shortest("R-TWO-OWNERS"),
        "A session of the para ends with the first of two blocks on one relay parent, and the owner of the slot is another for the second.",
        "It needs both blocks, and they are enough.";
    "authorities-with-coll-2-of-included" = "authorities" - [] + [AuthoritiesOfIncluded], Shortest("INV-COLL-1"),
        "A collator that asks the included head whose turn it is builds on a block with which the authorities changed, and the runtime refuses its seal.",
        "One block must change the authorities and another be built on it before it is included.";
    "collators-reaches-r-built-twice" = "collators" - [] + [], Shortest("R-BUILT-TWICE"),
        "A collator crashes after it has built, comes back without its block, and builds another in the same slot.",
        "Its turn is the second, and it builds two blocks in it.";
    "forks-sessions-without-arp-4" = "forks-sessions" - [Arp4] + [], Later("INV-REL-4"),
        "A relay block backs a candidate whose relay parent is on another relay fork.",
        "The relay chain forks, one branch grows, a block is built on it and the other branch backs it.";
    "sessions-reaches-r-session-tail" = "sessions" - [] + [], Shortest("R-SESSION-TAIL"),
        "A session ends, and two blocks that nobody has included yet are dead.",
        "Two blocks need two relay parents, and the session ends in the next relay block.";
    "sessions-without-arp-2" = "sessions" - [Arp2] + [], Shortest("INV-REL-4"),
        "A candidate is backed in a session after that of its relay parent.",
        "A block is built, the session ends, and the next relay block backs it.";
    "reconfiguration-reaches-r-new-window" = "reconfiguration" - [] + [], Shortest("R-NEW-WINDOW"),
        "With a new session the window of relay parents is one block shorter, and a candidate is backed at its new last chance.",
        "The session ends, a block is built on that relay block or a later one, and the second relay block after its relay parent backs it.";
    "reconfiguration-without-sess-2" = "reconfiguration" - [Sess2] + [], Shortest("INV-REL-4"),
        "The relay chain goes on with the old window, and backs a candidate that is too old for the new one.",
        "The session ends, a block is built, and the third relay block after its relay parent backs it.";
    "sessions-without-sess-3" = "sessions" - [Sess3] + [], Shortest("INV-REL-8"),
        "A candidate stays pending across the end of a session.",
        "It is built and backed, and the session ends in the next relay block.";
    "elastic-reaches-inv-rel-15" = "elastic" - [] + [], Shortest("INV-REL-15"),
        "A candidate is available and cannot be included, as one before it in the queue is not.",
        "Two blocks are built on one relay parent and backed at once, and the next relay block counts the votes.";
    "elastic-without-incl-4" = "elastic" - [Incl4] + [], Shortest("INV-REL-6"),
        "A candidate is included before the one it builds on.",
        "Two blocks are built and backed at once, and only the second gets its votes.";
    "elastic-without-incl-13" = "elastic" - [Incl13] + [], Shortest("INV-REL-1"),
        "A candidate times out, and the one on it stays pending in the air.",
        "The first is backed in one relay block, the second in a later one, and four relay blocks after its backing the first times out alone.";
    "offset-without-slotb-3" = "offset" - [Slotb3] + [], Shortest("INV-COLL-3"),
        "With an offset of one, a collator builds twice on one relay parent.",
        "Two blocks are two actions.";
    "coretime-reaches-r-claim-lost" = "coretime" - [] + [], Shortest("R-CLAIM-LOST"),
        "The para's turn at the shared core passes unused, as its own candidate still waits there.",
        "A candidate is backed in one of our turns; the next is two relay blocks later.";
    "groups-reaches-r-rotated" = "groups" - [] + [], Shortest("R-ROTATED"),
        "A candidate is backed by the group of its relay parent, although another group's turn has begun.",
        "The block is built in the last relay block of a group's turn that leaves it its group.";
    "collations-reaches-r-not-fetched" = "collations" - [] + [], Shortest("R-NOT-FETCHED"),
        "An owner that authors twice uses up the places of the claim queue: a fourth collation is not fetched.",
        "With L = 3 there are three places for four collations.";
    "votes-reaches-r-estimate" = "votes" - [] + [], Shortest("R-ESTIMATE"),
        "Four of six votes are in: by the author's estimate the candidate is available, and the runtime wants five.",
        "A block is built and backed, and the next relay block counts votes.";
    "disputes-reaches-r-frozen" = "disputes" - [] + [], Shortest("R-FROZEN"),
        "A malicious group backs an invalid block, it is included, more than a third vote against it, and the relay chain goes back to the other branch.",
        "The block is built, backed and included on a branch of its own, and the votes come in the relay block after that.";
    "upgrade-reaches-r-upgraded-again" = "upgrade" - [] + [], Shortest("R-UPGRADED-AGAIN"),
        "A whole upgrade: new code is included, the go-ahead comes, a block acts on it and is the last under the old code. Its child brings the code after.",
        "New code, its delay and its switch each need their relay blocks, and the child's new code is included as well.";
    "upgrade-abort-reaches-r-abort-lost" = "upgrade-abort" - [] + [], Shortest("R-ABORT-LOST"),
        "The new code is rejected, and the inclusion of a block that was pending then clears the abort before the para has seen it. The code stays pending for ever, so the para can never upgrade again.",
        "The code has to be included and rejected, with a block beside it that is not in yet, and both its view and the next must pass unused.";
    "upgrade-abort-reaches-r-abort-withdrawn" = "upgrade-abort" - [] + [], Shortest("R-ABORT-WITHDRAWN"),
        "A block acts on an abort, its parent is included and clears the signal, and every block on it panics until it is included too.",
        "The code has to be included and rejected while another block is pending.";
    "upgrade-abort-reaches-r-same-code" = "upgrade-abort" - [] + [], Shortest("R-SAME-CODE"),
        "The para asks for the code it has. The relay chain does nothing and says nothing, and the code is pending for ever.",
        "One block, backed and included.";
    "upgrade-abort-reaches-r-too-soon" = "upgrade-abort" - [] + [], Shortest("R-TOO-SOON"),
        "The cooldown is over before the upgrade is: a block acts on the go-ahead and brings the next code. It is valid, and no relay block can take it: the upgrade under way would end with its own inclusion.",
        "The first code has to be included and accepted, and the go-ahead to appear.";
    "upgrade-known-reaches-r-para-ends" = "upgrade-known" - [] + [], Shortest("R-PARA-ENDS"),
        "A block acts on an abort and brings other code, which the relay chain knows already: with the inclusion the upgrade is scheduled and the abort is still shown. The next block acts on it once more and throws the scheduled code away, so that the go-ahead finds none and every block panics. The para has ended.",
        "One code has to be included and rejected, a block to act on the abort and be included, another to do so again, and the delay to pass.";
    "upgrade-elastic-without-incl-9" = "upgrade-elastic" - [Incl9] + [], Shortest("INV-UPG-3-STEP"),
        "On a second core a block under new code is backed while the relay chain still has the old code.",
        "The block that acts on the go-ahead is pending, and its child is backed beside it.";
    "upgrade-with-upg-11-from-relay-parent" = "upgrade" - [] + [FromRelayParent], Later("INV-UPG-3"),
        "The delay counts from the relay parent, as it once did: the go-ahead is due before anybody can see it, and the relay chain changes the code while the para does not.",
        "A candidate with new code whose relay parent is old, and one more that has seen no go-ahead.";
    "astar-switch-reaches-r-switched" = "astar-switch" - [] + [], Shortest("R-SWITCHED"),
        "The switch to 6 s blocks: new code is included, a block acts on the go-ahead and is the last of the old runtime, and the next one migrates: it is paid half, and what remains of the era is twice the blocks.",
        "New code, its delay and the last old block each need their relay blocks, and the first new block is included as well.";
    "astar-switch-reaches-r-m-differs" = "astar-switch" - [] + [], Shortest("R-M-DIFFERS"),
        "P4 acts on the go-ahead and is the last block under the old code. Its chain misses its window, and then it is P2b, two blocks lower: the era is stretched from another block.",
        "The go-ahead has to be shown while a chain waits that then misses its window.";
    "astar-switch-reaches-r-switch-undone" = "astar-switch" - [] + [], Shortest("R-SWITCH-UNDONE"),
        "The last old block is included on a relay branch that is given up, and the code of 6 s blocks is current there. On the branch that stays the block is pending, and the code the old one.",
        "A whole upgrade up to the last old block, which has its votes on one branch alone.";
    "astar-switch-reaches-r-motion-early" = "astar-switch" - [] + [], Shortest("R-MOTION-EARLY"),
        "A motion was to end with block 4. No migration knows it, and it ends with block 4 all the same, which is the first under the new code: 6 s early.",
        "The code has to be included and its delay to pass before block 4.";
    "astar-switch-without-econ-upg-3" = "astar-switch" - [EconUpg3] + [], Shortest("INV-15-ERA"),
        "Nobody stretches the running era: it ends after as many blocks, and so early.",
        "The last old block has to be authored, and the new blocks up to the end of the era.";
    "astar-switch-with-econ-upg-2-after-paying" = "astar-switch" - [] + [HalvedAfterPaying], Shortest("INV-1"),
        "The first new block pays the old rewards: a block of 6 s is paid as one of 12 s.",
        "The last old block and one on it.";
    "disputes-again-reaches-r-backed-again" = "disputes-again" - [] + [], Shortest("R-BACKED-AGAIN"),
        "An invalid block loses its dispute and is dropped; its relay parent is in the window for one relay block more, and nobody asks a second time.",
        "The block is built and backed, loses its dispute in the relay block after that, and is backed in the next.";
    "disputes-again-reaches-r-frozen-again" = "disputes-again" - [] + [], Shortest("R-FROZEN-AGAIN"),
        "What lost its dispute and was backed again is included, and that freezes the relay fork at once: the votes are known.",
        "As before, with another branch to go back to and the votes for availability.";
    "disputes-with-disp-2-any-vote" = "disputes" - [] + [OneVoteFreezes], Later("INV-DISP-1"),
        "If one vote were enough, one liar could undo a valid block.",
        "A valid block is built, backed and included, and the liar votes in the next relay block.";
    "disputes-elastic-with-inh-1-keeps-bits" = "disputes-elastic" - [] + [KeepsBits], Later("INV-DISP-3"),
        "A candidate becomes available by bitfields that should be discarded, as they have a bit on the core of one that just lost its dispute.",
        "Two blocks are built and backed at once; the next relay block counts the votes for both and those against the second.";
    "messages-reaches-r-room-shrinks" = "messages" - [] + [], Shortest("R-ROOM-SHRINKS"),
        "Included blocks' messages fill the queue while a block that has sent one still waits: the room shrinks under the segment, but by no more than the segment does.",
        "Two blocks send a message each, the first is included, and a third block is built on the second.";
    "messages-without-msg-1" = "messages" - [Msg1] + [], Shortest("INV-COLL-1"),
        "A block sends as if its unincluded ancestors had not: the runtime panics as it adds the messages up.",
        "Three blocks that send, as the queue holds two, on three relay parents.";
    "messages-without-seg-7" = "messages" - [Seg7] + [], Shortest("INV-UMP-1-STEP"),
        "Messages that wait in the relay chain's queue are not seen: a block sends more than there is room for, and nobody can include it.",
        "One message has to be included to be in the queue, and two blocks on it fill the rest and one more.";
    "messages-in-reaches-r-emu-5" = "messages-in" - [] + [], Shortest("R-EMU-5"),
        "A block takes its relay parent for its watermark, as nothing waits. Two messages come, one of them fits into its child, and so the watermark stays. The validators refuse that while the parent is not included, and the relay chain would take it after that (EMU-5).",
        "The parent, a relay block that brings the messages, and the child.";
    "messages-in-without-msg-6" = "messages-in" - [Msg6] + [], Shortest("INV-HRMP-1"),
        "A block says that it is past its relay parent though it was not handed all messages: the relay chain drops the rest, undelivered.",
        "The messages come, a block takes one of them, and is backed and included.";
    "messages-down-without-msg-7-msg-8" = "messages-down" - [Msg7, Msg8] + [], Shortest("INV-DMP-1"),
        "A collator hands over what the relay chain still has in its queue, though an unincluded ancestor has processed it: the message is acted on twice.",
        "The message comes, and two blocks see it on different relay parents.";
    "messages-elastic-reaches-r-held-up" = "messages-elastic" - [] + [], Shortest("R-HELD-UP"),
        "A block processes nothing, as its parent has processed all there was. With the parent pending, the relay chain sees the message in its queue and refuses the block until the parent is included.",
        "The message comes, two blocks are built on one relay parent, and the first is backed alone.";
    "messages-elastic-without-seg-6-msg-1-emu-4" = "messages-elastic" - [Seg6, Msg1, Emu4] + [], Later("INV-UMP-2"),
        "Two pending candidates have one message each and the queue has room for one. The relay chain looks at each alone (INCL-10), and the queue overflows: only the segment and the emulator add them up.",
        "Two blocks are built on one relay parent and backed at once, and included together.";
    "astar-for-ever-without-coll-7" = "astar" - [Coll7] + [], Endless("INV-E2E-3", &[]),
        "The included head's own state counts a full segment, and the collators ask it: nobody builds again, though the relay chain grows for ever and every owner would.",
        "Three blocks have to be in one segment and to be included one after the other.";
    "astar-for-ever-without-seg-4" = "astar" - [Seg4] + [], Endless("INV-E2E-3", &[]),
        "Segments are never pruned: three blocks fill them, and nobody builds again.",
        "Three blocks fill the segment, and the last of them is included before the round can begin.";
    "astar-for-ever-without-to-2" = "astar" - [To2] + [], Endless("INV-E2E-5", &[]),
        "No timeout: a candidate that lacks one vote is pending for ever, as nobody is assumed to vote.",
        "The candidate is backed in the second step, and its age in the state grows until nobody can tell it any more.";
    "astar-for-ever-nobody-builds" = "astar" - [] + [], Endless("INV-E2E-3", &["owners-build"]),
        "Where owners may let their turn pass for ever, they do: relay blocks come and go, and no para block.",
        "It begins at the start; the round is as long as the rotation of groups.";
    "astar-for-ever-nobody-votes" = "astar" - [] + [], Endless("INV-E2E-3", &["votes-arrive"]),
        "Where votes may stay away for ever, they do: what is backed is evicted, again and again.",
        "It begins at the start; the round is as long as two rotations of groups.";
    "astar-for-ever-no-relay-block" = "astar" - [] + [], Endless("INV-E2E-3", &["things-happen"]),
        "Where the relay chain may stop, it does, and everything with it.",
        "Nobody who can build must be left, and nothing else assumed must be possible.";
    "2025-06-for-ever-without-coll-6" = "2025-06" - [Coll6] + [], Slow("INV-E2E-6"),
        "The segment is full, and an owner falls back: it builds beside the deepest block, and the next owner goes on from there. The relay chain backs the block that came first. What was built beside it is lost, and what follows on it comes one relay block too late. Nothing goes wrong, and every fourth relay block includes nothing.",
        "Three blocks in four relay slots, and a rotation of groups takes ten: both come round in twenty.";
}

impl Recipe {
    /// The scenario under the rules of the recipe.
    ///
    /// # Errors
    ///
    /// If there is no such scenario.
    pub fn protocol(&self) -> Result<Protocol, TraceError> {
        let scenario = Scenario::built_in(self.scenario);
        let scenario = scenario.ok_or_else(|| self.nothing("there is no such scenario"))?;
        Ok(Protocol::new(scenario)
            .without(self.without.iter().copied())
            .with_variants(self.variants.iter().copied()))
    }

    /// The property it is about; none for a healthy run.
    pub fn property(&self) -> Option<&'static str> {
        match self.goal {
            Shortest(id) | Later(id) | Endless(id, _) | Slow(id) => Some(id),
            Healthy(_) => None,
        }
    }

    /// Finds the run.
    ///
    /// # Errors
    ///
    /// If the search decides otherwise, or a healthy run does not get anywhere.
    pub fn run(&self) -> Result<Run, TraceError> {
        let protocol = self.protocol()?;
        let actions = match self.goal {
            Shortest(id) | Later(id) => self.shortest(&protocol, id)?,
            Healthy(habits) => self.healthy(&protocol, habits)?,
            Endless(id, left_out) => return self.endless(&protocol, id, left_out),
            Slow(id) => return self.slow(&protocol, id),
        };
        record(&protocol, self.property(), self.about, &actions)
    }

    /// The actions of a shortest run.
    fn shortest(&self, protocol: &Protocol, id: &str) -> Result<Vec<Action>, TraceError> {
        let place = CATALOGUE.iter().position(|property| property.id == id);
        let place = place.ok_or_else(|| self.nothing("there is no such property"))?;
        let report = Search::new(protocol).stopping(Stop::AtVerdictOn(place)).run(&mut |_| ());
        match report.outcome(id) {
            Some(Outcome::Violated { actions, .. } | Outcome::Found { actions }) => {
                Ok(actions.clone())
            }
            other => Err(self.nothing(&format!("{other:?}"))),
        }
    }

    /// A run that goes round for ever.
    fn endless(&self, protocol: &Protocol, id: &str, left_out: &[&str]) -> Result<Run, TraceError> {
        let claim = CLAIMS.iter().find(|claim| claim.id == id);
        let claim = claim.ok_or_else(|| self.nothing("there is no such claim"))?;
        let assumed = assumed(claim, left_out);
        match Outlook::of(protocol, Effort::default()).decide(claim, &assumed) {
            Must::Fails { lasso, .. } => {
                record_lasso(protocol, Some(id), self.about, &lasso, &assumed)
            }
            other => Err(self.nothing(&format!("{other:?}"))),
        }
    }

    /// A run that goes round for ever and gets too few blocks in, or too many.
    fn slow(&self, protocol: &Protocol, id: &str) -> Result<Run, TraceError> {
        let judged = paces(protocol, &Speeds::of(protocol, Effort::default()));
        let promise = judged.into_iter().find(|promise| promise.id == id);
        let promise = promise.ok_or_else(|| self.nothing("there is no such promise"))?;
        match &promise.kept {
            Kept::No(lasso, _) => {
                record_lasso(&promise.network(protocol), None, self.about, lasso, &[])
            }
            other => Err(self.nothing(&format!("{other:?}"))),
        }
    }

    /// The actions of a healthy run.
    fn healthy(&self, protocol: &Protocol, habits: Habits) -> Result<Vec<Action>, TraceError> {
        let mut now = Now {
            protocol,
            habits,
            state: protocol.canonical(&protocol.initial()).0,
            relay_blocks: 0,
            included: 0,
        };
        let mut actions = Vec::new();
        while now.included < habits.inclusions {
            let offered = protocol.actions(&now.state);
            let liked = offered.into_iter().filter_map(|action| Some((now.rank(action)?, action)));
            let Some((_, action)) = liked.min_by_key(|(rank, _)| *rank) else {
                return Err(self.nothing("nobody acts"));
            };
            let step = protocol
                .step_whole(&now.state, &action)
                .map_err(|refusal| self.nothing(&refusal.to_string()))?;
            let (before, outcome) = (&now.state, Ok(&step.raw));
            let seen = Transition { protocol, before, action: &action, outcome };
            let (grows, includes) = (seen.relay_block().is_some(), seen.included().is_some());
            now.relay_blocks += usize::from(grows);
            now.included += usize::from(includes);
            if now.relay_blocks > 50 {
                return Err(self.nothing("nothing is included"));
            }
            actions.push(action);
            now.state = step.next;
        }
        Ok(actions)
    }

    fn nothing(&self, outcome: &str) -> TraceError {
        TraceError::NothingToKeep { name: self.name, outcome: outcome.to_owned() }
    }

    /// The command that finds the run again, or for a healthy run one that looks at its scenario.
    pub fn command(&self) -> String {
        let mut command = format!("cargo run --release -- check {}", self.scenario);
        for rule in self.without {
            let _ = write!(command, " --without {rule}");
        }
        for variant in self.variants {
            let _ = write!(command, " --variant {variant}");
        }
        if let Endless(_, left_out) = self.goal {
            for name in left_out {
                let _ = write!(command, " --not-assuming {name}");
            }
            command.push_str(" --keep-going");
        }
        match self.goal {
            Slow(_) => command.push_str(" --keep-going"),
            Later(_) => command.push_str(" --keep-going --time-limit 10"),
            _ => {}
        }
        command
    }
}

/// What a claim rests on, but for what is left out; in the order of the table of assumptions.
pub fn assumed(claim: &Progressive, left_out: &[&str]) -> Vec<&'static str> {
    let rests = |name: &&str| claim.assumes.contains(name) && !left_out.contains(name);
    ASSUMPTIONS.iter().map(|assumption| assumption.name).filter(rests).collect()
}

/// A healthy run under way.
struct Now<'a> {
    protocol: &'a Protocol,
    habits: Habits,
    state: State,
    relay_blocks: usize,
    included: usize,
}

impl Now<'_> {
    /// How soon an action is taken, the lowest first; none if never. What was withheld is
    /// recovered, validators talk, collators build on the deepest block, and the relay chain goes
    /// on, backing what is at least one relay block old.
    fn rank(&self, action: Action) -> Option<(u8, Reverse<usize>)> {
        let rank = |rank| Some((rank, Reverse(0)));
        match action {
            Action::Recover { .. } => rank(0),
            Action::LearnBackable { .. } => rank(1),
            Action::Author(author) => {
                let depth =
                    self.state.steps_back(author.parent, self.state.main().tip().included)?;
                (author == self.usual(author, depth) && self.is_needed(author))
                    .then_some((2, Reverse(depth)))
            }
            Action::RelayBlock(plan) => {
                let is_ready =
                    |block: &BlockIndex| self.state.block(*block).relay_parent.on(0) > Age::TIP;
                let shows = self.habits.signals == Some(self.relay_blocks + 1);
                let eventful = plan.session_change || plan.reassigned || plan.dispute.is_some();
                let voted = !plan.bits.contains(&Bits::OneShort);
                if !voted || plan.go_ahead != shows || eventful {
                    return None;
                }
                let missing = (plan.back.len() as u8).min(3);
                (plan.back.iter().all(is_ready)).then_some((7 - missing, Reverse(0)))
            }
            Action::Fork | Action::Settle { .. } => None,
        }
    }

    /// What is authored on this parent, by these habits.
    fn usual(&self, author: Author, depth: usize) -> Author {
        let height = self.included + depth + 1;
        let is_kept = self.state.blocks.iter().any(|block| block.has(ParaBlock::WITHHELD));
        Author {
            sends_message: self.habits.sends_message == Some(height),
            withheld: self.habits.withholds == Some(height) && !is_kept,
            equivocation: author.equivocation && self.habits.equivocates && self.relay_blocks == 0,
            ..Author::honest(author.parent, Age::TIP)
        }
    }

    /// Whether an adversary, which may do anything, would do it if it were honest.
    fn is_needed(&self, author: Author) -> bool {
        let is_adversary = self.protocol.environment().collator == CollatorKind::Adversary;
        let is_new = self.state.built_on(author.parent, &self.state.relay_parent(0, Age::TIP)) == 0;
        !is_adversary || (is_new && self.state.children(author.parent).next().is_none())
    }
}

/// What the corpus holds, for people: one section for each run, in the order of [`RECIPES`].
pub fn readme(runs: &[Run]) -> String {
    let mut text = "# Kept runs\n\n".to_owned();
    paragraph(
        &mut text,
        "",
        "Every file is one run: a header with the whole scenario, one step a line, and the verdict. \
         A counterexample is a shortest one. Each was found by the command beside it, which saves \
         the run it finds; `cargo run --release -p unincluded-traces --example keep` finds them all \
         anew, and a test compares them byte by byte. This page is written by the same program.",
    );
    text.push('\n');
    paragraph(&mut text, "", "To see that a file still holds, and to read one as a story:");
    text.push_str(
        "\n```sh\ncargo run --release -- replay traces/corpus/*.jsonl\n\
         cargo run --release -- explain traces/corpus/astar-without-seg-5.jsonl\n```\n",
    );
    for (recipe, run) in RECIPES.iter().zip(runs) {
        let _ = write!(text, "\n## {}.jsonl\n\n", recipe.name);
        let length = match recipe.property() {
            Some(_) => String::new(),
            None => format!(", {} steps long", run.steps.len()),
        };
        paragraph(&mut text, "", &format!("{}{length}.", headline(run)));
        text.push('\n');
        paragraph(&mut text, "", recipe.about);
        if recipe.property().is_some() {
            let what = match recipe.goal {
                Endless(..) => "Why no shorter stem leads there",
                Slow(_) => "Why no shorter round shows it",
                _ => "Why no shorter run shows it",
            };
            let minimal = format!("{what}: {}", recipe.minimal);
            text.push('\n');
            paragraph(&mut text, "", &minimal);
        }
        let _ = write!(text, "\n```sh\n{}\n", recipe.command());
        let _ = writeln!(
            text,
            "cargo run --release -- replay traces/corpus/{}.jsonl\n```",
            recipe.name
        );
    }
    text
}
