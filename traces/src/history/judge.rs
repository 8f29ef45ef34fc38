//! The judge: one relay block after the other, and what it does to cores and paras.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::figures::MAX_PARAS;
use super::para::{Excluded, Para, Place};
use super::record::{Candidate, Event, Hash, Record, bytes};
use super::verdict::{Alternative, History, Rejection};

/// What is known of the relay chain's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// L: relay blocks after its relay parent in which a candidate can be backed; 1 before
    /// asynchronous backing.
    pub lookahead: u8,
    /// max(P, F): relay blocks for which a candidate can pend.
    pub occupancy: u64,
    /// P: relay blocks after which it can time out; 0 if that is not known.
    pub period: u64,
    /// Votes that back a candidate, at least.
    pub least_votes: u32,
}

impl Default for Known {
    fn default() -> Self {
        Known { lookahead: 3, occupancy: 10, period: 0, least_votes: 2 }
    }
}

/// Relay blocks of which the judge remembers the header.
const REMEMBERED: usize = 16;

/// Names of chains in one file, at most.
const MAX_CHAINS: usize = 16;

/// Bytes of such a name, at most: it is said again with each para.
const MAX_CHAIN_NAME: usize = 256;

/// Cores of a chain, at most: more are an error, so that memory has a bound.
const MAX_CORES: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Header {
    number: u64,
    hash: Hash,
    slot: Option<u64>,
    root: Option<Hash>,
    is_recorded: bool,
}

/// The candidate on a core.
#[derive(Clone, Copy, Debug)]
struct Occupant {
    para: u32,
    head: Hash,
    backed: u64,
    votes: u64,
}

/// A block in which nothing was backed: a session may have ended (INCL-2).
#[derive(Clone, Copy, Debug)]
struct Quiet {
    block: u64,
    /// A candidate from before was included after it, so none did (SESS-3).
    is_disproved: bool,
}

#[derive(Debug, Default)]
struct Chain {
    headers: VecDeque<Header>,
    since: u64,
    blocks: u64,
    cores: BTreeMap<u32, Occupant>,
    paras: BTreeMap<u32, Para>,
    quiet: Option<Quiet>,
    disputed: Option<u64>,
    session: Option<u64>,
    is_broken: bool,
}

/// Judges a history.
#[derive(Debug)]
pub struct Judge {
    known: Known,
    chains: BTreeMap<String, Chain>,
    blocks: u64,
    gaps: u64,
    broken: Option<Rejection>,
}

impl Judge {
    /// Nothing was seen yet.
    pub fn new(known: Known) -> Self {
        Judge { known, chains: BTreeMap::new(), blocks: 0, gaps: 0, broken: None }
    }

    /// The next relay block, on that line of the file.
    ///
    /// # Errors
    ///
    /// If a bitfield is not written as digits, a chain's name is too long, or there are more paras, cores or
    /// chains than are judged.
    pub fn block(&mut self, record: &Record, line: usize) -> Result<(), String> {
        let name = record.chain.clone().unwrap_or_default();
        if name.len() > MAX_CHAIN_NAME {
            return Err(format!("a relay chain's name holds at most {MAX_CHAIN_NAME} bytes"));
        }
        if !self.chains.contains_key(&name) && self.chains.len() == MAX_CHAINS {
            return Err(format!("more than {MAX_CHAINS} relay chains"));
        }
        self.blocks += 1;
        let chain = self.chains.entry(name).or_default();
        chain.blocks += 1;
        if chain.is_broken {
            return Ok(());
        }
        match chain.follow(record) {
            Ok(gap) => self.gaps += u64::from(gap),
            Err(because) => {
                chain.is_broken = true;
                let step = format!("relay block {}", record.n);
                let next = vec![Alternative { step, rule: RELAY_CHAIN, because }];
                let prefix = chain.blocks - 1;
                let broken = Rejection { block: record.n, line, prefix, next };
                self.broken.get_or_insert(broken);
                return Ok(());
            }
        }
        chain.execute(&self.known, record, line)
    }

