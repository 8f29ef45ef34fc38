//! An infinite run that is written down in full: a way there, and a round that is repeated for ever.

/// A run without end: `stem` from the start, then `cycle` again and again.
///
/// The cycle leads back to the state in which it begins, so that it can be repeated as it stands. An
/// empty cycle is a run that stays where the stem ends for ever: implicit stuttering, which is a run
/// wherever no fairness that is assumed asks for an action there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lasso<A> {
    /// The actions from the start to the state in which the cycle begins; may be empty.
    pub stem: Vec<A>,
    /// The actions of one round.
    pub cycle: Vec<A>,
}

impl<A> Lasso<A> {
    /// Actions in all, the round counted once.
    pub fn len(&self) -> usize {
        self.stem.len() + self.cycle.len()
    }

    /// Whether it says nothing: a run that stays in the initial state.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the run stays for ever where its stem ends.
    pub fn is_stuttering(&self) -> bool {
        self.cycle.is_empty()
    }

    /// The first `actions` actions of the run; fewer if it stutters.
    pub fn unrolled(&self, actions: usize) -> impl Iterator<Item = &A> {
        self.stem.iter().chain(self.cycle.iter().cycle()).take(actions)
    }
}

#[cfg(test)]
mod tests {
    use super::Lasso;

    #[test]
    fn a_round_is_repeated_and_a_stutter_is_not() {
        let turns = Lasso { stem: vec![1], cycle: vec![2, 3] };
        assert_eq!(turns.unrolled(6).copied().collect::<Vec<_>>(), [1, 2, 3, 2, 3, 2]);
        let stays = Lasso { stem: vec![1], cycle: vec![] };
        assert!(stays.is_stuttering() && !turns.is_stuttering());
        assert_eq!(stays.unrolled(6).copied().collect::<Vec<_>>(), [1]);
    }
}
