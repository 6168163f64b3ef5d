//! The data folder of `dev`.
//!
//! Invariant: the database and its `demo.json` appear complete and together, or not at all. The
//! remains of an interrupted first start are removed; nothing else ever is.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base::{MasterKey, Rng};

use super::private_file;
use super::seed::DemoFile;
use crate::config::{Database, Realm};
use crate::error::CommandError;
use crate::master_key;

/// Whether the folder has data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// No data yet.
    New,
    /// Data of an earlier start.
    Used,
}

/// An open data folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    state: State,
    /// The lock, held as long as the folder is used.
    _lock: fs::File,
}

impl Folder {
    /// Opens the folder. Creates it where there is none.
    ///
    /// # Errors
    /// When it cannot be created or written, or another process uses it.
    pub(super) fn open(path: &Path) -> Result<Self, CommandError> {
        let refuse = |error: io::Error| {
            let what = match error.kind() {
                ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "is not a folder".to_owned(),
                _ => format!("cannot be written: {error}"),
            };
            CommandError::new(format!("the data folder {} {what}", path.display()))
        };
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(refuse)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => return Err(refuse(error)),
        }
        let lock = fs::File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join("lock"))
            .map_err(refuse)?;
        if let Err(error) = lock.try_lock() {
            return Err(match error {
                fs::TryLockError::WouldBlock => CommandError::new(format!(
                    "the data folder {} is in use by another process",
                    path.display()
                )),
                fs::TryLockError::Error(error) => refuse(error),
            });
        }
        let used = path.join("postern.db").exists();
        let state = if used { State::Used } else { State::New };
        Ok(Self { path: path.to_path_buf(), state, _lock: lock })
    }

    pub(super) const fn state(&self) -> State {
        self.state
    }

    pub(super) fn database(&self) -> Database {
        Database::Sqlite(self.path.join("postern.db"))
    }

    /// The master key: a new one for a new folder, otherwise the existing one.
    ///
    /// # Errors
    /// When a used folder has none, or it is damaged.
    pub(super) fn master_key(&self, rng: &dyn Rng) -> Result<MasterKey, CommandError> {
        let path = self.path.join("master.key");
        match self.state {
            State::New if !path.exists() => master_key::create_file(&path, rng),
            State::New | State::Used => master_key::read_file(&path),
        }
    }

    fn temporary(&self) -> PathBuf {
        self.path.join("first-start")
    }

    fn demo_path(&self) -> PathBuf {
        self.path.join("demo.json")
    }

    /// The file of the partner app's registrations.
    pub(super) fn partner_path(&self) -> PathBuf {
        self.path.join("partner.json")
    }

    /// Prepares a temporary path for the first database.
    ///
    /// # Errors
    /// When it cannot be prepared.
    pub(super) fn begin_seeding(&self) -> Result<Database, CommandError> {
        let temporary = self.temporary();
        match fs::remove_dir_all(&temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(self.unwritable(&error));
            }
            _ => {}
        }
        let made = DirBuilder::new().mode(0o700).create(&temporary);
        made.map_err(|error| self.unwritable(&error))?;
        Ok(Database::Sqlite(temporary.join("postern.db")))
    }

    /// Moves the closed first database to its final path, after `demo.json` was written.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub(super) fn finish_seeding(
        &self,
        demo: &DemoFile,
        partner: &partner_app::Settings,
    ) -> Result<(), CommandError> {
        private_file::write(&self.partner_path(), partner)?;
        demo.write(&self.demo_path())?;
        let moved = fs::rename(self.temporary().join("postern.db"), self.path.join("postern.db"))
            .and_then(|()| fs::File::open(&self.path)?.sync_all())
            .and_then(|()| fs::remove_dir_all(self.temporary()));
        moved.map_err(|error| self.unwritable(&error))
    }

    /// The `demo.json` of the first start, with the addresses of this start.
    ///
    /// # Errors
    /// When the file is missing or damaged, or cannot be written.
    pub(super) fn demo_file(
        &self,
        portal: &str,
        realms: &[Realm],
    ) -> Result<DemoFile, CommandError> {
        let path = self.demo_path();
        let missing = || {
            CommandError::new(format!(
                "{} is missing, and the secrets in it cannot be read back: move the folder {} \
                 away to begin anew",
                path.display(),
                self.path.display()
            ))
        };
        let mut demo = DemoFile::read(&path)?.ok_or_else(missing)?;
        if demo.portal != portal {
            demo.portal = portal.to_owned();
            move_bases(&mut demo, realms);
            demo.write(&path)?;
        }
        Ok(demo)
    }

    fn unwritable(&self, error: &io::Error) -> CommandError {
        CommandError::new(format!(
            "the data folder {} cannot be written: {error}",
            self.path.display()
        ))
    }
}

fn move_bases(demo: &mut DemoFile, realms: &[Realm]) {
    let it = &mut demo.realms;
    for (name, base) in [
        ("speculo", &mut it.speculo.base),
        ("spendesk", &mut it.spendesk.base),
        ("spiko", &mut it.spiko.base),
        ("fyma", &mut it.fyma.base),
        ("speckle", &mut it.speckle.base),
    ] {
        if let Some(realm) = realms.iter().find(|realm| realm.name.as_str() == name) {
            *base = realm.issuer.to_string();
        }
    }
}