    /// The answer.
    pub fn verdict(self) -> History {
        let mut paras = BTreeMap::new();
        for (name, chain) in self.chains {
            for (id, para) in chain.paras {
                paras.insert((name.clone(), id), para.verdict(chain.blocks));
            }
        }
        History { blocks: self.blocks, gaps: self.gaps, broken: self.broken, paras }
    }
}

/// What a history says of the relay chain itself is no rule of paras: blocks name their parents.
const RELAY_CHAIN: &str = "relay chain";

impl Chain {
    /// Takes up the header. The answer is whether blocks are missing before it.
    fn follow(&mut self, record: &Record) -> Result<bool, String> {
        let last = self.headers.iter().rev().find(|header| header.is_recorded).copied();
        let parent = record.parent_header.as_ref();
        if let Some(parent) = parent
            && parent.n.checked_add(1) != Some(record.n)
        {
            return Err(format!("its parent's header has number {}", parent.n));
        }
        if let (Some(slot), Some(before)) = (record.babe_slot, parent.and_then(|one| one.babe_slot))
            && slot <= before
        {
            return Err(format!("slot {slot} after {before}"));
        }
        let again = self.headers.iter().any(|one| one.is_recorded && one.hash == record.hash);
        let late = self.headers.iter().any(|one| !one.is_recorded && one.hash == record.hash);
        if again || (late && last.is_some_and(|last| last.number > record.n)) {
            return Err("it comes after blocks that follow it".to_owned());
        }
        let gap = last.is_some_and(|last| last.number.checked_add(1) != Some(record.n));
        if let Some(last) = last
            && !gap
        {
            if last.hash != record.parent {
                return Err(format!(
                    "its parent is {}, the block before is {}",
                    record.parent, last.hash
                ));
            }
            let is_other =
                |says: Option<Hash>| says.is_some() && last.root.is_some() && says != last.root;
            if parent.is_some_and(|parent| is_other(parent.state_root)) {
                return Err("its parent's header has another state root".to_owned());
            }
            if let (Some(slot), Some(before)) = (record.babe_slot, last.slot)
                && slot <= before
            {
                return Err(format!("slot {slot} after {before}"));
            }
        }
        if gap || last.is_none() {
            self.start_again(record.n);
            if let Some(parent) = parent {
                if let Some(number) = parent.n.checked_sub(1) {
                    self.remember(Header {
                        number,
                        hash: parent.parent,
                        slot: None,
                        root: None,
                        is_recorded: false,
                    });
                }
                self.remember(Header {
                    number: parent.n,
                    hash: record.parent,
                    slot: parent.babe_slot,
                    root: parent.state_root,
                    is_recorded: false,
                });
            }
        }
        self.remember(Header {
            number: record.n,
            hash: record.hash,
            slot: record.babe_slot,
            root: record.state_root,
            is_recorded: true,
        });
        Ok(gap)
    }

    fn remember(&mut self, header: Header) {
        if self.headers.len() == REMEMBERED {
            self.headers.pop_front();
        }
        self.headers.push_back(header);
    }

    fn start_again(&mut self, block: u64) {
        self.headers.clear();
        self.since = block;
        self.cores.clear();
        self.quiet = None;
        self.disputed = None;
        self.session = None;
        self.paras.values_mut().for_each(Para::start_again);
    }

