//! The search through every chain that a setting allows, in breadth.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hasher;

use stateright::{Model, Property};
use unincluded_model::economics::switch::Progress;
use unincluded_model::economics::{Block, BlockTime, Call, Chain, Machine, Receipt};
use xxhash_rust::xxh3::Xxh3;

use super::{Broken, Ledger, Moment, Setting, canonical, situations};

/// Every chain of a setting, under a machine that may make a mistake.
#[derive(Clone, Debug)]
pub struct Economy {
    /// What may happen.
    pub setting: Setting,
    /// By which rules.
    pub machine: Machine,
}

/// What a block brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deed {
    /// UPG-4: whether it is the first of the new runtime.
    pub upgrade: bool,
    /// UPG-5: what becomes of the lazy migrations.
    pub progress: Progress,
    /// S13: the time since the parent, the nominal one if none; milliseconds.
    pub milliseconds: Option<u32>,
    /// What is asked for.
    pub calls: Vec<Call>,
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Explored {
    /// Distinct moments.
    pub states: usize,
    /// Blocks that were executed.
    pub blocks: usize,
    /// Blocks from the start to the furthest moment.
    pub depth: usize,
    /// Whether nothing was left to execute.
    pub is_closed: bool,
    /// The claims that broke, each with a shortest run.
    pub broken: BTreeMap<&'static str, Vec<Deed>>,
    /// How often each situation was met.
    pub met: BTreeMap<&'static str, usize>,
}

impl Economy {
    /// The setting under the rules as they are.
    pub fn new(setting: Setting) -> Self {
        let machine = setting.machine();
        Self { setting, machine }
    }

    /// Where every chain starts.
    pub fn start(&self) -> Moment {
        let chain = self.setting.start(&self.machine);
        let ledger = Ledger::starting(&chain);
        let moment = Moment { chain, ledger, broken: Broken::default() };
        self.canonical(moment, &Receipt::default())
    }

    /// What the next block can bring.
    pub fn deeds(&self, chain: &Chain) -> Vec<Deed> {
        let is_old = chain.block_time == BlockTime::TwelveSeconds;
        let can_switch = self.setting.has_switch && (is_old || self.setting.has_second_switch);
        let upgrades: &[bool] = if can_switch { &[false, true] } else { &[false] };
        let mut deeds = Vec::new();
        for &upgrade in upgrades {
            let is_migrating = upgrade || chain.migrations.is_ongoing();
            let progresses: &[Progress] =
                if is_migrating { self.setting.progresses } else { &[Progress::CompletesAll] };
            for &progress in progresses {
                for &milliseconds in self.setting.paces {
                    let wishes = self.setting.wishes(chain).into_iter();
                    let deed = |calls| Deed { upgrade, progress, milliseconds, calls };
                    deeds.extend(wishes.map(deed));
                }
            }
        }
        deeds
    }

    /// The block with that deed, and what came of it.
    pub fn execute(&self, moment: &Moment, deed: &Deed) -> (Moment, Receipt, Chain) {
        let &Deed { upgrade, progress, milliseconds, ref calls } = deed;
        let block = Block { upgrade, progress, calls, milliseconds };
        let mut next = moment.clone();
        let (receipt, broken) = next.ledger.execute(&self.machine, &mut next.chain, &block);
        next.broken = broken;
        let raw = next.chain.clone();
        (self.canonical(next, &receipt), receipt, raw)
    }

    fn canonical(&self, moment: Moment, receipt: &Receipt) -> Moment {
        canonical(&self.machine, moment, receipt, &self.setting)
    }

    /// Everything that can happen, up to so many distinct moments.
    pub fn explore(&self, most: usize) -> Explored {
        let mut found = Explored::default();
        let mut seen: HashMap<u64, u32> = HashMap::new();
        let mut origins: Vec<(u32, Deed)> = Vec::new();
        let mut queue = VecDeque::new();
        let start = self.start();
        seen.insert(fingerprint(&start), 0);
        origins.push((0, Deed::default()));
        queue.push_back((0_u32, 0_usize, start));
        found.is_closed = true;
        while let Some((place, depth, moment)) = queue.pop_front() {
            found.depth = found.depth.max(depth);
            for deed in self.deeds(&moment.chain) {
                let (mut next, receipt, raw) = self.execute(&moment, &deed);
                found.blocks += 1;
                for situation in situations(&moment.chain, &raw, &receipt) {
                    *found.met.entry(situation).or_default() += 1;
                }
                for id in next.broken.ids() {
                    found.broken.entry(id).or_insert_with(|| run(&origins, place, &deed));
                }
                // What broke is told once; a search goes on behind it.
                next.broken = Broken::default();
                let print = fingerprint(&next);
                if seen.contains_key(&print) {
                    continue;
                }
                if seen.len() >= most {
                    found.is_closed = false;
                    continue;
                }
                let number = origins.len() as u32;
                seen.insert(print, number);
                origins.push((place, deed));
                queue.push_back((number, depth + 1, next));
            }
        }
        found.states = seen.len();
        found
    }
}

/// The deeds from the start to that place, and one more.
fn run(origins: &[(u32, Deed)], mut place: u32, last: &Deed) -> Vec<Deed> {
    let mut deeds = vec![last.clone()];
    while place > 0 {
        let (parent, deed) = &origins[place as usize];
        deeds.push(deed.clone());
        place = *parent;
    }
    deeds.reverse();
    deeds
}

/// A moment in 64 bits.
pub(super) fn fingerprint(moment: &impl std::hash::Hash) -> u64 {
    let mut hasher = Xxh3::new();
    moment.hash(&mut hasher);
    hasher.finish()
}

/// The same search by stateright, whose properties are of one state: what the newest block broke.
impl Model for Economy {
    type State = Moment;
    type Action = Deed;

    fn init_states(&self) -> Vec<Moment> {
        vec![self.start()]
    }

    fn actions(&self, moment: &Moment, deeds: &mut Vec<Deed>) {
        deeds.extend(self.deeds(&moment.chain));
    }

    fn next_state(&self, moment: &Moment, deed: Deed) -> Option<Moment> {
        Some(self.execute(moment, &deed).0)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("no block breaks a claim", |_, moment: &Moment| {
            moment.broken.is_none()
        })]
    }
}
