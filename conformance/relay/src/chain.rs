//! One relay chain of the published pallets: it grows by whole blocks, each through the real `enter`.

use std::collections::BTreeMap;
use std::rc::Rc;

use bitvec::order::Lsb0;
use bitvec::vec::BitVec;
use codec::Encode;
use frame_support::inherent::{InherentData as AuthorData, ProvideInherent};
use frame_support::storage::{TransactionOutcome, with_transaction_unchecked};
use frame_support::traits::{Hooks, UnfilteredDispatchable};
use frame_support::weights::Weight;
use frame_system::RawOrigin;
use polkadot_primitives::{
    AvailabilityBitfield, BackedCandidate, CoreIndex, DisputeStatementSet, GroupIndex, Hash,
    InherentData, PvfCheckStatement, SigningContext, UncheckedSigned, ValidationCode, ValidatorId,
    ValidatorIndex,
};
use polkadot_runtime_parachains::configuration::{self, HostConfiguration};
use polkadot_runtime_parachains::{
    dmp, paras, paras_inherent, runtime_api_impl::v13 as api, scheduler, shared,
};
use sp_io::TestExternalities;
use sp_runtime::traits::Header as _;
use sp_runtime::{BuildStorage, Digest, DigestItem, DispatchError};
use unincluded_model::Scenario;

use crate::candidate::{Candidate, sign};
use crate::parts::Hold;
use crate::runtime::{
    Header, Initializer, Keys, MessageQueue, ParaInherent, Runtime, RuntimeCall, RuntimeOrigin,
    Session, SessionEnds, System, ToServe,
};
use crate::settings::{self, OTHER, PARA, code};
use crate::views::{Pending, Seen, included_now, pending_now};
use crate::words::{Word, first_reason, listening};

/// A relay block, as a relay parent.
#[derive(Clone, Debug)]
pub(crate) struct RelayBlock {
    pub(crate) number: u32,
    pub(crate) hash: Hash,
    pub(crate) state_root: Hash,
    /// The session of its children.
    pub(crate) session: u32,
    header: Header,
}

/// INCL-8: the signatures that come with a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    /// As many of its group as it takes.
    Enough,
    /// One less: what a group does that does not vouch.
    OneShort,
    /// As many as it takes, of another group in the places of its own.
    #[cfg(test)]
    ByOthers,
}

/// What a relay block brings.
#[derive(Default)]
pub(crate) struct Content {
    /// Tells blocks apart that are alike on two forks.
    pub(crate) mark: u64,
    pub(crate) session_ends: bool,
    /// The configuration of the session to come, where it changes.
    pub(crate) configuration: Option<HostConfiguration<u32>>,
    /// How the para holds its cores from the next block on, where that changes.
    pub(crate) claims: Option<Hold>,
    /// Availability votes: who has which core's candidate.
    pub(crate) votes: Vec<(u32, Vec<u32>)>,
    /// Candidates to back, and who signs for them.
    pub(crate) back: Vec<(Rc<Candidate>, Signed)>,
    /// Who votes against a candidate, and who is in favour.
    pub(crate) dispute: Option<(Rc<Candidate>, Vec<u32>, Vec<u32>)>,
    /// How the vote on new code ends.
    pub(crate) precheck: Option<bool>,
    /// Codes that the relay chain knows in this block, be they another para's.
    pub(crate) known_code: Vec<ValidationCode>,
    /// Upward messages served, and outbound ones taken.
    pub(crate) served: u8,
    pub(crate) taken: u8,
    /// Whether the other para sends, and of how many messages.
    pub(crate) inbound: Option<u8>,
    pub(crate) downward: bool,
}

/// Why a relay block cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// What the pallets said first.
    pub(crate) word: Option<Word>,
    /// The error of `enter`.
    pub(crate) error: String,
    /// What is known then: whether a session ends, and once votes, disputes and timeouts are dealt with
    /// what is pending and which head is included.
    pub(crate) session_ends: bool,
    pub(crate) pending: Vec<Pending>,
    pub(crate) included: Option<u32>,
}

/// A relay chain.
pub(crate) struct Chain {
    externalities: TestExternalities,
    /// Its newest blocks, the tip last.
    pub(crate) blocks: Vec<RelayBlock>,
}

