//! One suite for every backend: the promises of [`store::Store`], as test cases.
//!
//! A backend's tests name one function that makes an empty store, and [`cases!`] makes a test of
//! every case:
//!
//! ```ignore
//! async fn empty() -> store_suite::Fixture {
//!     store_suite::Fixture::new(MyStore::open_somewhere_new().await)
//! }
//! store_suite::cases!(empty);
//! ```
//!
//! Adding a case is adding an `async fn(Arc<dyn Store>)` to a module and its name to [`cases!`].

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this crate is test code"
)]

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use store::{Batch, Store, Write};

pub mod answers;
pub mod batches;
pub mod budgets;
pub mod changes;
pub mod crash;
pub mod entities;
pub mod events;
pub mod histories;
pub mod lists;
pub mod once;
pub mod people;
pub mod postgres;
pub mod races;
pub mod refusals;
pub mod removals;
pub mod samples;
pub mod scans;
pub mod status_indexes;
pub mod tokens;
pub mod uses;

/// An empty store, with what must live as long as it does: its folder or its server.
pub struct Fixture {
    store: Arc<dyn Store>,
    _keep: Box<dyn Any + Send + Sync>,
}

impl Fixture {
    /// A store that needs nothing else.
    pub fn new(store: impl Store) -> Self {
        Self::keeping(store, ())
    }

    /// A store that needs `keep` to stay alive.
    pub fn keeping(store: impl Store, keep: impl Any + Send + Sync) -> Self {
        Self { store: Arc::new(store), _keep: Box::new(keep) }
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

fn batch(writes: impl IntoIterator<Item = Write>) -> Batch {
    Batch { writes: writes.into_iter().collect(), events: Vec::new() }
}

/// Makes a `#[tokio::test]` of every case. The argument names an
/// `async fn() -> Fixture` that makes an *empty* store, anew at each call.
#[macro_export]
macro_rules! cases {
    ($empty:ident) => {
        $crate::cases! { @in $empty;
            answers:
                an_idempotency_record_is_read_unchanged,
                a_second_answer_conflicts_until_the_first_expires,
                an_expired_answer_is_replaced,
                later_answers_delete_expired_ones;
            batches:
                an_empty_batch_commits,
                a_failed_write_undoes_the_whole_batch,
                a_conflict_does_not_affect_concurrent_batches,
                the_store_answers_a_ping;
            budgets:
                a_budget_counts_to_its_limit,
                windows_end_at_the_hour_and_the_day,
                a_batch_spends_from_several_budgets,
                no_limit_and_a_limit_of_zero;
            changes:
                a_commit_with_events_is_published_under_its_last_number,
                a_change_without_an_event_takes_a_number,
                a_number_is_taken_without_a_change,
                events_alone_are_a_change_without_effects,
                use_is_not_published,
                a_conflict_is_not_published,
                a_page_of_changes_has_a_limit,
                a_large_batch_is_published_whole,
                a_follower_misses_nothing,
                a_commit_wakes_waiting_followers,
                many_followers_may_wait,
                direct_reads_see_each_commit;
            entities:
                every_kind_is_found_by_each_of_its_keys,
                a_key_finds_nothing_of_another_kind_or_realm,
                versions_rise_with_each_replacement,
                a_batch_can_replace_what_it_inserted,
                a_stale_replacement_conflicts,
                names_are_unique_among_a_kind_in_a_realm,
                names_are_free_in_another_realm_and_kind,
                a_replacement_may_change_to_free_names_only,
                typed_reads_find_what_was_written;
            events:
                an_event_is_read_unchanged,
                sequence_numbers_rise_in_commit_order,
                events_are_paged_in_both_directions,
                events_are_filtered,
                events_are_filtered_by_actor,
                a_page_of_events_has_a_limit;
            histories:
                budgets_follow_the_model,
                revocations_hold_as_long_as_asked,
                entries_used_once_follow_the_model;
            lists:
                pages_follow_each_other_by_rising_identifier,
                a_page_has_a_limit,
                a_list_holds_one_kind_of_one_realm,
                lists_are_filtered_by_each_owner,
                a_replacement_moves_between_lists;
            once:
                an_entry_is_used_from_the_commit_on,
                a_second_use_writes_nothing_of_its_batch,
                twice_in_one_batch_is_a_second_use,
                later_uses_delete_expired_entries,
                an_entry_stays_used_until_it_expires,
                of_many_concurrent_uses_one_succeeds;
            people:
                an_account_is_found_by_its_user,
                sessions_are_added_and_removed_with_their_account,
                an_access_request_moves_through_its_lists,
                a_client_is_listed_by_its_creator;
            status_indexes:
                status_indexes_are_consecutive,
                no_status_index_is_used_twice,
                status_indexes_are_limited;
            races:
                a_budget_is_exact_under_parallel_workers,
                no_update_is_lost,
                one_of_many_rotations_wins,
                one_of_many_inserts_wins,
                every_read_after_a_commit_sees_it;
            refusals:
                refusals_are_read_newest_first,
                refusals_are_filtered,
                a_flood_stays_within_bounds;
            removals:
                a_removed_entity_is_gone_with_its_keys_and_uses,
                a_stale_removal_conflicts,
                a_conflict_undoes_a_removal,
                a_removal_is_published_without_an_event,
                of_a_removal_and_a_change_one_succeeds;
            scans:
                many_are_fetched_and_unknown_ones_skipped,
                a_scan_returns_everything_in_order,
                a_page_of_a_scan_has_a_limit;
            tokens:
                a_token_is_revoked_from_the_commit_on,
                revoked_tokens_are_listed_up_to_a_limit,
                later_revocations_delete_expired_ones,
                a_second_revocation_never_shortens_the_first;
            uses:
                uses_are_coalesced,
                parallel_uses_lose_no_count,
                uses_of_many_credentials_are_found;
        }
    };
    (@in $empty:ident; $($module:ident: $($case:ident),+ $(,)?);+ $(;)?) => {
        $(mod $module { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $case() {
                let fixture = super::$empty().await;
                $crate::$module::$case(fixture.store()).await;
            }
        )+ })+
    };
}