    /// The block itself, in its order: votes and inclusion, timeouts, backing (INH-1).
    fn execute(&mut self, known: &Known, record: &Record, line: usize) -> Result<(), String> {
        if record.disputes.is_some_and(|disputes| disputes > 0) {
            self.disputed = Some(record.n);
        }
        self.count_votes(record)?;
        let sessions = record.events.iter().filter_map(|event| match event {
            Event::CandidateBacked(one) => one.known_session(),
            _ => None,
        });
        if let Some(session) = sessions.max() {
            if self.session.is_some_and(|before| before < session) {
                self.end_session(record.n);
            }
            self.session = Some(self.session.unwrap_or_default().max(session));
        }
        let mut backed_on = BTreeSet::new();
        let mut backs = false;
        for event in &record.events {
            let one = match event {
                Event::CandidateBacked(one)
                | Event::CandidateIncluded(one)
                | Event::CandidateTimedOut(one) => one,
                Event::Other => continue,
            };
            if !self.paras.contains_key(&one.para) && self.paras.len() == MAX_PARAS {
                return Err(format!("more than {MAX_PARAS} paras"));
            }
            if !self.cores.contains_key(&one.core) && self.cores.len() == MAX_CORES {
                return Err(format!("more than {MAX_CORES} cores"));
            }
            let place = self.place(record, one);
            let para = self.paras.entry(one.para).or_default();
            if para.is_rejected() {
                backs |= matches!(event, Event::CandidateBacked(_));
                continue;
            }
            let (step, taken) = match event {
                Event::CandidateBacked(_) => {
                    backs = true;
                    let twice = !backed_on.insert(one.core);
                    ("backs", self.back(known, place, one, twice))
                }
                Event::CandidateIncluded(_) => {
                    ("includes", self.include(known, place, record, one, backs))
                }
                _ => ("times out", self.time_out(known, place, one, backs)),
            };
            let para = self.paras.entry(one.para).or_default();
            match taken {
                Ok(()) => para.goes_on(),
                Err(mut next) => {
                    let (rule, because) = next.remove(0);
                    let step = format!(
                        "relay block {} {step} {} on core {}",
                        record.n, one.para_head, one.core
                    );
                    let recorded = Alternative { step, rule, because };
                    let others = next.into_iter().map(|(rule, because)| Alternative {
                        step: "the same, after a step that leaves no record".to_owned(),
                        rule,
                        because,
                    });
                    para.reject(record.n, line, std::iter::once(recorded).chain(others).collect());
                    self.cores.retain(|_, occupant| occupant.para != one.para);
                }
            }
        }
        if !backs {
            self.quiet = Some(Quiet { block: record.n, is_disproved: false });
        }
        Ok(())
    }

    /// What the history has of a candidate's relay parent.
    fn place(&self, record: &Record, one: &Candidate) -> Place {
        let header = self.headers.iter().find(|header| header.hash == one.rp);
        Place {
            block: record.n,
            since: self.since,
            relay_parent: header.map(|header| header.number),
            slot: header.and_then(|header| header.slot),
            root: header.and_then(|header| header.root),
        }
    }

    /// INCL-3: votes for the candidates that pended before this block.
    fn count_votes(&mut self, record: &Record) -> Result<(), String> {
        for (text, &signers) in record.bitfields.iter().flatten() {
            let Some(bytes) = bytes(text) else {
                let glimpse: String = text.chars().take(40).collect();
                return Err(format!("a bitfield is 0x and digits, not {glimpse:?}"));
            };
            for (&core, occupant) in &mut self.cores {
                let byte = bytes.get((core / 8) as usize).copied().unwrap_or_default();
                if byte >> (core % 8) & 1 == 1 {
                    occupant.votes += u64::from(signers);
                }
            }
        }
        Ok(())
    }

    /// SESS-3: all that pended before this block is gone.
    fn end_session(&mut self, block: u64) {
        self.cores.retain(|_, occupant| occupant.backed >= block);
        self.paras.values_mut().for_each(|para| para.lose_those_before(block));
    }

