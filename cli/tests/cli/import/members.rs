//! Members.

use super::{import, said};
use crate::server::Server;
use insta::assert_snapshot;
use serde_json::Value;

fn member(server: &Server, username: &str) -> Value {
    let (status, body) = server.send("GET", &format!("/users/{username}"), &[], "");
    assert_eq!(status, 200, "{body}");
    body["user"].clone()
}

/// A document with all that the original system may have in it.
const ADA: &str = r#"{"id":"ada1","username":"Ada-L","first_name":"Ada","last_name":"Lovelace","email":"ada@example.com","phone":"+441234567","yoe":12,"company":"Analytical Engines","designation":"","img":"https://example.com/ada.png","github_id":"AdaL","github_user_id":"42","github_display_name":"Ada","linkedin_id":"ada","twitter_id":"","website":"https://example.com","isMember":true,"userType":"developer","discordId":"799600467218923521","discordJoinedAt":"2023-01-02T03:04:05.678000+00:00","tokens":{"githubAccessToken":"SECRET-TOKEN"},"chaincode":"SECRET-CHAIN","roles":{"member":true,"in_discord":true},"picture":{"publicId":"p1","url":"https://example.com/p1.png"},"incompleteUserDetails":false,"profileURL":"https://ada.example.com","created_at":1600000000000,"updated_at":1700000000000,"nickname_synced":true}"#;

#[test]
fn takes_over_members_but_not_their_secrets() {
    let server = Server::start(&["--no-demo"]);
    let imported = import(&server, "members", ADA);
    assert_eq!(imported.status.code(), Some(0), "{imported:?}");
    assert_snapshot!(serde_json::to_string_pretty(&member(&server, "ada-l")).unwrap(), @r#"
    {
      "badges": [],
      "company": "Analytical Engines",
      "created_at": 1600000000000,
      "discordId": "799600467218923521",
      "discordJoinedAt": "2023-01-02T03:04:05.678Z",
      "first_name": "Ada",
      "github_display_name": "Ada",
      "github_id": "AdaL",
      "github_user_id": "42",
      "id": "ada1",
      "img": "https://example.com/ada.png",
      "incompleteUserDetails": false,
      "isMember": true,
      "last_name": "Lovelace",
      "linkedin_id": "ada",
      "picture": {
        "publicId": "p1",
        "url": "https://example.com/p1.png"
      },
      "profileURL": "https://ada.example.com",
      "roles": {
        "archived": false,
        "in_discord": true,
        "member": true
      },
      "tokens": {},
      "updated_at": 1700000000000,
      "userType": "developer",
      "username": "Ada-L",
      "website": "https://example.com",
      "yoe": 12
    }
    "#);
    assert!(server.run(&["audit"]).status.success());
}

#[test]
fn changes_nothing_the_second_time() {
    let server = Server::start(&["--no-demo"]);
    assert_snapshot!(said(&import(&server, "members", ADA)), @"1 imported, 0 already present, 0 rejected");
    let before = member(&server, "ada-l");
    let again = import(&server, "members", &ADA.replace("Analytical Engines", "Somewhere else"));
    assert_snapshot!(said(&again), @"0 imported, 1 already present, 0 rejected");
    assert_eq!(again.status.code(), Some(0));
    assert_eq!(member(&server, "ada-l"), before);
}

#[test]
fn tells_which_lines_it_refuses_and_takes_the_others() {
    let server = Server::start(&["--no-demo"]);
    let lines = [
        r#"{"id":"one","username":"number-one","first_name":"One","last_name":"X"}"#,
        r#"{"id":"two","username":"NUMBER-ONE","first_name":"Two","last_name":"X"}"#,
        r#"{"id":"three","username":"ab","first_name":"Three","last_name":"X"}"#,
        "",
        r#"{"id":"four","first_name":"Four"}"#,
        r#"{"id":"five","first_name":"Five","last_name":"X","phone":"secret number"}"#,
        "not json",
        r#"{"id":"six","first_name":"Six","last_name":"X","email":"","phone":null,"created_at":"yesterday"}"#,
        r#"{"id":"seven","first_name":"Seven","last_name":"X","email":"","phone":null,"username":""}"#,
    ];
    let imported = import(&server, "members", &lines.join("\n"));
    assert_eq!(imported.status.code(), Some(1));
    assert_snapshot!(said(&imported), @r#"
    line 2: username, github_id, github_user_id or discordId belongs to another member
    line 3: "username" must be 4 to 32 letters, digits and -, and no reserved word
    line 5: "last_name" is required
    line 7: expected a JSON object
    line 8: "created_at" must be a number
    3 imported, 0 already present, 5 rejected
    "#);
    assert_eq!(member(&server, "number-one")["id"], "one");
    assert!(server.run(&["audit"]).status.success());
}

#[test]
fn fails_without_the_file() {
    let server = Server::start(&["--no-demo"]);
    let failed = server.run(&["import", "members", "nowhere.ndjson"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&failed.stderr).contains("cannot read nowhere.ndjson"), "{failed:?}");
}

/// What cannot be kept is mended or left out: the account arrives.
#[test]
fn mends_texts_and_leaves_out_what_is_not_valid() {
    let server = Server::start(&["--no-demo"]);
    let odd = r#"{"id":"odd","username":"odd-one","first_name":" Zoe\u0308\t\u202eX ","last_name":"\u3164","company":"A\nB","img":"javascript:alert(1)","website":"n/a","email":"two@example.com, three@example.com","phone":"0123","github_id":"odd one","github_user_id":42,"discordId":"0799600467218923521"}"#;
    assert_snapshot!(said(&import(&server, "members", odd)), @"1 imported, 0 already present, 0 rejected");
    let member = member(&server, "odd-one");
    let kept = ["first_name", "last_name", "company", "img", "website", "github_id", "github_user_id", "discordId"];
    let kept: Vec<_> = kept.iter().map(|field| member.get(field).and_then(Value::as_str)).collect();
    assert_eq!(kept, [Some("Zo\u{eb} X"), Some("\u{3164}"), Some("A B"), None, None, None, Some("42"), None]);
    assert!(server.run(&["audit"]).status.success());
}
