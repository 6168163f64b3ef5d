//! Checks who can reach what, and what the server accepts from them.

use std::net::IpAddr;

use super::finding::Finding;
use crate::config::{Config, Encryption};

pub(super) fn listeners(config: &Config, findings: &mut Vec<Finding>) {
    for listener in &config.listeners {
        let (address, plain) = (listener.address, listener.tls.is_none());
        if !plain || address.ip().is_loopback() {
            continue;
        }
        let text = if address.ip().is_unspecified() {
            format!("{address} listens on every address without TLS")
        } else {
            format!("{address} listens without TLS")
        };
        findings.push(Finding::weak("listener_without_tls", text));
    }
    let of_https = |index: &usize| config.realms.get(*index).is_some_and(|it| it.issuer.is_https());
    let behind_proxy = config
        .listeners
        .iter()
        .any(|listener| listener.tls.is_none() && listener.realms.iter().any(of_https));
    if behind_proxy && config.trusted_proxies.is_empty() {
        let text = "an https issuer is served without TLS, so there is a proxy in front of it, but \
                    trusted_proxies is empty: every client has the proxy's address";
        findings.push(Finding::weak("no_trusted_proxies", text));
    }
    if config.trusted_proxies.iter().any(web::Network::is_everything) {
        let text = "trusted_proxies holds every address: any client can claim any other address";
        findings.push(Finding::wrong("everybody_is_trusted", text));
    }
}

pub(super) fn metrics(config: &Config, findings: &mut Vec<Finding>) {
    if let Some(address) = config.metrics
        && !address.ip().is_loopback()
    {
        let text = format!("{address} shows the metrics to every client that reaches it");
        findings.push(Finding::weak("metrics_public", text));
    }
}

pub(super) fn mail(config: &Config, findings: &mut Vec<Finding>) {
    let Some(mail) = &config.mail else {
        let asks = config.realms.iter().find(|it| it.dialect.authorization().access_requests);
        if let Some(realm) = asks {
            let text = format!(
                "realm {}: it accepts access requests, but there is no [mail]: no answer is sent",
                realm.name
            );
            findings.push(Finding::weak("no_mail", text));
        }
        return;
    };
    let here = mail.host.trim_matches(['[', ']']);
    let here = here == "localhost" || here.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    if mail.encryption == Encryption::None && !here {
        let text =
            format!("one-time links are sent to the mail server {} without encryption", mail.host);
        findings.push(Finding::weak("mail_without_tls", text));
    }
}