    fn back(
        &mut self,
        known: &Known,
        place: Place,
        one: &Candidate,
        twice: bool,
    ) -> Result<(), Vec<Excluded>> {
        if twice {
            return Err(vec![(
                "INCL-1",
                format!("core {} has a candidate of this block", one.core),
            )]);
        }
        if one.known_session().is_some_and(|session| Some(session) != self.session) {
            let session = one.known_session().unwrap_or_default();
            return Err(vec![("ARP-2", format!("built in session {session}, which is over"))]);
        }
        // A relay parent whose number the history has under another hash.
        let of_number = |number| self.headers.iter().find(|header| header.number == number);
        let says = place.relay_parent.or(one.rpsr_num);
        let missing = place.relay_parent.is_none();
        let window = place.block.saturating_sub(u64::from(known.lookahead))..place.block;
        let knows_all = window.clone().all(|number| of_number(number).is_some());
        if missing && (says.and_then(of_number).is_some() || knows_all) {
            let because = format!("{} is none of the blocks before", one.rp);
            return Err(vec![("ARP-1", because)]);
        }
        if let Some(&occupant) = self.cores.get(&one.core) {
            let here = format!("core {} has {} of para {}", one.core, occupant.head, occupant.para);
            self.explain_loss(occupant)
                .map_err(|because| vec![("INCL-1", here.clone()), because])?;
        }
        let para = self.paras.entry(one.para).or_default();
        para.back(known, place, one).map_err(|excluded| vec![excluded])?;
        let occupant =
            Occupant { para: one.para, head: one.para_head, backed: place.block, votes: 0 };
        self.cores.insert(one.core, occupant);
        Ok(())
    }

    /// Whether a candidate can have gone without a record, and if so that it has: with a session, or by
    /// a dispute.
    fn explain_loss(&mut self, occupant: Occupant) -> Result<(), Excluded> {
        if let Some(quiet) = self.quiet
            && quiet.block > occupant.backed
            && !quiet.is_disproved
        {
            self.end_session(quiet.block);
            if let Some(para) = self.paras.get_mut(&occupant.para) {
                para.suppose("ends of sessions");
            }
            return Ok(());
        }
        if self.disputed.is_some_and(|block| block > occupant.backed) {
            self.cores
                .retain(|_, other| other.para != occupant.para || other.backed < occupant.backed);
            if let Some(para) = self.paras.get_mut(&occupant.para) {
                para.lose_those_before(u64::MAX);
                para.suppose("what disputes did");
            }
            return Ok(());
        }
        let backed = occupant.backed;
        Err(if let Some(quiet) = self.quiet.filter(|quiet| quiet.block > backed) {
            let block = quiet.block;
            ("SESS-3", format!("no session ended in {block}: what pended there was included"))
        } else {
            let since = format!("every block since {backed} backs something");
            ("INCL-2", format!("no session can have ended: {since}; and there is no dispute"))
        })
    }

    fn include(
        &mut self,
        known: &Known,
        place: Place,
        record: &Record,
        one: &Candidate,
        backs: bool,
    ) -> Result<(), Vec<Excluded>> {
        if backs {
            return Err(vec![("INH-1", "a block includes before it backs".to_owned())]);
        }
        let occupant = self.cores.get(&one.core).filter(|held| held.head == one.para_head).copied();
        if let (Some(occupant), Some(most)) = (occupant, record.max_validator_index)
            && record.bitfields.is_some()
        {
            let validators = u64::from(most) + 1;
            let needed = validators - (validators - 1) / 3;
            if occupant.votes < needed {
                let votes = occupant.votes;
                let of =
                    format!("{votes} votes, and {validators} validators need {needed} at least");
                return Err(vec![("INCL-3", of)]);
            }
        }
        let para = self.paras.entry(one.para).or_default();
        let backed = para.include(known, place, one).map_err(|excluded| vec![excluded])?;
        if occupant.is_some() {
            self.cores.remove(&one.core);
        }
        if let (Some(backed), Some(quiet)) = (backed, &mut self.quiet) {
            quiet.is_disproved |= backed < quiet.block;
        }
        Ok(())
    }

    fn time_out(
        &mut self,
        known: &Known,
        place: Place,
        one: &Candidate,
        backs: bool,
    ) -> Result<(), Vec<Excluded>> {
        if backs {
            return Err(vec![("INH-1", "a block times out before it backs".to_owned())]);
        }
        let para = self.paras.entry(one.para).or_default();
        para.time_out(known, place, one).map_err(|excluded| vec![excluded])?;
        let stays: BTreeSet<u32> = para.pending().map(|pending| pending.core).collect();
        self.cores.retain(|core, held| held.para != one.para || stays.contains(core));
        Ok(())
    }
}