impl Clone for Chain {
    fn clone(&self) -> Self {
        let mut externalities = TestExternalities::new_empty();
        externalities.backend = self.externalities.backend.clone();
        Chain { externalities, blocks: self.blocks.clone() }
    }
}

impl Chain {
    /// A chain before its first block.
    pub(crate) fn genesis(scenario: &Scenario) -> Chain {
        let configuration = settings::configuration(scenario, &scenario.parameters);
        // The genesis refuses delays below production's, of which some scenarios show what they do.
        let mut legal = configuration.clone();
        let period = legal.scheduler_params.paras_availability_period;
        legal.validation_upgrade_delay = legal.validation_upgrade_delay.max(2);
        legal.minimum_validation_upgrade_delay =
            legal.minimum_validation_upgrade_delay.max(period + 1);
        let mut storage =
            frame_system::GenesisConfig::<Runtime>::default().build_storage().unwrap_or_default();
        let assimilated = [
            configuration::GenesisConfig::<Runtime> { config: legal }
                .assimilate_storage(&mut storage),
            paras::GenesisConfig::<Runtime> {
                _config: core::marker::PhantomData,
                paras: vec![(PARA, genesis_of_para(0)), (OTHER, genesis_of_para(u32::MAX))],
            }
            .assimilate_storage(&mut storage),
            pallet_session::GenesisConfig::<Runtime> {
                keys: (0..)
                    .zip(settings::validators(scenario.parameters.validators))
                    .map(|(account, parachains)| (account, account, Keys { parachains }))
                    .collect(),
                non_authority_keys: Vec::new(),
            }
            .assimilate_storage(&mut storage),
        ];
        debug_assert!(assimilated.iter().all(Result::is_ok));
        let mut externalities = TestExternalities::new(storage);
        let header = externalities.execute_with(|| {
            configuration::ActiveConfig::<Runtime>::put(configuration);
            crate::parts::open_channels(scenario);
            crate::parts::claim_cores(scenario);
            Header::new(0, Hash::zero(), Hash::zero(), Hash::zero(), Digest::default())
        });
        let genesis = RelayBlock {
            number: 0,
            hash: header.hash(),
            state_root: header.state_root,
            session: 0,
            header,
        };
        let mut chain = Chain { externalities, blocks: vec![genesis] };
        chain.commit();
        chain
    }

    fn commit(&mut self) {
        let committed = self.externalities.commit_all();
        debug_assert!(committed.is_ok());
    }

    pub(crate) fn tip(&self) -> &RelayBlock {
        &self.blocks[self.blocks.len() - 1]
    }

    /// The relay block so many behind the tip.
    pub(crate) fn block(&self, age: u8) -> Option<&RelayBlock> {
        self.blocks.len().checked_sub(usize::from(age) + 1).map(|place| &self.blocks[place])
    }

    /// Asks the pallets in the state at the tip.
    pub(crate) fn ask<T>(&mut self, question: impl FnOnce() -> T) -> T {
        self.externalities.execute_with(question)
    }

    /// The next block, and what is seen after it. The chain has it only where it is kept.
    pub(crate) fn grow(&mut self, content: &Content, keep: bool) -> Result<Seen, Refused> {
        let parent = self.tip().clone();
        let grown = self.externalities.execute_with(|| {
            with_transaction_unchecked(|| match block(&parent, content) {
                Ok(grown) if keep => TransactionOutcome::Commit(Ok(grown)),
                other => TransactionOutcome::Rollback(other),
            })
        });
        let (block, seen) = grown?;
        if keep {
            self.commit();
            self.blocks.push(block);
        }
        Ok(seen)
    }
}

fn genesis_of_para(number: u32) -> paras::ParaGenesisArgs {
    paras::ParaGenesisArgs {
        genesis_head: settings::head(0),
        validation_code: code(number),
        para_kind: paras::ParaKind::Parachain,
    }
}

