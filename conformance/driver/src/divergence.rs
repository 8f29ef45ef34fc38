//! Where the model and the published code part, and the file that keeps the run.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;

use unincluded_model::{Action, Protocol, Rule};
use unincluded_traces::{record, table, write};

/// The variable that names the folder for traces of divergences.
pub const FOLDER: &str = "UNINCLUDED_DIVERGENCES";

/// What the model and the published code say differently of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The rules that can account for it, those that the model and the code name first.
    pub rules: Vec<Rule>,
    /// What each says, in words.
    pub says: String,
}

impl Divergence {
    /// A divergence of these rules.
    pub fn new(rules: impl IntoIterator<Item = Rule>, says: impl Into<String>) -> Self {
        Divergence { rules: rules.into_iter().collect(), says: says.into() }
    }

    /// Whether the rule can account for it.
    pub fn names(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.rules.iter().map(|rule| rule.id()).collect();
        write!(f, "{}: {}", ids.join(" or "), self.says)
    }
}

/// A run at whose last step the model and the published code part.
#[derive(Clone, Debug)]
pub struct Found {
    /// The run, the diverging step last.
    pub actions: Vec<Action>,
    /// What parts them.
    pub divergence: Divergence,
}

impl Found {
    /// The run as people read it, and the file in which it is kept.
    pub fn report(&self, protocol: &Protocol, against: &str) -> String {
        let mut about = format!("{against} and the model part: {}", self.divergence);
        if self.is_beside(protocol) {
            about += "; nobody in this scenario takes the last step, of which the runtimes alone were asked";
        }
        let run = match record(protocol, None, &about, &self.actions) {
            Ok(run) => run,
            Err(error) => return format!("{about}\n(no trace: {error})\n{:#?}", self.actions),
        };
        let mut file = Vec::new();
        let kept = write(&run, &mut file)
            .map_err(|error| error.to_string())
            .and_then(|()| keep(protocol, &file).map_err(|error| error.to_string()));
        let kept = match kept {
            Ok(path) => format!("kept in {}", path.display()),
            Err(error) => format!("not kept: {error}"),
        };
        format!("{about}\n{}{kept}", table(&run))
    }
}

impl Found {
    /// Whether the model as a whole refuses the last step by a rule that is not in doubt: that of a collator,
    /// mostly. A replay then shows this refusal, and not what the two sides made of the block.
    fn is_beside(&self, protocol: &Protocol) -> bool {
        let Some((last, before)) = self.actions.split_last() else { return false };
        let mut state = protocol.canonical(&protocol.initial()).0;
        for action in before {
            let Ok(step) = protocol.step_whole(&state, action) else { return false };
            state = step.next;
        }
        let refusal = protocol.step_whole(&state, last).err();
        refusal
            .is_some_and(|refusal| refusal.rule().is_none_or(|rule| !self.divergence.names(rule)))
    }
}

/// Writes a trace under the folder that [`FOLDER`] names, else under the one for temporary files.
fn keep(protocol: &Protocol, trace: &[u8]) -> io::Result<PathBuf> {
    let folder = std::env::var_os(FOLDER)
        .map_or_else(|| std::env::temp_dir().join("unincluded-divergences"), PathBuf::from);
    fs::create_dir_all(&folder)?;
    let digest = trace.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    let path = folder.join(format!("{}-{digest:016x}.jsonl", protocol.scenario().name));
    fs::write(&path, trace)?;
    Ok(path)
}
