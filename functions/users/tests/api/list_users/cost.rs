//! How many DynamoDB requests a page takes.

use crate::crowd;
use crate::pages::page;
use crate::people::with_superuser;

/// Numbers of members that are quick to create. Pages cost the same with 20,000.
const MEMBERS: [usize; 2] = [1_000, 5_000];

#[tokio::test(flavor = "multi_thread")]
async fn does_not_depend_on_the_number_of_members() {
    for members in MEMBERS {
        let (app, root) = with_superuser().await;
        crowd::sign_up(&app, members).await;
        let (middle, last) = (members / 2, members - 1);
        let by_cursor: &[&str] = &["GetItem", "Query", "BatchGetItem"];
        let cases: [(String, usize, &[&str]); 8] = [
            ("/users".to_owned(), 100, &["Query", "BatchGetItem"]),
            ("/users?size=1".to_owned(), 1, &["Query", "BatchGetItem"]),
            (format!("/users?search=pilot-{:03}", members / 100 - 1), 100, &["Query", "BatchGetItem"]),
            ("/users?page=9".to_owned(), 100, &["Query", "BatchGetItem"]),
            ("/users?next=id-00099".to_owned(), 100, by_cursor),
            (format!("/users?next=id-{middle:05}&size=100"), 100, by_cursor),
            (format!("/users?prev=id-{middle:05}"), 100, by_cursor),
            (format!("/users?prev=id-{last:05}&search=PILOT"), 100, by_cursor),
        ];
        for (path, length, operations) in cases {
            assert_eq!(page(&app, &root, &path).await.users.len(), length, "{path} of {members}");
            assert_eq!(app.wire.take_operations(), operations, "{path} of {members}");
        }
    }
}