/// One relay block on its parent, in the state there.
fn block(parent: &RelayBlock, content: &Content) -> Result<(RelayBlock, Seen), Refused> {
    let number = parent.number + 1;
    System::reset_events();
    let digest = Digest { logs: vec![DigestItem::Other(content.mark.encode())] };
    System::initialize(&number, &parent.hash, &digest);
    SessionEnds::set(content.session_ends);
    if let Some(configuration) = &content.configuration {
        configuration::PendingConfigs::<Runtime>::put(vec![(
            parent.session + 1,
            configuration.clone(),
        )]);
    }
    ToServe::set(content.served.into());
    if content.served > 0 {
        use frame_support::traits::ServiceQueues;
        MessageQueue::service_queues(Weight::from_parts(1 << 40, 1 << 40));
    }
    crate::parts::take_outbound(content.taken);
    Session::on_initialize(number);
    Initializer::on_initialize(number);
    ParaInherent::on_initialize(number);
    crate::parts::know(&content.known_code);
    enter(parent, content)?;
    crate::parts::forget_unused(&content.known_code);
    if let Some(accept) = content.precheck {
        precheck(accept);
    }
    if let Some(holds) = content.claims {
        crate::parts::hold_cores(holds);
    }
    if let Some(messages) = content.inbound {
        crate::parts::send_inbound(number, messages);
    }
    if content.downward {
        let configuration = configuration::ActiveConfig::<Runtime>::get();
        let sent = dmp::Pallet::<Runtime>::queue_downward_message(
            &configuration,
            PARA,
            vec![7; settings::MESSAGE as usize],
        );
        debug_assert!(sent.is_ok());
    }
    ParaInherent::on_finalize(number);
    Initializer::on_finalize(number);
    let seen = Seen::now();
    let header = System::finalize();
    let session = shared::CurrentSessionIndex::<Runtime>::get();
    let block =
        RelayBlock { number, hash: header.hash(), state_root: header.state_root, session, header };
    Ok((block, seen))
}

/// The parachains' inherent, as an author makes it and as everybody executes it.
fn enter(parent: &RelayBlock, content: &Content) -> Result<(), Refused> {
    let keys = shared::ActiveValidatorKeys::<Runtime>::get();
    let session = shared::CurrentSessionIndex::<Runtime>::get();
    let backed = content.back.iter().filter_map(|(candidate, signed)| {
        let group = group_for(candidate);
        let quorum = group.len().min(settings::BACKING_VOTES as usize);
        match signed {
            Signed::Enough => candidate.backed(&group, &keys, session, quorum),
            Signed::OneShort => candidate.backed(&group, &keys, session, quorum.saturating_sub(1)),
            #[cfg(test)]
            Signed::ByOthers => {
                let groups = scheduler::ValidatorGroups::<Runtime>::get();
                let other = groups.iter().find(|other| **other != group)?;
                candidate.backed(other, &keys, session, quorum)
            }
        }
    });
    let backed_candidates: Vec<BackedCandidate<Hash>> = backed.collect();
    let disputes: Vec<DisputeStatementSet> = content
        .dispute
        .iter()
        .map(|(candidate, against, in_favour)| {
            let (against, in_favour) = (against.iter().copied(), in_favour.iter().copied());
            candidate.disputed(&keys, against, in_favour)
        })
        .collect();
    let cores = scheduler::ValidatorGroups::<Runtime>::decode_len().unwrap_or_default();
    let bitfields = bitfields(&content.votes, cores, &keys, parent.hash, session);
    let supplied = InherentData::<Header> {
        bitfields,
        backed_candidates,
        disputes,
        parent_header: parent.header.clone(),
    };
    // INH-2: after a dispute an author leaves out what the pallets would.
    let data = if content.dispute.is_some() { filtered(supplied) } else { supplied };
    let (done, heard) = listening(|| dispatch(data.clone()));
    let Err(error) = done else { return Ok(()) };
    let filtered = error == "InherentDataFilteredDuringExecution";
    let word = if filtered { first_reason(&heard) } else { Some(Word::Failed(error.clone())) };
    let (pending, included) = with_transaction_unchecked(|| {
        let without = InherentData { backed_candidates: Vec::new(), ..data };
        let done = dispatch(without);
        debug_assert_eq!(done, Ok(()));
        TransactionOutcome::Rollback((pending_now(), included_now()))
    });
    Err(Refused { word, error, session_ends: content.session_ends, pending, included })
}

