//! Every page with sample data: it has no script, it names its provider, and every field has a label.

use askama::Template;

use crate::people::page::Layout;
use crate::people::templates::*;

fn layout() -> Layout {
    Layout {
        style_path: crate::style::path().to_owned(),
        brand: "Acme".into(),
        is_test: false,
        request_id: "0Rg5bTz1xWq8mKc".into(),
    }
}

fn sandbox() -> Layout {
    Layout { is_test: true, ..layout() }
}

fn app() -> App {
    App {
        name: "Ledger Sync".into(),
        logo: None,
        home: Some("https://ledger.example".into()),
        description: Some("Copies settled payments into your books every night.".into()),
    }
}

fn person() -> Person {
    Person {
        name: "Ada Lovelace".into(),
        email: "ada@example.com".into(),
        switch: "/sign-in?return_to=%2Fauthorize".into(),
    }
}

fn sign_in() -> SignInPage {
    SignInPage {
        layout: layout(),
        app: Some(app()),
        person: None,
        csrf: "token".into(),
        email: String::new(),
        wrong: None,
        notice: None,
    }
}

fn consent() -> ConsentPage {
    let line = |name: &str, description: &str, is_new| ScopeLine {
        name: name.into(),
        description: description.into(),
        is_new,
    };
    ConsentPage {
        layout: layout(),
        app: app(),
        person: person(),
        csrf: "token".into(),
        organization: Some("Northwind Traders".into()),
        other_organization: Some("/authorize?client_id=a".into()),
        scopes: vec![
            line("payments:read", "Read your payments", false),
            line("suppliers:read", "Read your suppliers and their bank details", true),
            line("openid", "", false),
        ],
        connected_since: Some("7 March 2026".into()),
        destination: "app.ledger.example".into(),
        to_this_machine: false,
        stays: true,
        connected_apps: "/settings/apps".into(),
        notice: None,
    }
}

fn connected_apps() -> ConnectedAppsPage {
    let of =
        |organization: Option<&str>, scopes: Vec<ScopeLine>, used: Option<&str>| ConnectedApp {
            id: "0193".into(),
            csrf: "token".into(),
            app: app(),
            organization: organization.map(Into::into),
            scopes,
            since: "7 March 2026".into(),
            last_used: used.map(Into::into),
        };
    ConnectedAppsPage {
        layout: layout(),
        person: person(),
        apps: vec![
            of(Some("Northwind Traders"), consent().scopes, Some("21 November 2026")),
            of(None, Vec::new(), None),
        ],
        more: true,
        notice: Some("Ledger Sync is disconnected.".into()),
    }
}

