//! A second opinion: stateright explores the same model.
//!
//! No verdict rests on it. Its count of unique states must equal our own, and the invariants it
//! sees violated must be those that we see violated; anything else is an error of one of the two.

use std::sync::Arc;

use stateright::{Checker, Model, Property as StaterightProperty};
use unincluded_model::{Action, Protocol, State};

use crate::catalogue::{CATALOGUE, Check};
use crate::{Transition, label};

/// The protocol as a stateright model.
#[derive(Clone, Debug)]
pub struct Oracle(Arc<Protocol>);

impl Oracle {
    /// The protocol, to be explored by stateright.
    pub fn new(protocol: &Protocol) -> Self {
        Oracle(Arc::new(protocol.clone()))
    }

    /// The protocol.
    pub fn protocol(&self) -> &Protocol {
        &self.0
    }

    /// Explores everything on so many threads.
    pub fn explore(self, threads: usize) -> Opinion {
        Opinion::of(&self.checker().threads(threads.max(1)).spawn_bfs().join())
    }
}

/// What stateright found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// Unique states.
    pub states: usize,
    /// The invariants and step properties it saw violated, sorted; step properties together
    /// under [`STEPS`].
    pub violated: Vec<&'static str>,
}

impl Opinion {
    /// What a checker that has come to its end found.
    pub fn of(checker: &impl Checker<Oracle>) -> Opinion {
        let mut violated: Vec<&'static str> = checker.discoveries().into_keys().collect();
        violated.sort_unstable();
        Opinion { states: checker.unique_state_count(), violated }
    }
}

/// The name under which all step properties are judged together.
pub const STEPS: &str = "step properties";

impl Model for Oracle {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.0.canonical(&self.0.initial()).0]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend(self.0.actions(state));
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        self.0.step(state, &action).ok()
    }

    fn properties(&self) -> Vec<StaterightProperty<Self>> {
        let mut properties: Vec<_> = CATALOGUE
            .iter()
            .enumerate()
            .filter(|(_, property)| (property.applies)(&self.0))
            .filter(|(_, property)| matches!(property.check, Check::State(_)))
            .map(|(place, property)| StaterightProperty::always(property.id, HOLDS[place]))
            .collect();
        properties.push(StaterightProperty::always(STEPS, steps_hold));
        // A property that nothing violates keeps stateright from stopping before the end.
        properties.push(StaterightProperty::always("the search goes on", |_, _| true));
        properties
    }

    fn format_action(&self, action: &Action) -> String {
        label::action(action)
    }

    fn format_step(&self, before: &State, action: Action) -> Option<String> {
        let after = self.next_state(before, action)?;
        Some(label::state(&after))
    }

    fn within_boundary(&self, _: &State) -> bool {
        true
    }
}

/// The state properties as plain functions, by place in the catalogue: stateright's conditions
/// capture nothing.
const HOLDS: [fn(&Oracle, &State) -> bool; 256] = {
    macro_rules! table {
        ($($place:literal)*) => { [$(holds::<$place>),*] };
    }
    table!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117 118 119 120 121 122 123 124 125 126 127 128 129 130 131 132 133 134 135 136 137 138 139 140 141 142 143 144 145 146 147 148 149 150 151 152 153 154 155 156 157 158 159 160 161 162 163 164 165 166 167 168 169 170 171 172 173 174 175 176 177 178 179 180 181 182 183 184 185 186 187 188 189 190 191 192 193 194 195 196 197 198 199 200 201 202 203 204 205 206 207 208 209 210 211 212 213 214 215 216 217 218 219 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255)
};

const _: () = assert!(CATALOGUE.len() <= HOLDS.len(), "lengthen the table");

fn holds<const PLACE: usize>(oracle: &Oracle, state: &State) -> bool {
    match CATALOGUE.get(PLACE).map(|property| property.check) {
        Some(Check::State(check)) => check(&oracle.0, state).is_ok(),
        _ => true,
    }
}

/// All step properties at once, as one visit of the successors serves them all.
fn steps_hold(oracle: &Oracle, state: &State) -> bool {
    let protocol = &*oracle.0;
    protocol.actions(state).iter().all(|action| {
        let step = protocol.apply(state, action);
        let transition = Transition { protocol, before: state, action, outcome: step.as_ref() };
        CATALOGUE.iter().filter(|property| (property.applies)(protocol)).all(|property| {
            match property.check {
                Check::Step(check) => check(&transition).is_ok(),
                _ => true,
            }
        })
    })
}
