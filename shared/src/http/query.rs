//! Query parameters of the members' routes, each checked off as it is read.

use super::error::MembersError;
use crate::App;
use axum::extract::{FromRequestParts, Query};
use http::request::Parts;

/// The query's parameters that were not read yet, in order.
#[derive(Debug)]
pub struct QueryParams(Vec<(String, String)>);

impl FromRequestParts<App> for QueryParams {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let bad = |_| MembersError::BadRequest("Query must be percent-encoded UTF-8".to_owned());
        let Query(pairs) = Query::from_request_parts(parts, app).await.map_err(bad)?;
        Ok(Self(pairs))
    }
}

impl QueryParams {
    /// All values of a parameter, in order.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        let (read, unread) = std::mem::take(&mut self.0).into_iter().partition(|(other, _)| other == name);
        self.0 = unread;
        let read: Vec<(String, String)> = read;
        read.into_iter().map(|(_, value)| value).collect()
    }

    /// All values of a parameter, in order, parsed; an error names the parameter and says what is expected.
    ///
    /// # Errors
    /// `BadRequest` when one is not as expected.
    pub fn parse_all<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, MembersError> {
        let bad = || MembersError::BadRequest(format!("\"{name}\" must be {expected}"));
        self.all(name).iter().map(|value| parse(value).ok_or_else(bad)).collect()
    }

    /// Those of these parameters that are given, in order, which stay unread.
    #[must_use]
    pub fn given(&self, names: &[&str]) -> Vec<(String, String)> {
        self.0.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect()
    }

    /// The value of a parameter that may be given once.
    ///
    /// # Errors
    /// `BadRequest` when it is given more than once.
    pub fn one(&mut self, name: &str) -> Result<Option<String>, MembersError> {
        let mut values = self.all(name);
        if values.len() > 1 {
            return Err(MembersError::BadRequest(format!("\"{name}\" must be given once")));
        }
        Ok(values.pop())
    }

    /// The value of a parameter that is `true` or `false`, and may be given once; false, if absent.
    ///
    /// # Errors
    /// `BadRequest` when it is anything else.
    pub fn flag(&mut self, name: &str) -> Result<bool, MembersError> {
        match self.one(name)?.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(MembersError::BadRequest(format!("\"{name}\" must be true or false"))),
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `BadRequest` when there is a parameter that was not read: it is not one of the route's.
    pub fn finish(self) -> Result<(), MembersError> {
        match self.0.first() {
            Some((name, _)) => {
                let name: String = name.chars().take(64).collect();
                Err(MembersError::BadRequest(format!("\"{name}\" is not allowed")))
            }
            None => Ok(()),
        }
    }
}
