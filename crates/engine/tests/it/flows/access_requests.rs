//! Access requests: creating them, deciding them, and the link that works once.

use std::time::Duration;

use domain::{AccessDecision, AccessRequest, Actor, Client, Grant};
use engine::access_requests::{
    Fetched, LINK_LIFETIME, MAX_A_DAY, NewAccessRequest, fetch, link, mail_failed, mailed, offer,
    submit, unmailed,
};
use engine::admin::access_requests::{
    AccessRequestState, Approval, Decline, approve, decline, list, read, resend,
};
use engine::admin::{Budget, PageQuery};
use engine::{AdminReason, Context, Denial, Reason, WriteContext, settle};
use oauth::Parameter;
use store::{ListQuery, StoreExt as _};

use crate::flows::world::{AUDIENCE, World, scopes};

fn new() -> NewAccessRequest {
    NewAccessRequest {
        name: "Ada Lovelace".into(),
        organization: "Analytical Engines".into(),
        use_case: "Read cameras.\r\nAt night.".into(),
        contact: "Ada@Example.com".into(),
        first_of_network: true,
    }
}

fn staff() -> Actor {
    Actor::AdminKey("key_1".parse().unwrap())
}

async fn ask(world: &World, new: NewAccessRequest) -> Result<AccessRequest, Denial> {
    let new = &new;
    world.run(async |ctx| Ok(settle(ctx, async |ctx| submit(&ctx, new).await).await?.0)).await
}

async fn approved_as(world: &World, approval: &Approval) -> Result<AccessRequest, Denial> {
    let asked = ask(world, new()).await.unwrap();
    let id = asked.public_id.as_str();
    world.run(async |ctx| approve_now(ctx, id, approval).await).await
}

async fn approve_now(
    ctx: &WriteContext<'_>,
    id: &str,
    approval: &Approval,
) -> Result<AccessRequest, Denial> {
    let by = &staff();
    Ok(settle(ctx, async |ctx| approve(&ctx, by, id, approval).await).await?.0)
}

async fn approved(world: &World) -> AccessRequest {
    approved_as(world, &Approval::default()).await.unwrap()
}

/// The last path segment of the link in the mail.
async fn link_of(world: &World, request: &AccessRequest) -> String {
    let link = world.run(async |ctx| link(ctx, request).unwrap()).await;
    let text = link.expose().strip_prefix("http://issuer.example/credentials/").unwrap();
    text.to_owned()
}

async fn use_link(world: &World, link: &str) -> Result<Fetched, Denial> {
    world.run(async |ctx| Ok(settle(ctx, async |ctx| fetch(&ctx, link).await).await?.0)).await
}

async fn refused(world: &World, link: &str) -> &'static str {
    let looked = world.run(async |ctx| offer(ctx, link).await.map(drop)).await;
    let used = use_link(world, link).await.map(drop);
    let code = used.unwrap_err().code();
    assert_eq!(looked.unwrap_err().code(), code, "looking tells the same as using");
    code
}

async fn state(world: &World, request: &AccessRequest) -> AccessRequest {
    let id = request.public_id.as_str();
    world.run(async |ctx| AccessRequest::clone(&read(ctx, id).await.unwrap())).await
}

async fn actions(world: &World) -> Vec<String> {
    let query = store::EventQuery { limit: 200, ..Default::default() };
    let events = store::StoreReader::events(&*world.store, &query).await.unwrap();
    events.into_iter().map(|event| event.draft.action).collect()
}

#[tokio::test]
async fn an_access_request_is_stored_and_pending() {
    let world = World::new().await;
    let asked = ask(&world, new()).await.unwrap();
    assert_eq!(asked.contact, "ada@example.com");
    assert_eq!(asked.use_case, "Read cameras.\nAt night.");
    assert_eq!(asked.variety(), "pending");
    assert_eq!(asked.mailed, None);
    assert!(actions(&world).await.contains(&"access_request.created".to_owned()));
    assert!(world.run(async |ctx| link(ctx, &asked).is_none()).await, "nothing to fetch yet");
}

