//! What the bytes of a JWT say (RFC 7519 §7.2, RFC 9068 §4): signature, issuer, audience, times.
//! Invariant: only what never changes about a token is remembered. Times are checked every time.

use std::sync::Arc;

use jose::{Compact, Header, parse_object};

use crate::claims::Claims;
use crate::dependencies::Dependencies;
use crate::seen::Seen;
use crate::{Principal, Rejection, Verifier};

impl Verifier {
    /// A token that passed all checks but revocation. A token seen before comes from memory.
    pub(crate) async fn known(&self, token: &str) -> Result<Arc<Seen>, Rejection> {
        // Read before the keys are used: if the keys change meanwhile, the token is not found
        // again.
        let generation = self.keys.generation();
        let found = match (&self.seen, generation) {
            (Some(seen), Some(generation)) => seen.find(token, generation),
            _ => None,
        };
        if let Some(seen) = found {
            self.rules.check_times(seen.times, self.clock.now().seconds())?;
            return Ok(seen);
        }
        let seen = Arc::new(self.read(token, generation.unwrap_or_default()).await?);
        if let (Some(memory), Some(_)) = (&self.seen, generation) {
            memory.keep(token, Arc::clone(&seen));
        }
        Ok(seen)
    }

    async fn read(&self, token: &str, generation: u64) -> Result<Seen, Rejection> {
        let claims = self.offline(token).await?;
        let (times, dependencies) = (claims.times(), self.dependencies(&claims)?);
        let principal = Principal::from_claims(claims).ok_or(Rejection::MissingClaim("sub"))?;
        Ok(Seen { principal, times, dependencies, generation })
    }

    /// Without a feed, the `status` claim is ignored, so another issuer may put anything there.
    fn dependencies(&self, claims: &Claims) -> Result<Dependencies, Rejection> {
        if !self.follows() {
            return Ok(Dependencies::default());
        }
        let dependencies = Dependencies::of(claims, &self.rules)?;
        if dependencies.names_marks || self.without_status {
            Ok(dependencies)
        } else {
            Err(Rejection::NoStatus)
        }
    }

    pub(crate) async fn offline(&self, token: &str) -> Result<Claims, Rejection> {
        let token = Compact::parse(token)?;
        let header = token.header();
        if !self.algorithms.contains(&header.algorithm) {
            return Err(Rejection::AlgorithmNotAllowed(header.algorithm));
        }
        if !self.is_access_token(header) {
            return Err(Rejection::WrongType);
        }
        let payload = self.keys.verify(&token).await?;
        let claims = Claims::read(parse_object(payload)?, &self.names)?;
        self.rules.check(&claims, self.clock.now())?;
        Ok(claims)
    }

    /// RFC 9068 §4. A plain JWT says `JWT` or nothing (RFC 7519 §5.1). A token of any other type
    /// was made for another purpose (RFC 8725 §3.11).
    fn is_access_token(&self, header: &Header) -> bool {
        header.is_type("at+jwt")
            || (self.plain_jwt && (header.typ.is_none() || header.is_type("JWT")))
    }
}
