//! Sample wallets and settlements; the same on every run, and different for each company.

use serde::Serialize;

/// A company that has a wallet.
#[derive(Clone, Debug)]
pub struct Company {
    /// The id of the company in tokens.
    pub id: String,
    /// The display name.
    pub name: String,
}

/// The balance and the debts of a company, in cents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WalletSummary {
    id: String,
    name: String,
    currency: &'static str,
    balance: i64,
    available_balance: i64,
    pending_payments: i64,
    last_loaded_at: String,
}

/// A payment that was settled, in cents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Settlement {
    id: String,
    company_id: String,
    supplier: &'static str,
    description: &'static str,
    amount: i64,
    currency: &'static str,
    state: &'static str,
    settled_at: String,
}

const SUPPLIERS: [(&str, &str); 9] = [
    ("Aurore Voyages", "Train tickets"),
    ("Bureau Vallon", "Office supplies"),
    ("Cirrus Hosting", "Servers"),
    ("Delta Mobiles", "Phone plans"),
    ("Étoile Traiteur", "Team lunch"),
    ("Ferme des Trois", "Fruit baskets"),
    ("Grand Large Hotels", "Two nights"),
    ("Hexa Print", "Business cards"),
    ("Isère Coworking", "Meeting room"),
];

/// The number of settlements of each company.
const SETTLEMENTS: usize = 36;

/// The companies and their data.
#[derive(Debug)]
pub(super) struct Ledger {
    companies: Vec<Company>,
}

impl Ledger {
    pub(super) fn new(companies: Vec<Company>) -> Self {
        Self { companies }
    }

    /// The wallet of the company `id`. A company that was added later has an empty wallet, named by
    /// its id.
    pub(super) fn wallet(&self, id: &str) -> WalletSummary {
        let known = self.companies.iter().enumerate().find(|(_, company)| company.id == id);
        let (balance, pending, name) = match known {
            Some((place, company)) => {
                let share = place as i64 + 1;
                (1_284_355 * share + 99, 84_210 * share, company.name.as_str())
            }
            None => (0, 0, id),
        };
        WalletSummary {
            id: id.to_owned(),
            name: name.to_owned(),
            currency: "EUR",
            balance,
            available_balance: balance - pending,
            pending_payments: pending,
            last_loaded_at: "2026-10-01T08:00:00.000Z".to_owned(),
        }
    }

    /// The settlements of the company `id`, newest first. A company that was added later has none.
    pub(super) fn settlements(&self, id: &str) -> Vec<Settlement> {
        let place = self.companies.iter().position(|company| company.id == id);
        let of = |place| (0..SETTLEMENTS).filter_map(move |index| settlement(id, place, index));
        place.map(|place| of(place).collect()).unwrap_or_default()
    }
}

fn settlement(company: &str, place: usize, index: usize) -> Option<Settlement> {
    let (supplier, description) = SUPPLIERS.get((index + place * 4) % SUPPLIERS.len())?;
    let number = place * 1_000 + index;
    let spread = (number as u32).wrapping_add(7).wrapping_mul(2_246_822_519);
    Some(Settlement {
        id: format!("set_{spread:08x}"),
        company_id: company.to_owned(),
        supplier,
        description,
        amount: i64::from(spread % 180_000) + 450,
        currency: "EUR",
        state: if index < 3 { "pending" } else { "settled" },
        settled_at: format!("2026-{:02}-{:02}T10:15:00.000Z", 10 - index / 9, 28 - index % 9 * 3),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger {
        let company = |id: &str| Company { id: id.to_owned(), name: format!("{id} SAS") };
        Ledger::new(vec![company("a"), company("b")])
    }

    #[test]
    fn two_companies_have_nothing_in_common() {
        let ledger = ledger();
        let ids = |company: &str| -> Vec<String> {
            ledger.settlements(company).into_iter().map(|settlement| settlement.id).collect()
        };
        assert_eq!(ids("a").len(), SETTLEMENTS);
        assert!(ids("a").iter().all(|id| !ids("b").contains(id)));
        assert_ne!(ledger.wallet("a").balance, ledger.wallet("b").balance);
    }

    #[test]
    fn a_company_added_later_has_an_empty_wallet() {
        assert_eq!(ledger().wallet("c").balance, 0);
        assert!(ledger().settlements("c").is_empty());
    }
}
