//! `skysquad audit`

use crate::server::Server;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use insta::assert_snapshot;

const FLYER: &str = "FLYER#123456789";

/// One flaw in the data.
struct Flaw {
    table: &'static str,
    pk: &'static str,
    sk: &'static str,
    /// What to set, or none to delete the item.
    change: Option<(&'static str, aws_sdk_dynamodb::types::AttributeValue)>,
}

/// What an audit says of a demo community with a purchase given back, with one flaw in the data.
async fn audit_with(flaw: Option<Flaw>) -> String {
    let server = Server::start(&[]);
    let key = [("x-api-key", crate::server::KEY), ("idempotency-key", "once")];
    let order = r#"{"productId": "a1b2c3"}"#;
    assert_eq!(server.send("POST", "/user/123456789/buyProduct", &key, order).0, 200);
    assert_eq!(server.call("POST", "/user/123456789/transactions/123456789-3/refund", "").0, 201);

    if let Some(Flaw { table, pk, sk, change }) = flaw {
        let client = Client::from_conf(engine::config(&server.dynamodb).build());
        let (pk, sk) = (S(pk.to_owned()), S(sk.to_owned()));
        match change {
            None => drop(client.delete_item().table_name(table).key("pk", pk).key("sk", sk).send().await.unwrap()),
            Some((attribute, value)) => {
                let update = client.update_item().table_name(table).key("pk", pk).key("sk", sk);
                let update = update.update_expression("SET #a = :v").expression_attribute_names("#a", attribute);
                update.expression_attribute_values(":v", value).send().await.unwrap();
            }
        }
    }
    let audit = server.run(&["audit"]);
    let said = String::from_utf8(audit.stdout).unwrap();
    assert_eq!(audit.status.code(), Some(i32::from(!said.is_empty())), "{said}");
    said
}

#[tokio::test]
async fn finds_nothing_wrong_with_sound_data() {
    assert_snapshot!(audit_with(None).await, @"");
}

#[tokio::test]
async fn finds_a_wrong_balance() {
    let change = Some(("miles", N("5001".to_owned())));
    let flaw = Flaw { table: "users", pk: FLYER, sk: "FLYER", change };
    assert_snapshot!(audit_with(Some(flaw)).await, @"flyer 123456789: has 5001 miles, but 5000 according to the ledger");
}

#[tokio::test]
async fn finds_a_missing_entry() {
    let flaw = Flaw { table: "ledgers", pk: FLYER, sk: "000000000003", change: None };
    assert_snapshot!(audit_with(Some(flaw)).await, @"
    flyer 123456789: entry 3 is missing or out of order: entry 4 is in its place
    flyer 123456789: entry 4 leaves a balance of 5500 miles, but records 5000
    flyer 123456789: has 3 ledger entries, but should have 4
    ledgers FLYER#123456789 000000000004: ledgers FLYER#123456789 000000000003 is missing
    ledgers FLYER#123456789 OUTCOME#skyteam#once: ledgers FLYER#123456789 000000000003 is missing
    ");
}

#[tokio::test]
async fn finds_a_changed_amount() {
    let change = Some(("amount", N("600".to_owned())));
    let flaw = Flaw { table: "ledgers", pk: FLYER, sk: "000000000002", change };
    assert_snapshot!(audit_with(Some(flaw)).await, @"
    flyer 123456789: entry 2 leaves a balance of 5100 miles, but records 5000
    flyer 123456789: entry 2 does not credit flight 550e8400-e29b-41d4-a716-446655440000
    flights FLIGHT#550e8400-e29b-41d4-a716-446655440000 PASSENGER#123456789: ledgers FLYER#123456789 000000000002 does not agree with it
    ");
}

#[tokio::test]
async fn finds_a_missing_passenger() {
    let pk = "FLIGHT#550e8400-e29b-41d4-a716-446655440000";
    let flaw = Flaw { table: "flights", pk, sk: "PASSENGER#123456789", change: None };
    assert_snapshot!(audit_with(Some(flaw)).await, @"users FLYER#123456789 FLIGHTS#00000000: flights FLIGHT#550e8400-e29b-41d4-a716-446655440000 PASSENGER#123456789 is missing");
}

#[tokio::test]
async fn finds_a_boarding_that_is_not_credited() {
    let change = Some(("seq", N("1".to_owned())));
    let pk = "FLIGHT#550e8400-e29b-41d4-a716-446655440000";
    let flaw = Flaw { table: "flights", pk, sk: "PASSENGER#123456789", change };
    assert_snapshot!(audit_with(Some(flaw)).await, @"flights FLIGHT#550e8400-e29b-41d4-a716-446655440000 PASSENGER#123456789: ledgers FLYER#123456789 000000000001 does not agree with it");
}

#[tokio::test]
async fn finds_a_missing_history() {
    let flaw = Flaw { table: "users", pk: FLYER, sk: "FLIGHTS#00000000", change: None };
    assert_snapshot!(audit_with(Some(flaw)).await, @"flyer 123456789: has 0 flights in the history, but should have 1");
}

#[tokio::test]
async fn finds_a_missing_flyer() {
    let flaw = Flaw { table: "users", pk: FLYER, sk: "FLYER", change: None };
    assert_snapshot!(audit_with(Some(flaw)).await, @"
    users FLYER#123456789 FLIGHTS#00000000: users FLYER#123456789 FLYER is missing
    ledgers FLYER#123456789 000000000001: users FLYER#123456789 FLYER is missing
    ledgers FLYER#123456789 000000000002: users FLYER#123456789 FLYER is missing
    ledgers FLYER#123456789 000000000003: users FLYER#123456789 FLYER is missing
    ledgers FLYER#123456789 000000000004: users FLYER#123456789 FLYER is missing
    ");
}

#[tokio::test]
async fn finds_a_refund_that_the_purchase_does_not_know() {
    let change = Some(("refundedBy", S("123456789-2".to_owned())));
    let flaw = Flaw { table: "ledgers", pk: FLYER, sk: "000000000003", change };
    assert_snapshot!(audit_with(Some(flaw)).await, @"
    ledgers FLYER#123456789 000000000003: ledgers FLYER#123456789 000000000002 does not agree with it
    ledgers FLYER#123456789 000000000004: ledgers FLYER#123456789 000000000003 does not agree with it
    ");
}

#[tokio::test]
async fn finds_a_member_missing_from_a_listing() {
    let flaw = Flaw { table: "users", pk: "FACET#all", sk: "demo-admin#demo-admin", change: None };
    assert_snapshot!(audit_with(Some(flaw)).await, @"users MEMBER#demo-admin MEMBER: users FACET#all demo-admin#demo-admin is missing");
}

#[tokio::test]
async fn finds_somebody_listed_who_is_not_there() {
    let change = Some(("left", S("over".to_owned())));
    let flaw = Flaw { table: "users", pk: "FACET#role#member", sk: "ghost#ghost", change };
    assert_snapshot!(audit_with(Some(flaw)).await, @"
    users FACET#role#member ghost#ghost: left does not belong there
    users FACET#role#member ghost#ghost: users MEMBER#ghost MEMBER is missing
    ");
}

#[tokio::test]
async fn finds_a_member_listed_where_they_do_not_belong() {
    let change = Some(("left", S("over".to_owned())));
    let flaw = Flaw { table: "users", pk: "FACET#archived/all", sk: "demo-admin#demo-admin", change };
    assert_snapshot!(audit_with(Some(flaw)).await, @"
    users FACET#archived/all demo-admin#demo-admin: left does not belong there
    users FACET#archived/all demo-admin#demo-admin: does not belong to users MEMBER#demo-admin MEMBER
    ");
}

#[tokio::test]
async fn finds_a_username_that_is_not_claimed() {
    let flaw = Flaw { table: "users", pk: "USERNAME#demo-admin", sk: "CLAIM", change: None };
    assert_snapshot!(audit_with(Some(flaw)).await, @"users MEMBER#demo-admin MEMBER: users USERNAME#demo-admin CLAIM is missing");
}

#[tokio::test]
async fn finds_a_claim_of_somebody_else() {
    let change = Some(("id", S("somebody-else".to_owned())));
    let flaw = Flaw { table: "users", pk: "USERNAME#demo-admin", sk: "CLAIM", change };
    assert_snapshot!(audit_with(Some(flaw)).await, @"
    users MEMBER#demo-admin MEMBER: users USERNAME#demo-admin CLAIM does not agree with it
    users USERNAME#demo-admin CLAIM: users MEMBER#somebody-else MEMBER is missing
    ");
}