#[tokio::test]
async fn an_invalid_field_is_named() {
    let world = World::new().await;
    type Change = fn(&mut NewAccessRequest, &str);
    let cases: [(&str, Change, &[&str]); 4] = [
        ("name", |it, text| it.name = text.into(), &["", " ", "a\nBcc: b@c.example", "a\u{202e}b"]),
        ("organization", |it, text| it.organization = text.into(), &["", "a\r\nb"]),
        ("use_case", |it, text| it.use_case = text.into(), &["", "\n\n", "a\u{1b}[31m", "a\0"]),
        (
            "contact",
            |it, text| it.contact = text.into(),
            &[
                "",
                "ada",
                "@b.example",
                "a@b@c.example",
                "a@b.example\r\nBcc: c@d.example",
                "a b@c.example",
            ],
        ),
    ];
    for (field, change, bad) in cases {
        for text in bad {
            let mut wrong = new();
            change(&mut wrong, text);
            match ask(&world, wrong).await.unwrap_err().reason {
                Reason::Admin(AdminReason::InvalidField { field: named, .. }) => {
                    assert_eq!(named, field, "{text:?}")
                }
                other => panic!("{field} {text:?}: {other:?}"),
            }
        }
    }
    let mut long = new();
    long.use_case = "x".repeat(2_001);
    assert!(matches!(ask(&world, long).await, Err(denial) if denial.code() == "invalid_field"));
    let all = world.run(async |ctx| list(ctx, None, &PageQuery::default()).await).await.unwrap();
    assert!(all.items.is_empty(), "nothing was kept of them");
}

#[tokio::test]
async fn access_requests_are_limited_per_day_and_by_the_queue() {
    let world = World::new().await;
    for day in 0..3 {
        let takes = if day < 2 { MAX_A_DAY } else { 500 - 2 * MAX_A_DAY };
        for _ in 0..takes {
            ask(&world, new()).await.unwrap();
        }
        let full = ask(&world, new()).await.unwrap_err();
        assert_eq!(full.code(), "access_requests_full", "{full}");
        world.advance(86_400);
    }
    let first = world.run(async |ctx| list(ctx, None, &PageQuery::default()).await).await.unwrap();
    let id = first.items[0].public_id.as_str();
    let no = Decline::default();
    let by = staff();
    world
        .run(async |ctx| settle(ctx, async |ctx| decline(&ctx, &by, id, &no).await).await.map(drop))
        .await
        .unwrap();
    ask(&world, new()).await.expect("a decision makes room");
}

#[tokio::test]
async fn an_approval_creates_everything_in_one_batch_and_a_second_one_nothing() {
    let world = World::new().await;
    let approval = Approval {
        scopes: Some(vec!["read".into()]),
        budget: Some(Budget { per_hour: None, per_day: Some(7) }),
        client_name: Some("Night watch".into()),
        ..Approval::default()
    };
    let request = approved_as(&world, &approval).await.unwrap();
    assert_eq!((request.variety(), request.mailed), ("unmailed", Some(false)));
    let AccessDecision::Approved { client, fetch_until, fetched_at: None, .. } = request.decision
    else {
        panic!("{request:?}");
    };
    assert_eq!(fetch_until.since(request.created_at), LINK_LIFETIME);
    let client = world.store.by_id(client).await.unwrap().unwrap();
    assert_eq!((client.name.as_str(), client.budget.per_day), ("Night watch", Some(7)));
    let organization = world.store.by_id(client.organization.unwrap()).await.unwrap().unwrap();
    assert_eq!(organization.name, "Analytical Engines");
    let handle = Grant::machine_handle(client.id, world.server);
    let realm = world.issuer.realm();
    let grant = world.store.by_handle::<Grant>(realm, &handle).await.unwrap().unwrap();
    assert_eq!(grant.organization, client.organization);
    assert_eq!(grant.scopes, scopes("read"));

    let before = actions(&world).await;
    let id = request.public_id.as_str();
    let again = Approval { client_name: Some("Another".into()), ..Approval::default() };
    let again = world.run(async |ctx| approve_now(ctx, id, &again).await).await.unwrap();
    assert_eq!(again.decision, request.decision);
    assert_eq!(actions(&world).await, before, "no event, no second client");
    let by = staff();
    let declined = world.run(async |ctx| decline(ctx, &by, id, &Decline::default()).await).await;
    assert!(matches!(declined, Err(denial) if denial.code() == "state_forbids"));
}

