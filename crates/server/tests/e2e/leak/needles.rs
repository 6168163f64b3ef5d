//! The forms in which a secret could appear where it should not.

use std::collections::{BTreeMap, HashMap};

use base::encoding::{base64, base64url};

use crate::harness::http::escaped;

/// Texts to look for, each with the name of its secret.
#[derive(Debug, Default)]
pub(super) struct Needles(BTreeMap<String, String>);

/// The length of the middle part of a secret that is searched for: too long to occur by chance.
const PART: usize = 12;
/// The length of the part that is compared first; no text is shorter.
const BEGINNING: usize = 12;

impl Needles {
    /// These secrets.
    pub(super) fn of(secrets: &[&str]) -> Self {
        let mut needles = Self::default();
        for secret in secrets {
            needles.add("planted", secret);
        }
        needles
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// A secret as it is, its secret part, and both as they are transmitted.
    pub(super) fn add(&mut self, name: &str, secret: &str) {
        assert!(secret.len() >= 20, "{name} is too short to be looked for: {secret}");
        let mut put = |what: &str, text: String| {
            if !text.is_empty() {
                self.0.insert(text, format!("{name} ({what})"));
            }
        };
        put("base64", base64(secret).trim_end_matches('=').to_owned());
        put("base64url", base64url(secret));
        put("escaped", escaped(secret));
        match secret.split('.').collect::<Vec<_>>()[..] {
            // Header and claims of a JWT are no token without its signature.
            [_, _, signature] => put("signature", signature[..PART].to_owned()),
            // An id, a secret, a checksum: the id is public.
            _ => {
                let from = (secret.len() / 2).min(secret.len() - PART);
                put("part", secret[from..from + PART].to_owned());
            }
        }
        put("whole", secret.to_owned());
    }

    /// A pair for HTTP Basic, as it is transmitted.
    pub(super) fn add_pair(&mut self, name: &str, id: &str, secret: &str) {
        self.add(name, secret);
        let pair = base64(format!("{id}:{secret}"));
        self.0.insert(pair.trim_end_matches('=').to_owned(), format!("{name} (Basic)"));
    }

    /// Which of them occur in `hay`.
    pub(super) fn found_in(&self, hay: &[u8]) -> Vec<String> {
        // One pass: a window is looked up by its start, and only where two bytes match already.
        let mut known: HashMap<&[u8], Vec<(&[u8], &str)>> = HashMap::new();
        let mut starts = vec![false; 1 << 16];
        for (text, name) in &self.0 {
            let bytes = text.as_bytes();
            starts[start(bytes)] = true;
            known.entry(&bytes[..BEGINNING]).or_default().push((bytes, name));
        }
        let mut found = Vec::new();
        for at in 0..(hay.len() + 1).saturating_sub(BEGINNING) {
            let rest = &hay[at..];
            if !starts[start(rest)] {
                continue;
            }
            let these = known.get(&rest[..BEGINNING]).into_iter().flatten();
            for (bytes, name) in these.filter(|(bytes, _)| rest.starts_with(bytes)) {
                let from = hay[..at].iter().rposition(|it| *it == b'\n').map_or(0, |at| at + 1);
                let from = from.max(at.saturating_sub(300));
                let to = (at + bytes.len() + 60).min(hay.len());
                found.push(format!("{name}: …{}…", String::from_utf8_lossy(&hay[from..to])));
            }
            if found.len() > 20 {
                break;
            }
        }
        found
    }
}

fn start(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}
