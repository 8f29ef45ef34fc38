//! One para of a history: what is known of it, and which recorded step no rule excludes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::figures::Figures;
use super::judge::Known;
use super::record::{Candidate, Hash};
use super::verdict::{Alternative, ParaVerdict, Rejection};

/// Where in the history a step is, and what is known there of its relay parent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The relay block.
    pub block: u64,
    /// The first relay block of this stretch without gaps.
    pub since: u64,
    /// The number of the candidate's relay parent.
    pub relay_parent: Option<u64>,
    /// Its slot.
    pub slot: Option<u64>,
    /// Its state root.
    pub root: Option<Hash>,
}

/// A rule that excludes a step, and what it finds.
pub(super) type Excluded = (&'static str, String);

/// A para's head, with what its candidate said.
#[derive(Clone, Copy, Debug)]
struct Head {
    hash: Hash,
    number: Option<u64>,
    relay_parent: Option<u64>,
    slot: Option<u64>,
}

/// A candidate that is backed and not yet included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    head: Head,
    parent: Option<Hash>,
    /// Its core.
    pub(super) core: u32,
    /// The relay block that backed it.
    pub(super) backed: u64,
}

/// How a para's headers name their parents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Links {
    /// Not seen yet.
    #[default]
    Unseen,
    /// By the hash that the relay chain has of them.
    ByHead,
    /// By another hash, which the history does not have.
    ByAnother,
}

/// Slot durations that are told apart; milliseconds.
const SLOTS: [u32; 9] = [1000, 1200, 1500, 2000, 3000, 6000, 12_000, 18_000, 24_000];

/// Milliseconds of a relay slot.
const RELAY_SLOT: u64 = 6000;

/// Included heads that are remembered; more than any relay parent is old.
const HEADS: usize = 32;

/// Cores that are counted, at most.
const MOST_CORES: usize = 64;

/// What is known of a para.
#[derive(Clone, Debug)]
pub(super) struct Para {
    pending: VecDeque<Pending>,
    included: Option<Head>,
    /// Whether this history has the backing of the included head.
    knows_backing: bool,
    links: Links,
    /// Slot durations that explain every slot so far; none if one was not derived from a relay slot.
    slots: Option<Vec<u32>>,
    code: Option<Hash>,
    /// Whether the code may change without a rule against it: new code came, or may have before.
    may_upgrade: bool,
    watermark: Option<u64>,
    cores: BTreeSet<u32>,
    missing: BTreeMap<String, u64>,
    rejection: Option<Rejection>,
    steps: u64,
    /// The highest number of a block that was backed.
    highest: Option<u64>,
    /// Which relay block included which number, of late.
    heads: VecDeque<(u64, u64)>,
    pub(super) figures: Figures,
}

impl Default for Para {
    fn default() -> Self {
        Para {
            pending: VecDeque::new(),
            included: None,
            knows_backing: false,
            links: Links::Unseen,
            slots: Some(SLOTS.to_vec()),
            code: None,
            may_upgrade: true,
            watermark: None,
            cores: BTreeSet::new(),
            missing: BTreeMap::new(),
            rejection: None,
            steps: 0,
            highest: None,
            heads: VecDeque::new(),
            figures: Figures::default(),
        }
    }
}

impl Para {
    /// What is known is over: relay blocks are missing from the history.
    pub(super) fn start_again(&mut self) {
        self.pending.clear();
        self.included = None;
        self.knows_backing = false;
        self.may_upgrade = true;
        self.watermark = None;
        self.heads.clear();
    }

    /// The included head moved.
    fn moves_to(&mut self, block: u64, head: Head) {
        self.included = Some(head);
        self.figures.included += 1;
        if let Some(number) = head.number {
            if self.heads.len() == HEADS {
                self.heads.pop_front();
            }
            self.heads.push_back((block, number));
        }
    }

    /// How many blocks the segment of a block holds, itself among them, if the history has the head
    /// that its relay parent shows as included.
    fn segment(&self, relay_parent: Option<u64>, number: Option<u64>) -> Option<u64> {
        let shown = self.heads.iter().rev().find(|(block, _)| Some(*block) <= relay_parent)?;
        number?.checked_sub(shown.1)
    }

    /// Whether a step of it was rejected.
    pub(super) fn is_rejected(&self) -> bool {
        self.rejection.is_some()
    }

    /// Notes something that is not recorded.
    pub(super) fn suppose(&mut self, what: &str) {
        *self.missing.entry(what.to_owned()).or_default() += 1;
    }