/// Every page, in each of its variants.
pub(super) fn all() -> Vec<(&'static str, String)> {
    let organizations = ["Northwind Traders", "Fabrikam Holding GmbH & Co. KG", "Contoso"];
    let organizations = organizations.map(|name| (format!("org_{}", name.len()), name.to_owned()));
    let picker = OrganizationPage {
        layout: layout(),
        app: app(),
        person: person(),
        csrf: "token".into(),
        organizations: organizations.into(),
        notice: None,
        wrong: None,
    };
    let pages: Vec<(&'static str, Box<dyn askama::DynTemplate>)> = vec![
        ("sign-in", Box::new(sign_in())),
        (
            "sign-in-wrong",
            Box::new(SignInPage {
                email: "ada@example.com".into(),
                wrong: Some("The e-mail address or the password is wrong.".into()),
                ..sign_in()
            }),
        ),
        (
            "sign-in-again",
            Box::new(SignInPage {
                layout: sandbox(),
                app: None,
                person: Some(person()),
                notice: Some(crate::people::show::STALE),
                ..sign_in()
            }),
        ),
        (
            "signed-in",
            Box::new(SignedInPage {
                layout: layout(),
                person: person(),
                apps: Some("/settings/apps".into()),
                sign_out: "/sign-out".into(),
            }),
        ),
        (
            "signed-in-to-machines",
            Box::new(SignedInPage {
                layout: sandbox(),
                person: person(),
                apps: None,
                sign_out: "/sign-out".into(),
            }),
        ),
        ("connected-apps", Box::new(connected_apps())),
        (
            "connected-apps-none",
            Box::new(ConnectedAppsPage { apps: Vec::new(), notice: None, ..connected_apps() }),
        ),
        (
            "too-many",
            Box::new(TooManyPage {
                layout: layout(),
                wait: "90 seconds".into(),
                again: "/sign-in".into(),
            }),
        ),
        (
            "sign-out",
            Box::new(SignOutPage {
                layout: layout(),
                app: Some(app()),
                person: person(),
                csrf: "token".into(),
                notice: None,
            }),
        ),
        (
            "unverified",
            Box::new(UnverifiedPage {
                layout: layout(),
                text: "The person must sign in.".into(),
                destination: "app.ledger.example".into(),
                location: "https://app.ledger.example/cb?error=login_required&state=1".into(),
            }),
        ),
        ("signed-out", Box::new(SignedOutPage { layout: layout(), sign_in: "/sign-in".into() })),
        ("organization", Box::new(picker.clone())),
        (
            "organization-wrong",
            Box::new(OrganizationPage { wrong: Some("Choose one of these to go on."), ..picker }),
        ),
        ("consent", Box::new(consent())),
        (
            "consent-first",
            Box::new(ConsentPage {
                layout: sandbox(),
                app: App { name: "x".into(), home: None, description: None, ..app() },
                organization: None,
                other_organization: None,
                scopes: Vec::new(),
                connected_since: None,
                to_this_machine: true,
                stays: false,
                notice: Some(crate::people::show::STALE),
                ..consent()
            }),
        ),
        (
            "error",
            Box::new(ErrorPage {
                layout: layout(),
                heading: "This link does not lead back to the app",
                text: "The redirect URI is not registered for this app.".into(),
                advice: "Nothing was shared. If you did not expect this, close the page.",
            }),
        ),
    ];
    pages.into_iter().map(|(name, page)| (name, page.dyn_render().unwrap())).collect()
}

#[test]
fn every_page_renders_without_a_script_and_names_its_provider() {
    for (name, html) in all() {
        for never in ["<script", " style=", " on", "javascript:", "{{", "{%"] {
            let found = match never {
                // An attribute that begins with `on` would be a script.
                " on" => {
                    html.contains(" onclick")
                        || html.contains(" onload")
                        || html.contains(" onsubmit")
                }
                never => html.contains(never),
            };
            assert!(!found, "{name} has {never}");
        }
        assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("<main").count(), 1, "{name}");
        let title = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        assert!(title.ends_with(" · Acme") && title.len() > 12, "{name}: {title}");
        assert!(html.contains("<code>0Rg5bTz1xWq8mKc</code>"), "{name} names the request");
        assert!(html.contains(crate::style::path()), "{name}");
    }
}

#[test]
fn every_field_has_a_label_and_every_error_belongs_to_its_fields() {
    for (name, html) in all() {
        let inputs = html.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap());
        for input in inputs.filter(|it| !it.contains("type=\"hidden\"") && !it.contains("radio")) {
            let id = input.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(html.contains(&format!("<label for=\"{id}\"")), "{name}: {id}");
            assert!(input.contains("autocomplete="), "{name}: {id}");
        }
        let wrong = html.contains("id=\"wrong\"");
        assert_eq!(wrong, html.contains("aria-describedby=\"wrong\""), "{name}");
        assert_eq!(wrong, html.contains("role=\"alert\""), "{name}");
        for form in html.split("<form").skip(1) {
            assert!(form.contains("name=\"csrf\" value=\"token\""), "{name}");
        }
    }
}

#[test]
fn values_of_an_app_are_shown_as_text() {
    let evil = "</p><script>alert(1)</script>\"'";
    let page = ConsentPage {
        app: App {
            name: evil.into(),
            description: Some(evil.into()),
            logo: Some("https://cdn.example/\"onerror=".into()),
            home: None,
        },
        ..consent()
    };
    let html = page.render().unwrap();
    assert!(!html.contains("<script") && !html.contains("\"onerror"), "{html}");
    assert!(html.contains("&#60;script&#62;"), "{html}");
}

#[test]
fn a_monogram_stands_for_a_missing_logo() {
    let of = |name: &str| App { name: name.into(), ..app() }.monogram();
    assert_eq!(
        (of("Ledger Sync Pro"), of("éclair"), of("")),
        ("LS".into(), "É".into(), "?".into())
    );
}
