//! A contact, and the sample contacts of every organization; the same on every run.

use serde::{Deserialize, Serialize};

/// A person at a company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contact {
    pub(super) id: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) company: Option<String>,
    pub(super) phone: Option<String>,
    /// Absent for sample data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_by: Option<String>,
}

/// A caller's request to create a contact.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewContact {
    first_name: String,
    last_name: String,
    email: String,
    company: Option<String>,
    phone: Option<String>,
}

/// The length limit of a field, in bytes.
const MAX_LENGTH: usize = 200;

impl NewContact {
    /// The contact, if every field is valid.
    ///
    /// # Errors
    /// The problem, as shown to the caller.
    pub(super) fn accept(self, id: String, created_by: String) -> Result<Contact, &'static str> {
        let required = [&self.first_name, &self.last_name, &self.email];
        if required.iter().any(|text| text.trim().is_empty()) {
            return Err("firstName, lastName and email must not be empty");
        }
        let optional = [&self.company, &self.phone];
        let texts = required.into_iter().chain(optional.into_iter().flatten());
        if texts.into_iter().any(|text| text.len() > MAX_LENGTH) {
            return Err("a field is longer than 200 bytes");
        }
        let at = self.email.split_once('@');
        if !at.is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) {
            return Err("email must be an address such as ada@example.com");
        }
        Ok(Contact {
            id,
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            company: self.company,
            phone: self.phone,
            created_by: Some(created_by),
        })
    }
}

const FIRST: [&str; 16] = [
    "Ada", "Bastien", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas",
    "Katya", "Liam", "Marta", "Noor", "Oskar", "Priya",
];
const LAST: [&str; 16] = [
    "Almeida",
    "Bergström",
    "Castellano",
    "Dubois",
    "Eriksen",
    "Fontaine",
    "Gruber",
    "Haddad",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrescu",
];
const COMPANIES: [(&str, &str); 7] = [
    ("Atelier Nord", "atelier-nord.example"),
    ("Brightwater Logistics", "brightwater.example"),
    ("Cobalt & Sons", "cobalt-sons.example"),
    ("Dune Robotics", "dune-robotics.example"),
    ("Elmtree Foods", "elmtree.example"),
    ("Fjordline", "fjordline.example"),
    ("Granite Health", "granite-health.example"),
];

/// How many sample contacts there are: more than one page of 50.
pub(super) const SAMPLES: usize = 64;

/// The sample contacts.
pub(super) fn samples() -> Vec<Contact> {
    (0..SAMPLES).filter_map(sample).collect()
}

fn sample(index: usize) -> Option<Contact> {
    let first = FIRST.get(index % FIRST.len())?;
    let last = LAST.get((index * 5 + index / FIRST.len()) % LAST.len())?;
    let (company, domain) = COMPANIES.get(index % COMPANIES.len())?;
    let name = format!("{first}.{last}").to_lowercase().replace('ö', "oe");
    Some(Contact {
        id: contact_id(index),
        first_name: (*first).to_owned(),
        last_name: (*last).to_owned(),
        email: format!("{name}@{domain}"),
        company: Some((*company).to_owned()),
        phone: Some(format!("+33 1 55 {:02} {:02} {:02}", index, 97 - index, (index * 37) % 100)),
        created_by: None,
    })
}

/// The id of the contact at `index`, spread out so that it does not look like a counter.
pub(super) fn contact_id(index: usize) -> String {
    let spread = (index as u32).wrapping_add(1).wrapping_mul(2_654_435_761);
    format!("contact_{spread:08x}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn samples_are_distinct_people_and_the_same_every_time() {
        let samples = samples();
        assert_eq!(samples.len(), SAMPLES);
        let emails: HashSet<_> = samples.iter().map(|contact| &contact.email).collect();
        let ids: HashSet<_> = samples.iter().map(|contact| &contact.id).collect();
        assert_eq!((emails.len(), ids.len()), (SAMPLES, SAMPLES));
        assert_eq!(samples, super::samples());
    }
}