    /// A step was taken.
    pub(super) fn goes_on(&mut self) {
        self.steps += 1;
    }

    /// No step explains what is recorded.
    pub(super) fn reject(&mut self, block: u64, line: usize, next: Vec<Alternative>) {
        self.rejection = Some(Rejection { block, line, prefix: self.steps, next });
        self.pending.clear();
    }

    /// Candidates that are pending, the first to be included first.
    pub(super) fn pending(&self) -> impl Iterator<Item = &Pending> {
        self.pending.iter()
    }

    /// SESS-3, DISP-1: candidates that some block backed before this one are gone, and with them those
    /// behind.
    pub(super) fn lose_those_before(&mut self, block: u64) {
        if self.pending.front().is_some_and(|first| first.backed < block) {
            self.pending.clear();
        }
    }

    /// The answer.
    pub(super) fn verdict(mut self, relay_blocks: u64) -> ParaVerdict {
        self.figures.relay_blocks = relay_blocks;
        self.figures.cores = self.cores.len() as u64;
        self.figures.slot_ms = match self.slots.as_deref() {
            Some([one]) => Some(*one),
            _ => None,
        };
        ParaVerdict { missing: self.missing, rejection: self.rejection, figures: self.figures }
    }

    /// A candidate is backed.
    pub(super) fn back(
        &mut self,
        known: &Known,
        place: Place,
        one: &Candidate,
    ) -> Result<(), Excluded> {
        self.check_age(known, place, one)?;
        self.check_parent(known, place, one)?;
        Para::check_head(place, one)?;
        self.check_slot(place, one)?;
        self.check_code(one)?;
        self.check_watermark(place, one)?;
        if one.votes.is_some_and(|votes| votes < known.least_votes) {
            let votes = one.votes.unwrap_or_default();
            return Err(("SEC-2", format!("{votes} votes, and {} are needed", known.least_votes)));
        }
        if one.known_core().is_some_and(|core| core != u64::from(one.core)) {
            let meant = one.known_core().unwrap_or_default();
            return Err((
                "SCHED-4",
                format!("backed on core {}, built for core {meant}", one.core),
            ));
        }
        let head = Head {
            hash: one.para_head,
            number: one.head_num,
            relay_parent: place.relay_parent.or(one.rpsr_num),
            slot: one.aura_slot,
        };
        let (parent, core, backed) = (one.head_parent, one.core, place.block);
        self.pending.push_back(Pending { head, parent, core, backed });
        self.figures.backed += 1;
        self.figures.forks += u64::from(one.head_num.is_some() && one.head_num <= self.highest);
        self.highest = self.highest.max(one.head_num);
        if let Some(segment) = self.segment(head.relay_parent, head.number) {
            self.figures.segment.add(segment);
        }
        if self.included.is_some() {
            self.figures.pending.add(self.pending.len() as u64);
        }
        if self.cores.len() < MOST_CORES {
            self.cores.insert(core);
        }
        Ok(())
    }

    /// ARP-1: the relay parent is one of the L blocks before.
    fn check_age(&mut self, known: &Known, place: Place, one: &Candidate) -> Result<(), Excluded> {
        let Some(relay_parent) = place.relay_parent.or(one.rpsr_num) else {
            self.suppose("relay parents that are older than the history");
            return Ok(());
        };
        if place.relay_parent.is_none() {
            self.suppose("hashes of relay parents that are older than the history");
        }
        let age = place.block.saturating_sub(relay_parent);
        if age == 0 || age > u64::from(known.lookahead) {
            let back = format!("relay block {relay_parent} is {age} blocks back");
            return Err(("ARP-1", format!("{back}, and 1 to {} are allowed", known.lookahead)));
        }
        self.figures.relay_parent_age.add(age);
        Ok(())
    }

    /// Whether candidates that were backed before the stretch began can still be pending.
    fn may_have_older(known: &Known, place: Place) -> bool {
        place.block - place.since < known.occupancy
    }

