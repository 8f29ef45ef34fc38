//! What the rules say of what came of a collation: when it was backed and included.

use super::super::para::Excluded;
use super::hash::Printed;
use super::judge::LogJudge;
use super::known::Own;
use super::message::Fate;

impl LogJudge {
    /// Whether a fate is one of this para.
    fn is_ours(&mut self, fate: &Fate) -> bool {
        let Some(para) = fate.para else { return true };
        if *self.para.get_or_insert(para) != para {
            self.suppose("what another para does");
            return false;
        }
        true
    }

    /// What is known of a collation, if this collator built it; its relay parent is the block's.
    fn collation(&mut self, fate: &Fate) -> Result<Option<Own>, Excluded> {
        let Some(own) = self.blocks.own(fate.head).copied() else {
            self.suppose("how blocks were built that were backed or included");
            return Ok(None);
        };
        if let Some(relay_parent) = fate.relay_parent
            && !relay_parent.is(own.relay_parent)
        {
            let built = own.relay_parent;
            return Err(("PVF-1", format!("built on {built}, and its receipt has {relay_parent}")));
        }
        Ok(Some(own))
    }

    /// ARP-1, INCL-1, INCL-6: backed in the window of its relay parent, and not before its parent.
    pub(super) fn backed(&mut self, fate: &Fate) -> Result<(), Excluded> {
        if !self.is_ours(fate) {
            return Ok(());
        }
        self.figures.backed += 1;
        let Some(after) = fate.after else { return Ok(()) };
        let window = u64::from(self.known.lookahead);
        if after == 0 || after > window {
            let because = format!("backed {after} relay blocks after its relay parent");
            return Err(("ARP-1", format!("{because}, and 1 to {window} are allowed")));
        }
        self.figures.backing.add(after);
        let Some(own) = self.collation(fate)? else { return Ok(()) };
        if own.expired.is_some() {
            return Err(("ARP-1", "it expired before it was backed".to_owned()));
        }
        if is_again(own.backed_by, fate) {
            return Err(("INCL-1", "the same relay block backs it twice".to_owned()));
        }
        let Some(entry) = self.blocks.own_mut(fate.head) else { return Ok(()) };
        entry.backed_by = fate.relay_block;
        entry.backed = Some(entry.backed.map_or(after, |before| before.min(after)));
        let child = entry.backed_in();
        let parent = self.blocks.own(own.parent).and_then(Own::backed_in);
        if let (Some(parent), Some(child)) = (parent, child)
            && !self.reorganised
        {
            if child < parent {
                let because = format!("backed in relay block {child}, its parent in {parent}");
                return Err(("INCL-6", because));
            }
            if child == parent && self.known.cores == 1 {
                let because = format!("its parent and it are backed in relay block {child}");
                return Err(("INCL-1", format!("{because}, and there is one core")));
            }
        }
        Ok(())
    }

    /// INCL-3, INCL-4, TO-4: included after it was backed, not too late, and not before its parent.
    pub(super) fn included(&mut self, fate: &Fate) -> Result<(), Excluded> {
        if !self.is_ours(fate) {
            return Ok(());
        }
        self.figures.included += 1;
        let Some(after) = fate.after else { return Ok(()) };
        let most = self.known.occupancy;
        if after == 0 {
            return Err(("INCL-3", "included by the relay block that backs it".to_owned()));
        }
        if after > most {
            let because = format!("included {after} relay blocks after its backing");
            return Err(("TO-4", format!("{because}, {most} are the most")));
        }
        self.figures.inclusion.add(after);
        let Some(own) = self.collation(fate)? else { return Ok(()) };
        if own.backed.is_none() {
            self.suppose("backings of blocks that were included");
        }
        if is_again(own.included_by, fate) {
            return Err(("INCL-5", "the same relay block includes it twice".to_owned()));
        }
        let Some(entry) = self.blocks.own_mut(fate.head) else { return Ok(()) };
        entry.included_by = fate.relay_block;
        entry.included = Some(entry.included.map_or(after, |before| before.min(after)));
        let entry = *entry;
        self.shown_in_time(&entry, fate.head)?;
        let Some(child) = entry.included_in() else { return Ok(()) };
        let parent = self.blocks.own(own.parent).and_then(Own::included_in);
        if let Some(parent) = parent.filter(|&parent| parent > child && !self.reorganised) {
            let because = format!("included in relay block {child}, its parent in {parent}");
            return Err(("INCL-4", because));
        }
        if let Some(number) = self.blocks.number(fate.head) {
            self.included = self.included.max(Some((child, number)));
        }
        Ok(())
    }
}

/// Whether the relay block that did it before does it once more.
fn is_again(before: Option<Printed>, fate: &Fate) -> bool {
    before.zip(fate.relay_block).is_some_and(|(before, now)| before.is(now))
}
