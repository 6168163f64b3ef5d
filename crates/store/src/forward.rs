//! A store in front of another: it answers a few calls itself and hands on all others.

/// Implements methods of [`StoreReader`](crate::StoreReader) or [`Store`](crate::Store), inside the
/// `impl`, by the same call to another store: to the `&dyn Store` that the type's own method
/// `inner` gives.
///
/// ```
/// # use std::sync::Arc;
/// # use postern_store::{Batch, CommitError, Committed, Store, StoreReader};
/// #[derive(Debug)]
/// struct ReadOnly(Arc<dyn Store>);
///
/// impl ReadOnly {
///     fn inner(&self) -> &dyn Store {
///         &*self.0
///     }
/// }
///
/// #[async_trait::async_trait]
/// impl StoreReader for ReadOnly {
///     postern_store::forward!(fetch, fetch_many, scan, list, budget, token_revoked, revoked_tokens, spent);
///     postern_store::forward!(answer, events, sequence, changes, changed, uses, refusals, ping);
///
///     fn direct(&self) -> &dyn StoreReader {
///         self
///     }
/// }
///
/// #[async_trait::async_trait]
/// impl Store for ReadOnly {
///     async fn commit(&self, _: Batch) -> Result<Committed, CommitError> {
///         Err(postern_store::StoreError::Failed("this store is read-only".to_owned()).into())
///     }
///
///     postern_store::forward!(reserve_status_indexes, record_uses, record_refusals);
/// }
/// ```
#[macro_export]
macro_rules! forward {
    ($($method:ident),+ $(,)?) => { $($crate::forward_method!($method);)+ };
}

/// One method of [`forward!`]. The signatures are what `async_trait` makes of those of the traits, so
/// that the future of the other store is returned as it is.
#[doc(hidden)]
#[macro_export]
macro_rules! forward_method {
    (fetch) => {
        $crate::forward_method!(StoreReader::fetch<'k>(key: &'k $crate::Key)
            -> Result<Option<$crate::Stored>, $crate::StoreError>);
    };
    (fetch_many) => {
        $crate::forward_method!(StoreReader::fetch_many<'k>(keys: &'k [(::domain::Kind, u128)])
            -> Result<Vec<$crate::Stored>, $crate::StoreError>);
    };
    (scan) => {
        $crate::forward_method!(StoreReader::scan<>(
            kind: ::domain::Kind, after: Option<u128>, limit: usize)
            -> Result<Vec<$crate::Stored>, $crate::StoreError>);
    };
    (list) => {
        $crate::forward_method!(StoreReader::list<'q>(query: &'q $crate::ListQuery)
            -> Result<Vec<$crate::Stored>, $crate::StoreError>);
    };
    (budget) => {
        $crate::forward_method!(StoreReader::budget<>(subject: ::domain::BudgetSubject)
            -> Result<::domain::BudgetState, $crate::StoreError>);
    };
    (token_revoked) => {
        $crate::forward_method!(StoreReader::token_revoked<>(token: u128)
            -> Result<bool, $crate::StoreError>);
    };
    (revoked_tokens) => {
        $crate::forward_method!(StoreReader::revoked_tokens<>(at_most: usize)
            -> Result<Option<$crate::RevokedTokens>, $crate::StoreError>);
    };
    (spent) => {
        $crate::forward_method!(StoreReader::spent<>(id: u128)
            -> Result<bool, $crate::StoreError>);
    };
    (answer) => {
        $crate::forward_method!(StoreReader::answer<'n, 'k>(
            realm: &'n ::domain::RealmName, key: &'k [u8; 32])
            -> Result<Option<$crate::IdempotencyRecord>, $crate::StoreError>);
    };
    (events) => {
        $crate::forward_method!(StoreReader::events<'q>(query: &'q $crate::EventQuery)
            -> Result<Vec<::domain::Event>, $crate::StoreError>);
    };
    (sequence) => {
        $crate::forward_method!(StoreReader::sequence<>() -> Result<u64, $crate::StoreError>);
    };
    (changes) => {
        $crate::forward_method!(StoreReader::changes<>(after: u64, limit: usize)
            -> Result<Option<Vec<$crate::Change>>, $crate::StoreError>);
    };
    (changed) => {
        $crate::forward_method!(StoreReader::changed<>(after: u64) -> ());
    };
    (uses) => {
        $crate::forward_method!(StoreReader::uses<'c>(
            credentials: &'c [::base::Id<::domain::Credential>])
            -> Result<Vec<::domain::Use>, $crate::StoreError>);
    };
    (refusals) => {
        $crate::forward_method!(StoreReader::refusals<'q>(query: &'q $crate::RefusalQuery)
            -> Result<Vec<::domain::Refusal>, $crate::StoreError>);
    };
    (ping) => {
        $crate::forward_method!(StoreReader::ping<>() -> Result<(), $crate::StoreError>);
    };
    (commit) => {
        $crate::forward_method!(Store::commit<>(batch: $crate::Batch)
            -> Result<$crate::Committed, $crate::CommitError>);
    };
    (reserve_status_indexes) => {
        $crate::forward_method!(Store::reserve_status_indexes<'n>(
            realm: &'n ::domain::RealmName, count: u32)
            -> Result<u32, $crate::StoreError>);
    };
    (record_uses) => {
        $crate::forward_method!(Store::record_uses<>(uses: Vec<::domain::Use>)
            -> Result<(), $crate::StoreError>);
    };
    (record_refusals) => {
        $crate::forward_method!(Store::record_refusals<>(refusals: Vec<::domain::Refusal>)
            -> Result<(), $crate::StoreError>);
    };
    ($trait:ident :: $method:ident < $($life:lifetime),* > ( $($arg:ident : $type:ty),* ) -> $result:ty) => {
        fn $method<'this, $($life,)* 'future>(
            &'this self,
            $($arg: $type),*
        ) -> ::std::pin::Pin<Box<dyn Future<Output = $result> + Send + 'future>>
        where
            'this: 'future,
            $($life: 'future,)*
            Self: 'future,
        {
            $crate::$trait::$method(self.inner(), $($arg),*)
        }
    };
}