/// `enter`, and the name of its error.
fn dispatch(data: InherentData<Header>) -> Result<(), String> {
    let call = RuntimeCall::ParaInherent(paras_inherent::Call::enter { data });
    let done = call.dispatch_bypass_filter(RuntimeOrigin::from(RawOrigin::None));
    done.map(|_| ()).map_err(|failed| name_of(failed.error))
}

/// The votes of each validator over all cores, signed over the parent.
fn bitfields(
    votes: &[(u32, Vec<u32>)],
    cores: usize,
    keys: &[ValidatorId],
    parent_hash: Hash,
    session_index: u32,
) -> Vec<UncheckedSigned<AvailabilityBitfield>> {
    let mut fields: BTreeMap<u32, BitVec<u8, Lsb0>> = BTreeMap::new();
    for (core, voters) in votes {
        for voter in voters {
            let field = fields.entry(*voter).or_insert_with(|| BitVec::repeat(false, cores));
            if let Some(mut bit) = field.get_mut(*core as usize) {
                *bit = true;
            }
        }
    }
    let context = SigningContext { parent_hash, session_index };
    let signed = fields.into_iter().filter_map(|(account, field)| {
        let (signer, field) = (ValidatorIndex(account), AvailabilityBitfield(field));
        let payload = (&field, &context).encode();
        Some(UncheckedSigned::new(field, signer, sign(keys, signer, &payload)?))
    });
    signed.collect()
}

/// What an author makes of the inherent, with every candidate that was supplied.
fn filtered(supplied: InherentData<Header>) -> InherentData<Header> {
    let made = with_transaction_unchecked(|| {
        let mut data = AuthorData::new();
        let put = data.put_data(polkadot_primitives::PARACHAINS_INHERENT_IDENTIFIER, &supplied);
        let made = put.ok().and_then(|()| ParaInherent::create_inherent(&data));
        TransactionOutcome::Rollback(made)
    });
    match made {
        // A frozen chain takes nothing for paras.
        Some(paras_inherent::Call::enter { data }) => {
            let frozen = data.bitfields.is_empty()
                && data.backed_candidates.is_empty()
                && supplied.backed_candidates.is_empty();
            let backed_candidates = if frozen { Vec::new() } else { supplied.backed_candidates };
            InherentData { backed_candidates, ..data }
        }
        _ => supplied,
    }
}

/// SCHED-3: the group that the published scheduler names for the candidate.
pub(crate) fn group_for(candidate: &Candidate) -> Vec<ValidatorIndex> {
    let group = group_at(candidate.core.into(), candidate.relay_parent_number);
    group.map(|(_, members)| members).unwrap_or_default()
}

/// The group for a core and a relay parent of this number, and its members.
pub(crate) fn group_at(core: u32, relay_parent: u32) -> Option<(GroupIndex, Vec<ValidatorIndex>)> {
    let (groups, mut rotation) = api::validator_groups::<Runtime>();
    rotation.now = relay_parent + 1;
    let index = rotation.group_for_core(CoreIndex(core), groups.len());
    Some((index, groups.get(index.0 as usize)?.clone()))
}

/// UPG-11: as many votes as it takes.
fn precheck(accept: bool) {
    let Some(&subject) = api::pvfs_require_precheck::<Runtime>().first() else { return };
    let keys = shared::ActiveValidatorKeys::<Runtime>::get();
    let session_index = shared::CurrentSessionIndex::<Runtime>::get();
    for place in 0..keys.len() as u32 {
        let validator_index = ValidatorIndex(place);
        let statement = PvfCheckStatement { accept, subject, session_index, validator_index };
        let Some(signature) = sign(&keys, validator_index, &statement.signing_payload()) else {
            continue;
        };
        // Votes that come after the end are refused, and nobody minds.
        let _ = paras::Pallet::<Runtime>::include_pvf_check_statement(
            RuntimeOrigin::from(RawOrigin::None),
            statement,
            signature,
        );
    }
}

fn name_of(error: DispatchError) -> String {
    match error {
        DispatchError::Module(module) => module.message.unwrap_or("unnamed").to_owned(),
        other => format!("{other:?}"),
    }
}