    /// INCL-6, INCL-6b: it builds on the newest pending head, or else on the included one.
    fn check_parent(
        &mut self,
        known: &Known,
        place: Place,
        one: &Candidate,
    ) -> Result<(), Excluded> {
        let newest = self.pending.back().map(|pending| pending.head).or(self.included);
        let Some(newest) = newest else {
            if self.included.is_none() {
                self.suppose("heads that were included before the history");
            }
            return Ok(());
        };
        if let (Some(before), Some(now)) =
            (newest.relay_parent, place.relay_parent.or(one.rpsr_num))
            && now < before
        {
            return Err(("INCL-6b", format!("relay parent {now} after {before}")));
        }
        let Some(parent) = one.head_parent else {
            self.suppose("parents of heads");
            return Ok(());
        };
        let ahead = match (newest.number, one.head_num) {
            (Some(before), Some(now)) => now.checked_sub(before),
            _ => None,
        };
        if parent == newest.hash {
            if self.links == Links::ByAnother {
                return Err((
                    "INCL-6",
                    "it names its parent by the head, those before do not".into(),
                ));
            }
            self.links = Links::ByHead;
            return match ahead {
                None | Some(1) => Ok(()),
                Some(_) => Err(("PVF-1", numbers(newest.number, one.head_num))),
            };
        }
        let follows = ahead == Some(1);
        if follows && self.links != Links::ByHead {
            self.links = Links::ByAnother;
            self.suppose("heads by the hash with which the para links them");
            return Ok(());
        }
        let leaves_room = ahead.is_none_or(|ahead| ahead > 1);
        if self.pending.is_empty() && leaves_room && Para::may_have_older(known, place) {
            self.suppose("candidates that were backed before the history");
            return Ok(());
        }
        let what = if self.pending.is_empty() { "included" } else { "pending" };
        Err(("INCL-6", format!("it builds on {parent}, the newest {what} head is {}", newest.hash)))
    }

    /// PVF-1: number and state root in its head are the relay parent's.
    fn check_head(place: Place, one: &Candidate) -> Result<(), Excluded> {
        if let (Some(says), Some(is)) = (one.rpsr_num, place.relay_parent)
            && says != is
        {
            return Err(("PVF-1", format!("its head says relay parent {says}, its receipt {is}")));
        }
        if let (Some(says), Some(is)) = (one.rpsr_root, place.root)
            && says != is
        {
            return Err((
                "PVF-1",
                format!("its head has state root {says}, the relay parent {is}"),
            ));
        }
        Ok(())
    }

    /// HOOK-4, BLK-3: its slot follows from the relay parent's, by one slot duration, and never goes
    /// back.
    fn check_slot(&mut self, place: Place, one: &Candidate) -> Result<(), Excluded> {
        let Some(slot) = one.aura_slot else { return Ok(()) };
        let newest = self.pending.back().map(|pending| pending.head).or(self.included);
        if let Some(before) = newest.and_then(|head| head.slot)
            && slot < before
        {
            return Err(("BLK-3", format!("slot {slot} after {before}")));
        }
        let Some(relay_slot) = place.slot else {
            self.suppose("slots of relay parents that are older than the history");
            return Ok(());
        };
        let Some(slots) = &mut self.slots else { return Ok(()) };
        let is_fresh = slots.len() == SLOTS.len();
        let follows = |&ms: &u32| relay_slot.checked_mul(RELAY_SLOT).map(|at| at / u64::from(ms));
        let left: Vec<u32> = slots.iter().copied().filter(|ms| follows(ms) == Some(slot)).collect();
        if left.is_empty() && !is_fresh {
            let of = slots.iter().map(u32::to_string).collect::<Vec<_>>().join(" or ");
            let of = format!("does not follow from relay slot {relay_slot} with slots of {of} ms");
            return Err(("HOOK-4", format!("slot {slot} {of}")));
        }
        self.slots = if left.is_empty() { None } else { Some(left) };
        if self.slots.is_none() {
            self.suppose("how the para derives its slots");
        }
        Ok(())
    }

    /// INCL-9: the code that validates it is the one before, unless an upgrade came between.
    fn check_code(&mut self, one: &Candidate) -> Result<(), Excluded> {
        let before = self.code;
        if let Some(code) = one.code_hash {
            if before.is_some_and(|before| before != code) {
                if !self.may_upgrade {
                    let before = before.map(|code| code.to_string()).unwrap_or_default();
                    return Err(("INCL-9", format!("code {code} after {before}, and no new code")));
                }
                self.suppose("upgrades that began before the history");
                self.may_upgrade = false;
            }
            self.code = Some(code);
        }
        self.may_upgrade |= one.new_code == Some(true);
        Ok(())
    }

