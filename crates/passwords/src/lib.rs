//! Hashes passwords with Argon2id (RFC 9106), on its own thread.
//!
//! A hash takes 19 MiB and about 25 ms of a core, on purpose. So one thread checks about forty passwords a second.
//!
//! Invariant: hashing never runs on a thread that answers requests. Its thread yields to all others
//! (`cpu_throttle`). A bounded number of requests waits (`queue`), none longer than `WAIT`. So a flood of sign-ins
//! slows down sign-ins only, and those of known browsers the least.

mod cpu_throttle;
mod queue;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::password_hash::phc;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use base::{Rng, Secret};
use domain::PasswordHash;
use engine::people::{Check, Password, Passwords, Share};
use engine::{Denial, SignInReason};
use tokio::sync::oneshot;

use cpu_throttle::CpuThrottle;
use queue::Queue;

/// The memory of a hash in KiB. This and [`PASSES`] are the second setting in OWASP's Password Storage Cheat Sheet.
const MEMORY: u32 = 19_456;
/// The number of passes over the memory.
const PASSES: u32 = 2;
/// The longest time that a request waits.
const WAIT: Duration = Duration::from_secs(10);
/// The nice value of the thread. Beside a busy thread it gets a tenth of the core. At 19 it would get a seventieth,
/// and users could not sign in while the issuer is busy.
const NICENESS: i32 = 10;

/// Hashes passwords. Its thread starts with the first password, and ends when this is dropped.
pub struct Argon2id {
    rng: Arc<dyn Rng>,
    jobs: OnceLock<Arc<Queue<Job>>>,
}

enum Job {
    Verify(Option<PasswordHash>, Secret<Password>, oneshot::Sender<Check>),
    Hash(Secret<Password>, oneshot::Sender<PasswordHash>),
}

impl Argon2id {
    /// A hasher that takes salts from `rng`.
    pub const fn new(rng: Arc<dyn Rng>) -> Self {
        Self { rng, jobs: OnceLock::new() }
    }

    /// Starts the thread.
    fn start(&self) -> Arc<Queue<Job>> {
        let jobs = Arc::new(Queue::new());
        let (taken, rng) = (Arc::clone(&jobs), Arc::clone(&self.rng));
        let thread = std::thread::Builder::new().name("passwords".into());
        // Without the thread, each request gets the error that too many wait.
        if let Err(error) = thread.spawn(move || work(&taken, &*rng)) {
            tracing::error!(%error, "the thread that hashes passwords could not be started");
            jobs.close();
        }
        jobs
    }

    async fn ask<R>(
        &self,
        share: Share,
        job: impl FnOnce(oneshot::Sender<R>) -> Job,
    ) -> Result<R, Denial> {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.get_or_init(|| self.start());
        if !jobs.push(share, job(answer)) {
            return Err(SignInReason::Busy.into());
        }
        match tokio::time::timeout(WAIT, answered).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => Err(SignInReason::Busy.into()),
        }
    }
}

#[async_trait]
impl Passwords for Argon2id {
    async fn verify(
        &self,
        hash: Option<PasswordHash>,
        password: Secret<Password>,
        share: Share,
    ) -> Result<Check, Denial> {
        self.ask(share, |answer| Job::Verify(hash, password, answer)).await
    }

    async fn hash(&self, password: Secret<Password>) -> Result<PasswordHash, Denial> {
        // Whoever sets a password has proved who they are.
        self.ask(Share::Known, |answer| Job::Hash(password, answer)).await
    }
}

impl Drop for Argon2id {
    fn drop(&mut self) {
        if let Some(jobs) = self.jobs.get() {
            jobs.close();
        }
    }
}

impl fmt::Debug for Argon2id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Argon2id")
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn work(jobs: &Queue<Job>, rng: &dyn Rng) {
    // On Linux this is the priority of the thread. If it cannot be lowered, the thread works with the normal one.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "the priority of a thread that hashes passwords could not be lowered");
    }
    let hashing = Hashing::new(rng);
    let mut cpu_throttle = CpuThrottle::new(cores());
    loop {
        cpu_throttle.rest();
        match jobs.take() {
            // The hasher was dropped.
            None => return,
            // The request does not wait any more.
            Some(Job::Verify(.., answer)) if answer.is_closed() => {}
            Some(Job::Hash(_, answer)) if answer.is_closed() => {}
            Some(Job::Verify(hash, password, answer)) => {
                let _ = answer.send(hashing.verify(hash.as_ref(), &password));
            }
            Some(Job::Hash(password, answer)) => {
                if let Some(hash) = hashing.hash(&password, rng) {
                    let _ = answer.send(hash);
                }
            }
        }
    }
}

