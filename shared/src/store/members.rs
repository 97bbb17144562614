//! Members, as far as the session check needs them.

use super::Store;
use super::keys::Key;
use crate::error::StoreError;
use crate::models::{Member, MemberId};
use serde::Serialize;

impl Store {
    /// One member: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn member(&self, member: &MemberId) -> Result<Option<Member>, StoreError> {
        self.get(&Key::member(member)).await
    }

    /// Makes a member: one request. Tells whether it did; not, if the id or the username is taken.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn create_member(&self, member: &Member, token: [u8; 16]) -> Result<bool, StoreError> {
        #[derive(Serialize)]
        struct Claim<'a> {
            id: &'a MemberId,
        }
        let mut transaction = self.transaction(token).create(&Key::member(&member.id), member);
        if let Some(username) = &member.username {
            transaction = transaction.create(&Key::username(username), &Claim { id: &member.id });
        }
        Ok(transaction.settle().await?.is_ok())
    }
}