#[tokio::test]
async fn an_approval_for_an_existing_organization_creates_none() {
    let world = World::new().await;
    let approval = Approval { organization: Some("org_1".into()), ..Approval::default() };
    let request = approved_as(&world, &approval).await.unwrap();
    let AccessDecision::Approved { client, .. } = request.decision else { panic!() };
    let client = world.store.by_id(client).await.unwrap().unwrap();
    assert_eq!(client.organization, Some(world.organization));
    assert!(!actions(&world).await.contains(&"organization.created".to_owned()));
}

#[tokio::test]
async fn an_invalid_approval_creates_nothing() {
    let world = World::new().await;
    for bad in [
        Approval { audience: Some("https://nowhere".into()), ..Approval::default() },
        Approval { scopes: Some(vec!["fly".into()]), ..Approval::default() },
        Approval { organization: Some("org_none".into()), ..Approval::default() },
        Approval {
            organization: Some("org_1".into()),
            organization_name: Some("Both".into()),
            ..Approval::default()
        },
        Approval { client_name: Some("a\nb".into()), ..Approval::default() },
    ] {
        let refused = approved_as(&world, &bad).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_field", "{refused:?}");
    }
    let made: Vec<_> = actions(&world).await;
    assert!(!made.iter().any(|it| it.starts_with("client.") || it.starts_with("organization.")));
    let query = PageQuery::default();
    let pending = world
        .run(async |ctx| list(ctx, Some(AccessRequestState::Pending), &query).await)
        .await
        .unwrap();
    assert_eq!(pending.items.len(), 5);
}

#[tokio::test]
async fn a_link_gives_a_working_secret_once() {
    let world = World::new().await;
    let request = approved(&world).await;
    let link = link_of(&world, &request).await;
    for _ in 0..3 {
        let seen = world.run(async |ctx| offer(ctx, &link).await.map(drop)).await;
        seen.expect("looking spends nothing");
    }
    let fetched = use_link(&world, &link).await.unwrap();
    assert_eq!(fetched.audiences, [AUDIENCE]);
    let token = world
        .token(&[
            (Parameter::GrantType, "client_credentials"),
            (Parameter::ClientId, &fetched.client_id),
            (Parameter::ClientSecret, fetched.secret.expose()),
            (Parameter::Audience, AUDIENCE),
        ])
        .await
        .unwrap();
    world.at_api(token.access_token.expose()).await.unwrap();
    assert_eq!(refused(&world, &link).await, "link_used");
    let AccessDecision::Approved { fetched_at, .. } = state(&world, &request).await.decision else {
        panic!()
    };
    assert!(fetched_at.is_some());
    let told = actions(&world).await;
    let count = |action: &str| told.iter().filter(|it| *it == action).count();
    assert_eq!((count("client_secret.created"), count("access_request.fetched")), (1, 1));
}

#[tokio::test]
async fn concurrent_uses_of_a_link_give_one_secret() {
    let world = World::new().await;
    let request = approved(&world).await;
    let link = link_of(&world, &request).await;
    let outcomes = world
        .run(async |ctx| (fetch(ctx, &link).await.unwrap(), fetch(ctx, &link).await.unwrap()))
        .await;
    store::Store::commit(&*world.store, outcomes.0.batch).await.unwrap();
    let second = store::Store::commit(&*world.store, outcomes.1.batch).await.unwrap_err();
    assert!(matches!(second, store::CommitError::Conflict(store::Conflict::Spent)), "{second}");
    assert_eq!(refused(&world, &link).await, "link_used");
}

