//! One suite, every backend: what [`store::Store`] promises, as cases.
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
pub mod samples;
pub mod scans;
pub mod status_indexes;
pub mod tokens;
pub mod uses;

/// An empty store, and what must outlive it: its folder, its server.
pub struct Fixture {
    store: Arc<dyn Store>,
    _keep: Box<dyn Any + Send + Sync>,
}

impl Fixture {
    /// A store that needs nothing else.
    pub fn new(store: impl Store) -> Self {
        Self::keeping(store, ())
    }

    /// A store that lives only as long as `keep`.
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
                an_answer_comes_back_as_it_was,
                a_second_answer_conflicts_while_the_first_lives,
                an_expired_answer_is_replaced,
                expired_answers_are_swept_by_the_way;
            batches:
                an_empty_batch_commits,
                a_failing_write_takes_the_whole_batch_with_it,
                conflicts_do_not_disturb_their_neighbours,
                the_store_answers_a_ping;
            budgets:
                a_budget_counts_to_its_limit,
                windows_end_at_the_hour_and_the_day,
                a_batch_spends_from_several_budgets,
                no_limit_and_a_limit_of_nothing;
            changes:
                a_commit_with_events_is_told_under_its_last_number,
                a_change_without_an_event_takes_a_number,
                events_alone_are_a_change_without_effects,
                use_is_not_told,
                a_conflict_is_not_told,
                a_page_of_changes_has_a_limit,
                a_large_batch_is_told_whole,
                a_follower_misses_nothing,
                a_commit_wakes_who_waits,
                many_may_wait,
                direct_reads_see_each_commit;
            entities:
                every_kind_comes_back_by_each_of_its_keys,
                a_key_finds_nothing_of_another_kind_or_realm,
                versions_rise_with_each_replacement,
                a_batch_can_replace_what_it_inserted,
                a_stale_replacement_conflicts,
                names_are_unique_among_a_kind_in_a_realm,
                names_are_free_in_another_realm_and_kind,
                a_replacement_may_change_to_free_names_only,
                typed_reads_find_what_was_written;
            events:
                an_event_comes_back_as_it_was,
                sequence_numbers_rise_in_commit_order,
                events_are_paged_in_both_directions,
                events_are_narrowed,
                events_are_narrowed_to_who_acted,
                a_page_of_events_has_a_limit;
            histories:
                budgets_follow_the_model,
                revocations_hold_as_long_as_asked,
                what_is_used_once_follows_the_model;
            lists:
                pages_follow_each_other_by_rising_identifier,
                a_page_has_a_limit,
                a_list_holds_one_kind_of_one_realm,
                each_owner_narrows_the_list,
                a_replacement_moves_between_lists;
            once:
                what_is_used_once_is_used_from_then_on,
                a_second_use_writes_nothing_of_its_batch,
                twice_in_one_batch_is_a_second_use,
                what_is_over_is_swept_by_the_way,
                it_stays_used_until_it_is_over,
                of_many_uses_at_once_one_is_first;
            people:
                an_account_is_found_by_its_user,
                sessions_come_and_go_with_their_account,
                an_access_request_moves_through_its_lists,
                a_client_is_listed_by_its_creator;
            status_indexes:
                places_follow_each_other,
                no_place_is_given_twice,
                places_end;
            races:
                a_budget_is_exact_under_parallel_workers,
                no_update_is_lost,
                one_of_many_rotations_wins,
                one_of_many_inserts_wins,
                everyone_reads_what_was_committed;
            refusals:
                refusals_come_back_newest_first,
                refusals_are_narrowed,
                a_flood_stays_within_bounds;
            scans:
                many_are_fetched_and_the_unknown_passed_over,
                a_scan_comes_by_everything_in_order,
                a_page_of_a_scan_has_a_limit;
            tokens:
                a_revoked_token_is_refused_from_then_on,
                revoked_tokens_are_listed_up_to_a_limit,
                expired_revocations_are_swept_by_the_way,
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
