//! The events that change nothing, and their answers.

use insta::assert_snapshot;
use testing::lambda::Exchange;

/// In any order.
pub const READS: [Exchange; 11] = [
    ("list-users", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "Users returned successfully!",
          "users": [
            {
              "id": "ada",
              "username": "Ada-Lovelace",
              "first_name": "Ada",
              "last_name": "Lovelace",
              "yoe": 5,
              "company": "Analytical Engines",
              "designation": "Programmer",
              "linkedin_id": "ada-lovelace",
              "website": "https://example.com/ada",
              "github_id": "ada-lovelace",
              "github_user_id": "1815",
              "github_display_name": "Ada Lovelace",
              "isMember": true,
              "discordId": "799600467218923521",
              "tokens": {},
              "badges": [
                "first-flight",
                "night-owl"
              ],
              "roles": {
                "archived": false,
                "in_discord": true,
                "member": true
              },
              "incompleteUserDetails": false,
              "discordJoinedAt": "2024-02-02T18:00:00.000Z",
              "created_at": 1706778000000,
              "updated_at": 1709294400000
            },
            {
              "id": "amelia",
              "username": "amelia-e",
              "first_name": "Amelia",
              "last_name": "Earhart",
              "isMember": true,
              "discordId": "799600467218923522",
              "tokens": {},
              "badges": [
                "first-flight"
              ],
              "roles": {
                "archived": false,
                "in_discord": true,
                "member": true
              },
              "incompleteUserDetails": false,
              "discordJoinedAt": "2024-02-03T18:00:00.000Z",
              "created_at": 1706778000000,
              "updated_at": 1709294400000
            }
          ],
          "links": {
            "next": "/users?next=amelia&size=2",
            "prev": ""
          }
        }
        "#);
    }),
    ("search-users", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "Users found successfully!",
          "users": [
            {
              "id": "bessie",
              "username": "bessie-c",
              "first_name": "Bessie",
              "last_name": "Coleman",
              "isMember": false,
              "discordId": "799600467218923523",
              "tokens": {},
              "badges": [],
              "roles": {
                "archived": false,
                "in_discord": true
              },
              "incompleteUserDetails": false,
              "discordJoinedAt": "2024-02-04T18:00:00.000Z",
              "created_at": 1706778000000,
              "updated_at": 1709294400000
            }
          ],
          "links": {
            "next": "",
            "prev": ""
          },
          "count": 1
        }
        "#);
    }),
    ("get-self", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "id": "demo-admin",
          "username": "demo-admin",
          "first_name": "Demo",
          "last_name": "Admin",
          "isMember": true,
          "discordId": "799600467218923520",
          "tokens": {},
          "badges": [
            "first-flight"
          ],
          "roles": {
            "archived": false,
            "in_discord": true,
            "member": true,
            "super_user": true
          },
          "incompleteUserDetails": false,
          "discordJoinedAt": "2024-02-01T09:30:00.000Z",
          "created_at": 1706778000000,
          "updated_at": 1709294400000,
          "email": "demo-admin@example.com",
          "phone": 12025550147
        }
        "#);
    }),
    ("get-user-by-id", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "User returned successfully!",
          "user": {
            "id": "emil",
            "first_name": "Emil",
            "last_name": "Post",
            "isMember": false,
            "tokens": {},
            "badges": [],
            "roles": {
              "archived": false,
              "in_discord": false
            },
            "incompleteUserDetails": true,
            "created_at": 1706778000000,
            "updated_at": 1706778000000
          }
        }
        "#);
    }),
    ("get-user-by-username", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "User returned successfully!",
          "user": {
            "id": "amelia",
            "username": "amelia-e",
            "first_name": "Amelia",
            "last_name": "Earhart",
            "isMember": true,
            "discordId": "799600467218923522",
            "tokens": {},
            "badges": [
              "first-flight"
            ],
            "roles": {
              "archived": false,
              "in_discord": true,
              "member": true
            },
            "incompleteUserDetails": false,
            "discordJoinedAt": "2024-02-03T18:00:00.000Z",
            "created_at": 1706778000000,
            "updated_at": 1709294400000
          }
        }
        "#);
    }),
    ("is-username-available", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "isUsernameAvailable": true
        }
        "#);
    }),
    ("list-user-badges", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "Badges returned succesfully",
          "badges": [
            {
              "id": "first-flight",
              "name": "First Flight",
              "description": "Flew for the first time",
              "imageUrl": "https://example.com/first-flight.png",
              "createdBy": "demo-admin",
              "createdAt": {
                "date": "2/1/2024",
                "time": "9:00:00 AM"
              }
            },
            {
              "id": "night-owl",
              "name": "Night Owl",
              "description": "Landed after midnight",
              "imageUrl": "https://example.com/night-owl.png",
              "createdBy": "demo-admin",
              "createdAt": {
                "date": "2/1/2024",
                "time": "9:00:00 AM"
              }
            }
          ]
        }
        "#);
    }),
    ("list-skills", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "Skills returned successfully!",
          "skills": [
            {
              "tagId": "dispatch",
              "tagName": "Dispatch",
              "levelId": "level-2",
              "levelName": "2",
              "levelValue": 2
            },
            {
              "tagId": "rust",
              "tagName": "Rust",
              "levelId": "level-4",
              "levelName": "4",
              "levelValue": 4
            }
          ]
        }
        "#);
    }),
    ("get-own-status", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "User status found successfully!",
          "userStatus": {
            "userId": "demo-admin",
            "currentStatus": {
              "state": "ACTIVE",
              "message": "",
              "from": 1709294400000,
              "until": null,
              "updatedAt": 1709294400000
            }
          }
        }
        "#);
    }),
    ("get-status", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "User status found successfully!",
          "userStatus": {
            "userId": "amelia",
            "currentStatus": {
              "state": "OOO",
              "message": "Around the world",
              "from": 1709294400000,
              "until": 4070908800000,
              "updatedAt": 1709294400000
            }
          }
        }
        "#);
    }),
    ("list-badges", |answer| {
        assert_snapshot!(answer, @r#"
        200 {
          "message": "Badges returned successfully",
          "badges": [
            {
              "id": "first-flight",
              "name": "First Flight",
              "description": "Flew for the first time",
              "imageUrl": "https://example.com/first-flight.png",
              "createdBy": "demo-admin",
              "createdAt": {
                "date": "2/1/2024",
                "time": "9:00:00 AM"
              }
            },
            {
              "id": "night-owl",
              "name": "Night Owl",
              "description": "Landed after midnight",
              "imageUrl": "https://example.com/night-owl.png",
              "createdBy": "demo-admin",
              "createdAt": {
                "date": "2/1/2024",
                "time": "9:00:00 AM"
              }
            }
          ]
        }
        "#);
    }),
];