/// Computes and checks hashes.
struct Hashing {
    argon2: Argon2<'static>,
    /// A hash of a random password. It is checked where an account has no hash, so that this takes the same time.
    placeholder: Option<PasswordHash>,
}

impl Hashing {
    fn new(rng: &dyn Rng) -> Self {
        let params = Params::new(MEMORY, PASSES, 1, None).unwrap_or(Params::DEFAULT);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut hashing = Self { argon2, placeholder: None };
        hashing.placeholder = hashing.hash(&Secret::new(rng.u128().to_string()), rng);
        hashing
    }

    fn hash(&self, password: &Secret<Password>, rng: &dyn Rng) -> Option<PasswordHash> {
        let mut salt = [0; 16];
        rng.fill(&mut salt);
        let hash: phc::PasswordHash =
            self.argon2.hash_password_with_salt(password.expose().as_bytes(), &salt).ok()?;
        Some(PasswordHash::new(hash.to_string()))
    }

    fn verify(&self, hash: Option<&PasswordHash>, password: &Secret<Password>) -> Check {
        let parsed = |hash: &PasswordHash| phc::PasswordHash::new(hash.as_phc()).ok();
        let stored = hash.and_then(parsed);
        let Some(against) = stored.clone().or_else(|| self.placeholder.as_ref().and_then(parsed))
        else {
            return Check::Wrong;
        };
        // The hash names its parameters.
        let matches = self.argon2.verify_password(password.expose().as_bytes(), &against).is_ok();
        if matches && stored.is_some() {
            Check::Right { outdated: is_outdated(&against) }
        } else {
            Check::Wrong
        }
    }
}

/// Whether a hash is weaker than one made today.
fn is_outdated(hash: &phc::PasswordHash) -> bool {
    hash.algorithm != Algorithm::Argon2id.ident()
        || Params::try_from(hash)
            .map_or(true, |params| params.m_cost() < MEMORY || params.t_cost() < PASSES)
}

#[cfg(test)]
mod tests {
    use base::SystemRng;

    use engine::Reason;

    use super::*;

    fn start() -> Argon2id {
        Argon2id::new(Arc::new(SystemRng))
    }

    async fn verify(passwords: &Argon2id, hash: Option<PasswordHash>, password: &str) -> Check {
        passwords.verify(hash, Secret::new(password), Share::Strangers).await.unwrap()
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = start();
        let hash = passwords.hash(Secret::new("correct horse")).await.unwrap();
        assert!(hash.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_phc());
        let again = passwords.hash(Secret::new("correct horse")).await.unwrap();
        assert_ne!(hash, again, "the salt is new each time");
        let right = verify(&passwords, Some(hash.clone()), "correct horse").await;
        assert_eq!(right, Check::Right { outdated: false });
        for wrong in ["correct horse ", "Correct horse", ""] {
            let check = verify(&passwords, Some(hash.clone()), wrong).await;
            assert_eq!(check, Check::Wrong, "{wrong:?}");
        }
        assert_eq!(verify(&passwords, None, "").await, Check::Wrong);
        let damaged = PasswordHash::new("$argon2id$".into());
        assert_eq!(verify(&passwords, Some(damaged), "").await, Check::Wrong);
    }

    #[tokio::test]
    async fn a_hash_of_weaker_parameters_still_matches_and_is_outdated() {
        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8_192, 1, 1, None).unwrap(),
        );
        let hash: phc::PasswordHash =
            weak.hash_password_with_salt(b"correct horse", &[7; 16]).unwrap();
        let hash = PasswordHash::new(hash.to_string());
        let check = verify(&start(), Some(hash), "correct horse").await;
        assert_eq!(check, Check::Right { outdated: true });
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_flood_is_refused_at_once_and_does_not_slow_down_other_threads() {
        let passwords = Arc::new(start());
        let asked = (0..200).map(|_| {
            let passwords = Arc::clone(&passwords);
            tokio::spawn(
                async move { passwords.verify(None, Secret::new("x"), Share::Strangers).await },
            )
        });
        let asked: Vec<_> = asked.collect();
        let hash = passwords.hash(Secret::new("correct horse")).await.unwrap();
        let known = passwords.verify(Some(hash), Secret::new("correct horse"), Share::Known).await;
        assert_eq!(known.unwrap(), Check::Right { outdated: false }, "in the midst of the flood");
        let (mut answered, mut busy) = (0, 0);
        for one in asked {
            match one.await.unwrap() {
                Ok(check) => {
                    assert_eq!(check, Check::Wrong);
                    answered += 1;
                }
                Err(denial) => {
                    assert!(
                        matches!(denial.reason, Reason::SignIn(SignInReason::Busy)),
                        "{denial}"
                    );
                    busy += 1;
                }
            }
        }
        assert!(answered >= queue::OF_STRANGERS && busy > 0, "{answered} answered, {busy} busy");
    }
}