#[tokio::test]
async fn an_expired_changed_or_foreign_link_is_refused() {
    let world = World::new().await;
    let request = approved(&world).await;
    let link = link_of(&world, &request).await;
    let mut changed = link.clone().into_bytes();
    changed[20] = if changed[20] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    let elsewhere = World::new().await;
    let foreign = link_of(&elsewhere, &approved(&elsewhere).await).await;
    for bad in ["", "x", "%00", &link[1..], &changed, &foreign] {
        assert_eq!(refused(&world, bad).await, "link_not_good", "{bad}");
    }
    world.clock.advance(LINK_LIFETIME - Duration::from_secs(1));
    world.run(async |ctx| offer(ctx, &link).await.map(drop)).await.unwrap();
    world.advance(1);
    assert_eq!(refused(&world, &link).await, "link_expired");
}

#[tokio::test]
async fn a_suspended_client_fetches_nothing_until_it_is_active_again() {
    let world = World::new().await;
    let request = approved(&world).await;
    let link = link_of(&world, &request).await;
    let AccessDecision::Approved { client, .. } = request.decision else { panic!() };
    world.change(client, |it: &mut Client| it.status = domain::Status::Suspended).await;
    assert_eq!(refused(&world, &link).await, "client_suspended");
    world.change(client, |it: &mut Client| it.status = domain::Status::Active).await;
    use_link(&world, &link).await.unwrap();
}

#[tokio::test]
async fn a_new_link_invalidates_the_one_before() {
    let world = World::new().await;
    let request = approved(&world).await;
    let first = link_of(&world, &request).await;
    let again = async || {
        let (id, by) = (request.public_id.as_str(), &staff());
        world
            .run(async |ctx| Ok(settle(ctx, async |ctx| resend(&ctx, by, id).await).await?.0))
            .await
            .map_err(|denial: Denial| denial.code())
    };
    let renewed = again().await.unwrap();
    assert_eq!(renewed.mailed, Some(false), "it has to be mailed");
    let second = link_of(&world, &renewed).await;
    assert_eq!(refused(&world, &first).await, "link_superseded", "at the very same moment");
    let one = use_link(&world, &second).await.unwrap();
    let third = link_of(&world, &again().await.unwrap()).await;
    assert_eq!(refused(&world, &second).await, "link_superseded");
    let two = use_link(&world, &third).await.unwrap();
    assert_ne!(one.secret.expose(), two.secret.expose());
    let pending = ask(&world, new()).await.unwrap();
    let by = staff();
    let refused = world.run(async |ctx| resend(ctx, &by, pending.public_id.as_str()).await).await;
    assert!(matches!(&refused, Err(denial) if denial.code() == "state_forbids"), "{refused:?}");
}