    /// INCL-12: the watermark is not behind the last one, and not ahead of the relay parent.
    fn check_watermark(&mut self, place: Place, one: &Candidate) -> Result<(), Excluded> {
        let Some(watermark) = one.hrmp_watermark else { return Ok(()) };
        if let Some(before) = self.watermark
            && watermark < before
        {
            return Err(("INCL-12", format!("watermark {watermark} after {before}")));
        }
        if let Some(relay_parent) = place.relay_parent.or(one.rpsr_num)
            && watermark > relay_parent
        {
            return Err(("INCL-12", format!("watermark {watermark}, relay parent {relay_parent}")));
        }
        self.watermark = Some(watermark);
        Ok(())
    }

    /// A candidate is included. The answer is when it was backed, if that is recorded.
    pub(super) fn include(
        &mut self,
        known: &Known,
        place: Place,
        one: &Candidate,
    ) -> Result<Option<u64>, Excluded> {
        let position = self.pending.iter().position(|pending| pending.head.hash == one.para_head);
        let head = Head {
            hash: one.para_head,
            number: one.head_num,
            relay_parent: place.relay_parent.or(one.rpsr_num),
            slot: one.aura_slot,
        };
        let Some(position) = position else {
            let parent_of_first = self.pending.front().and_then(|first| first.parent);
            let comes_first = self.pending.is_empty() || parent_of_first == Some(one.para_head);
            if !Para::may_have_older(known, place) {
                return Err(("INCL-5", format!("head {} was not backed", one.para_head)));
            }
            let on_known = self.links == Links::ByHead
                && self.knows_backing
                && self.included.map(|head| head.hash) == one.head_parent;
            if on_known {
                let since =
                    "its parent was backed in this history, so it was later, and no block did";
                return Err(("INCL-5", since.into()));
            }
            if !comes_first {
                return Err((
                    "INCL-4",
                    format!("head {} is not the first that pends", one.para_head),
                ));
            }
            if let (Some(before), Some(now)) =
                (self.included.and_then(|head| head.number), one.head_num)
                && before.checked_add(1) != Some(now)
            {
                return Err(("INCL-5", numbers(Some(before), Some(now))));
            }
            if self.included.is_some() && self.links == Links::ByHead {
                let last = self.included.map(|head| head.hash);
                if one.head_parent.is_some() && one.head_parent != last {
                    return Err(("INCL-6", "it does not build on the included head".into()));
                }
            }
            self.suppose("candidates that were backed before the history");
            self.moves_to(place.block, head);
            return Ok(None);
        };
        let pending = self.pending[position];
        if position > 0 {
            let first = self.pending[0].head.hash;
            return Err(("INCL-4", format!("head {first} pends before {}", one.para_head)));
        }
        if pending.core != one.core
            || (one.head_num.is_some() && pending.head.number != one.head_num)
        {
            return Err(("INCL-5", "core or number are not those with which it was backed".into()));
        }
        if let (Some(parent), Some(included)) = (pending.parent, self.included)
            && self.links == Links::ByHead
            && parent != included.hash
        {
            let is = format!("it builds on {parent}, and {} is included", included.hash);
            return Err(("INCL-4", is));
        }
        let after = place.block - pending.backed;
        if after > known.occupancy {
            let most = known.occupancy;
            return Err(("TO-4", format!("{after} blocks after its backing, {most} are the most")));
        }
        self.pending.pop_front();
        self.moves_to(place.block, head);
        self.knows_backing = true;
        self.figures.inclusion.add(after);
        Ok(Some(pending.backed))
    }

    /// A candidate times out, and with it those behind (INCL-13).
    pub(super) fn time_out(
        &mut self,
        known: &Known,
        place: Place,
        one: &Candidate,
    ) -> Result<(), Excluded> {
        let position = self.pending.iter().position(|pending| pending.head.hash == one.para_head);
        match position {
            Some(position) if place.block - self.pending[position].backed < known.period => {
                let after = place.block - self.pending[position].backed;
                return Err((
                    "TO-2",
                    format!("{after} blocks after its backing, not {}", known.period),
                ));
            }
            Some(position) => {
                self.pending.truncate(position);
            }
            None if Para::may_have_older(known, place) => {
                self.suppose("candidates that were backed before the history");
            }
            None => return Err(("TO-2", format!("head {} does not pend", one.para_head))),
        }
        self.figures.timed_out += 1;
        Ok(())
    }
}

fn numbers(before: Option<u64>, now: Option<u64>) -> String {
    let word =
        |number: Option<u64>| number.map_or("unknown".to_owned(), |number| number.to_string());
    format!("block {} after block {}", word(now), word(before))
}
