//! The sample investors of an account; the same on every run.

use serde::Serialize;

/// Someone who holds shares.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Investor {
    id: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'static str,
    country: &'static str,
    status: &'static str,
    currency: &'static str,
}

const fn business(id: &'static str, name: &'static str, country: &'static str) -> Investor {
    Investor { id, kind: "business", name, country, status: "verified", currency: "EUR" }
}

const fn individual(id: &'static str, name: &'static str, country: &'static str) -> Investor {
    Investor { id, kind: "individual", name, country, status: "verified", currency: "EUR" }
}

const fn pending(mut investor: Investor) -> Investor {
    investor.status = "pending_verification";
    investor
}

const fn in_dollars(mut investor: Investor) -> Investor {
    investor.currency = "USD";
    investor
}

/// All of them.
pub(super) const INVESTORS: [Investor; 24] = [
    business("b1f4c0de-0001-4a55-9e01-6d1c5b0a7e01", "Atelier Nord SAS", "FR"),
    business("b1f4c0de-0002-4a55-9e02-6d1c5b0a7e02", "Brightwater Logistics GmbH", "DE"),
    in_dollars(business("b1f4c0de-0003-4a55-9e03-6d1c5b0a7e03", "Cobalt & Sons Inc.", "US")),
    business("b1f4c0de-0004-4a55-9e04-6d1c5b0a7e04", "Dune Robotics BV", "NL"),
    pending(business("b1f4c0de-0005-4a55-9e05-6d1c5b0a7e05", "Elmtree Foods SL", "ES")),
    business("b1f4c0de-0006-4a55-9e06-6d1c5b0a7e06", "Fjordline AS", "NO"),
    business("b1f4c0de-0007-4a55-9e07-6d1c5b0a7e07", "Granite Health SpA", "IT"),
    in_dollars(business("b1f4c0de-0008-4a55-9e08-6d1c5b0a7e08", "Harbour Analytics Ltd", "GB")),
    business("b1f4c0de-0009-4a55-9e09-6d1c5b0a7e09", "Iris Optique SARL", "FR"),
    business("b1f4c0de-0010-4a55-9e10-6d1c5b0a7e10", "Juniper Textiles Lda", "PT"),
    pending(business("b1f4c0de-0011-4a55-9e11-6d1c5b0a7e11", "Kestrel Energy Oy", "FI")),
    business("b1f4c0de-0012-4a55-9e12-6d1c5b0a7e12", "Lumen Studios SA", "BE"),
    individual("b1f4c0de-0013-4a55-9e13-6d1c5b0a7e13", "Agathe Dumont", "FR"),
    individual("b1f4c0de-0014-4a55-9e14-6d1c5b0a7e14", "Benoît Carrel", "FR"),
    individual("b1f4c0de-0015-4a55-9e15-6d1c5b0a7e15", "Carla Visentin", "IT"),
    in_dollars(individual("b1f4c0de-0016-4a55-9e16-6d1c5b0a7e16", "Dorothy Lane", "US")),
    individual("b1f4c0de-0017-4a55-9e17-6d1c5b0a7e17", "Emil Sørensen", "DK"),
    pending(individual("b1f4c0de-0018-4a55-9e18-6d1c5b0a7e18", "Farah Benali", "FR")),
    individual("b1f4c0de-0019-4a55-9e19-6d1c5b0a7e19", "Gustav Lindqvist", "SE"),
    individual("b1f4c0de-0020-4a55-9e20-6d1c5b0a7e20", "Hélène Marchetti", "FR"),
    individual("b1f4c0de-0021-4a55-9e21-6d1c5b0a7e21", "Iker Zubiri", "ES"),
    individual("b1f4c0de-0022-4a55-9e22-6d1c5b0a7e22", "Johanna Weiss", "AT"),
    individual("b1f4c0de-0023-4a55-9e23-6d1c5b0a7e23", "Karim Haddad", "BE"),
    pending(individual("b1f4c0de-0024-4a55-9e24-6d1c5b0a7e24", "Lotte de Vries", "NL")),
];
