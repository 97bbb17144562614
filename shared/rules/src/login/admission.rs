//! The member whom a GitHub account identifies.

use super::{GithubAccount, LoginError};
use crate::Context;
use models::{GithubLogin, Member, SUPER_USER, State, Status};
use store::{Attempt, MemberChanged, StoreError, retry};

/// Returns the member with the account's number, and refreshes their login, name and address. If there is none, finds a member
/// who was imported with the login of an account of the same age but without its number, and gives it to them, once; never to a
/// superuser. If there is none either, creates an incomplete member. A login that another member holds moves: logins change
/// hands, numbers do not. Nobody is found by e-mail address, because addresses are shared.
///
/// Logging in again changes nothing more, so an attempt in doubt is simply repeated. Two requests if nothing changed; three or
/// four otherwise, and five if a login moves to a member whose number is known, plus as many per conflict.
///
/// # Errors
/// `Unavailable`, after which the member may have been created or refreshed.
pub async fn admit(context: &Context, account: &GithubAccount) -> Result<Member, LoginError> {
    // All attempts would create the same member.
    let newcomer = newcomer(context, account);
    let attempt = async |was_in_doubt: bool| {
        let error_in_doubt = |error: StoreError| if was_in_doubt { error.in_doubt() } else { error };
        let admission = Admission::decide(context, account, &newcomer).await.map_err(error_in_doubt)?;
        Ok(match admission.write(context).await.map_err(error_in_doubt)? {
            MemberChanged::Done => Attempt::Done(admission.after),
            MemberChanged::Taken => Attempt::Repeat("another log-in conflicts".into(), was_in_doubt),
            MemberChanged::Stale { in_doubt } => {
                Attempt::Repeat("other changes conflict".into(), was_in_doubt || in_doubt)
            }
        })
    };
    Ok(retry(false, attempt, |cause, _| StoreError::Busy(cause)).await?)
}

/// What a log-in changes.
struct Admission {
    /// The member as they were read; `None` for a new one.
    before: Option<Member>,
    /// The member who is logged in.
    after: Member,
    /// Another member, who loses the login.
    holder: Option<Member>,
}

impl Admission {
    /// Reads who is concerned, and decides. Two to four requests.
    async fn decide(context: &Context, account: &GithubAccount, newcomer: &Member) -> Result<Self, StoreError> {
        let store = &context.store;
        let known = store.member_by_github_number(&account.number).await?;
        let mut holder = match &known {
            Some(known) if has_login(known, &account.login) => None,
            _ => store.member_by_github_login(&account.login).await?,
        };
        let before = known.or_else(|| holder.take_if(|holder| is_imported_with(holder, account)));
        let after = match &before {
            Some(before) => refreshed(context, before, account),
            None => newcomer.clone(),
        };
        Ok(Self { before, after, holder })
    }

    /// Writes the change, if there is one. At most one request.
    async fn write(&self, context: &Context) -> Result<MemberChanged, StoreError> {
        let Self { before, after, holder } = self;
        let (store, token) = (&context.store, context.random());
        let operation = uuid::Builder::from_random_bytes(context.random()).into_uuid();
        match (before, holder) {
            (Some(before), None) if before == after => Ok(MemberChanged::Done),
            (Some(before), None) => store.change_member(before, after, operation, None, token).await,
            (None, None) => store.create_member(after, token).await,
            (before, Some(holder)) => store.take_github_login(before.as_ref(), after, holder, operation, token).await,
        }
    }
}

fn has_login(member: &Member, login: &GithubLogin) -> bool {
    member.github_id.as_ref().is_some_and(|own| own.as_str().eq_ignore_ascii_case(login.as_str()))
}

/// Returns whether a member who holds the account's login was imported as the owner of this very account. The login alone
/// does not prove it, because GitHub gives abandoned logins to others.
fn is_imported_with(holder: &Member, account: &GithubAccount) -> bool {
    holder.github_user_id.is_none()
        && !holder.has_role(SUPER_USER)
        && holder.github_created_at.is_some()
        && holder.github_created_at == account.created_at
}

fn newcomer(context: &Context, account: &GithubAccount) -> Member {
    let now = context.now().into();
    let message = String::new().try_into().expect("a message may be empty");
    let status = Status { state: State::Onboarding, message, from: now, until: None, updated_at: now };
    let member = Member { current_status: Some(status), ..Member::new(context.new_member_id(), now) };
    identified(member, account)
}

/// Returns the member with what GitHub says; with a new time of change if that differs.
fn refreshed(context: &Context, before: &Member, account: &GithubAccount) -> Member {
    let after = identified(before.clone(), account);
    if after == *before { after } else { Member { updated_at: context.now().into(), ..after } }
}

/// Returns the member with what GitHub says. What it does not tell stays.
fn identified(member: Member, account: &GithubAccount) -> Member {
    let account = account.clone();
    Member {
        github_user_id: Some(account.number),
        github_id: Some(account.login),
        github_display_name: account.name.or(member.github_display_name),
        email: account.email.or(member.email),
        ..member
    }
}