#[tokio::test]
async fn a_decided_request_is_unmailed_until_it_is_marked() {
    let world = World::new().await;
    let request = approved(&world).await;
    let waiting = world.run(async |ctx| unmailed(ctx, None).await).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let (id, by) = (request.public_id.as_str(), staff());
    world.advance(5);
    let renewed = world
        .run(async |ctx| settle(ctx, async |ctx| resend(&ctx, &by, id).await).await)
        .await
        .unwrap()
        .0;
    let mark = async |sent: &AccessRequest| {
        world
            .run(async |ctx| settle(ctx, async |ctx| mailed(&ctx, sent).await).await)
            .await
            .unwrap();
        state(&world, sent).await.mailed
    };
    assert_eq!(mark(&request).await, Some(false), "another answer waits meanwhile");
    assert_eq!(mark(&renewed).await, Some(true));
    let before = actions(&world).await;
    assert_eq!(mark(&renewed).await, Some(true));
    assert_eq!(actions(&world).await, before);
    assert!(world.run(async |ctx| unmailed(ctx, None).await).await.unwrap().is_empty());
    let query = ListQuery {
        kind: domain::Kind::AccessRequest,
        realm: world.issuer.realm().clone(),
        owners: domain::Owners { variety: Some("approved"), ..Default::default() },
        after: None,
        limit: 10,
    };
    assert_eq!(world.store.page::<AccessRequest>(query).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_mail_that_was_given_up_is_listed_and_another_link_is_mailed() {
    let world = World::new().await;
    let request = approved(&world).await;
    let (id, by) = (request.public_id.as_str(), staff());
    let give_up = async |request: &AccessRequest| {
        let decide = async |ctx: Context<'_>| mail_failed(&ctx, request, "550 no such user").await;
        world.run(async |ctx| settle(ctx, decide).await).await.unwrap();
        state(&world, request).await
    };
    let failed = give_up(&request).await;
    assert_eq!((failed.variety(), failed.mailed), ("mail_failed", Some(false)));
    assert!(world.run(async |ctx| unmailed(ctx, None).await).await.unwrap().is_empty());
    let before = actions(&world).await;
    assert_eq!(before.last().unwrap(), "access_request.mail_failed");
    give_up(&request).await;
    assert_eq!(actions(&world).await, before, "it is given up once");
    let in_state = async |wanted| {
        let page = PageQuery::default();
        let listed = world.run(async |ctx| list(ctx, Some(wanted), &page).await).await.unwrap();
        listed.items.len()
    };
    assert_eq!(in_state(AccessRequestState::MailFailed).await, 1);
    assert_eq!(in_state(AccessRequestState::Unmailed).await, 0);
    world.advance(5);
    world
        .run(async |ctx| settle(ctx, async |ctx| resend(&ctx, &by, id).await).await)
        .await
        .unwrap();
    assert_eq!(state(&world, &request).await.variety(), "unmailed");
    assert_eq!(in_state(AccessRequestState::MailFailed).await, 0);
}

#[tokio::test]
async fn access_requests_are_listed_by_state_page_by_page() {
    let world = World::new().await;
    let mut expected = Vec::new();
    for number in 0..9 {
        world.advance(1);
        let asked = ask(&world, new()).await.unwrap();
        let id = asked.public_id.as_str();
        match number % 3 {
            0 => {
                let made = world.run(async |ctx| approve_now(ctx, id, &Approval::default()).await);
                let made = made.await.unwrap();
                if number == 3 {
                    let mark = async |ctx: &WriteContext<'_>| {
                        settle(ctx, async |ctx| mailed(&ctx, &made).await).await.map(drop)
                    };
                    world.run(mark).await.unwrap();
                }
                expected.push(id.to_owned());
            }
            1 => {
                let (by, no) = (staff(), Decline { reason: Some("Not yet.".into()) });
                let no = async |ctx: &WriteContext<'_>| {
                    settle(ctx, async |ctx| decline(&ctx, &by, id, &no).await).await.map(drop)
                };
                world.run(no).await.unwrap();
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    let mut query = PageQuery { limit: Some(2), after: None };
    loop {
        let page = world
            .run(async |ctx| list(ctx, Some(AccessRequestState::Approved), &query).await)
            .await;
        let page = page.unwrap();
        assert!(page.items.len() <= 2);
        found.extend(page.items.iter().map(|it| it.public_id.to_string()));
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    assert_eq!(found, expected);
    for (state, count) in [
        (AccessRequestState::Pending, 3),
        (AccessRequestState::Declined, 3),
        (AccessRequestState::Unmailed, 5),
    ] {
        let query = PageQuery::default();
        let page = world.run(async |ctx| list(ctx, Some(state), &query).await).await.unwrap();
        assert_eq!(page.items.len(), count, "{state:?}");
    }
}

#[tokio::test]
async fn half_of_a_day_is_for_networks_that_nothing_came_from() {
    let world = World::new().await;
    let again = || NewAccessRequest { first_of_network: false, ..new() };
    for _ in 0..MAX_A_DAY / 2 {
        ask(&world, again()).await.unwrap();
    }
    assert_eq!(ask(&world, again()).await.unwrap_err().code(), "access_requests_full");
    for _ in 0..MAX_A_DAY / 2 {
        ask(&world, new()).await.unwrap();
    }
    assert_eq!(ask(&world, new()).await.unwrap_err().code(), "access_requests_full");
}
