//! The events that change something, and their answers.

use insta::assert_snapshot;
use testing::lambda::Exchange;

/// In an order in which each finds what it needs.
pub const WRITES: [Exchange; 13] = [
    ("create-user", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "id": "grace",
          "username": "grace-h",
          "first_name": "Grace",
          "last_name": "Hopper",
          "company": "Navy",
          "isMember": false,
          "tokens": {},
          "badges": [],
          "roles": {
            "archived": false,
            "in_discord": false
          },
          "incompleteUserDetails": false,
          "created_at": "[now]",
          "updated_at": "[now]"
        }
        "#);
    }),
    ("update-self", |answer| {
        assert_snapshot!(answer, @"204");
    }),
    ("update-own-profile", |answer| {
        assert_snapshot!(answer, @"204");
    }),
    ("set-own-status", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "User status updated successfully!",
          "userStatus": {
            "userId": "demo-admin",
            "currentStatus": {
              "state": "IDLE",
              "message": "",
              "from": "[now]",
              "until": null,
              "updatedAt": "[now]"
            }
          }
        }
        "#);
    }),
    ("set-status", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "User status updated successfully!",
          "userStatus": {
            "userId": "bessie",
            "currentStatus": {
              "state": "ACTIVE",
              "message": "On duty",
              "from": "[now]",
              "until": null,
              "updatedAt": "[now]"
            }
          }
        }
        "#);
    }),
    ("change-roles", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "role updated successfully!"
        }
        "#);
    }),
    ("change-discord", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "id": "dorothy",
          "username": "dorothy-v",
          "first_name": "Dorothy",
          "last_name": "Vaughan",
          "isMember": true,
          "discordId": "799600467218923524",
          "tokens": {},
          "badges": [],
          "roles": {
            "archived": false,
            "in_discord": true,
            "member": true
          },
          "incompleteUserDetails": false,
          "discordJoinedAt": "2024-03-15T10:00:00.000Z",
          "created_at": 1706778000000,
          "updated_at": "[now]"
        }
        "#);
    }),
    ("put-skill", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "tagId": "rust",
          "tagName": "Rust",
          "levelId": "level-1",
          "levelName": "1",
          "levelValue": 1
        }
        "#);
    }),
    ("delete-skill", |answer| {
        assert_snapshot!(answer, @"204");
    }),
    ("create-badge", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "Badge created successfully",
          "badge": {
            "id": "[id]",
            "name": "Smooth Landing",
            "description": "Nobody woke up",
            "imageUrl": "https://example.com/smooth-landing.png",
            "createdBy": "demo-admin",
            "createdAt": {
              "date": "[today]",
              "time": "[now]"
            }
          }
        }
        "#);
    }),
    ("award-badge", |answer| {
        assert_snapshot!(answer, @"204");
    }),
    ("take-badge", |answer| {
        assert_snapshot!(answer, @"204");
    }),
    ("update-users", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "Successfully updated users archived role to true if in_discord role is false",
          "data": {
            "totalUsers": 3,
            "totalUsersArchived": 3,
            "totalOperationsFailed": 0,
            "updatedUserDetails": [
              {
                "id": "charles",
                "firstName": "Charles",
                "lastName": "Babbage"
              },
              {
                "id": "emil",
                "firstName": "Emil",
                "lastName": "Post"
              },
              {
                "id": "grace",
                "firstName": "Grace",
                "lastName": "Hopper"
              }
            ],
            "failedUserDetails": []
          }
        }
        "#);
    }),
];
