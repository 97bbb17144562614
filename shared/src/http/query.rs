//! Query parameters of the members' routes. Each is removed as it is read, so that the rest can be rejected.

use super::error::MembersError;
use crate::App;
use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use std::collections::HashSet;

/// The distinct parameters that have not been read yet, in order. A repeated one counts once.
#[derive(Debug)]
pub struct QueryParams(Vec<(String, String)>);

impl FromRequestParts<App> for QueryParams {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let bad = |_| MembersError::BadRequest("Query must be percent-encoded UTF-8".to_owned());
        let Query(mut pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, app).await.map_err(bad)?;
        let mut seen = HashSet::new();
        // `dev` is a feature switch of the original system that its clients still send. It has no effect.
        pairs.retain(|pair| pair.0 != "dev" && seen.insert(pair.clone()));
        Ok(Self(pairs))
    }
}

impl QueryParams {
    /// Reads all distinct values of a parameter, in order.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        let (read, unread) = std::mem::take(&mut self.0).into_iter().partition(|(other, _)| other == name);
        self.0 = unread;
        let read: Vec<(String, String)> = read;
        read.into_iter().map(|(_, value)| value).collect()
    }

    /// Reads and parses all distinct values of a parameter, in order. `expected` says in the error message what they must be.
    ///
    /// # Errors
    /// `BadRequest` if `parse` rejects a value.
    pub fn parse_all<T: PartialEq>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, MembersError> {
        let bad = || MembersError::BadRequest(format!("\"{name}\" must be {expected}"));
        let mut distinct = Vec::new();
        for value in self.all(name) {
            let value = parse(&value).ok_or_else(bad)?;
            if !distinct.contains(&value) {
                distinct.push(value);
            }
        }
        Ok(distinct)
    }

    /// Returns those of the named parameters that are given, in order, without reading them.
    #[must_use]
    pub fn given(&self, names: &[&str]) -> Vec<(String, String)> {
        self.0.iter().filter(|(name, _)| names.contains(&name.as_str())).cloned().collect()
    }

    /// Reads the value of a parameter that may be given once.
    ///
    /// # Errors
    /// `BadRequest` if it is given more than once.
    pub fn one(&mut self, name: &str) -> Result<Option<String>, MembersError> {
        let mut values = self.all(name);
        if values.len() > 1 {
            return Err(MembersError::BadRequest(format!("\"{name}\" must be given once")));
        }
        Ok(values.pop())
    }

    /// Reads a parameter that is `true` or `false` and may be given once. It is `false` if absent.
    ///
    /// # Errors
    /// `BadRequest` if it has another value or is given more than once.
    pub fn flag(&mut self, name: &str) -> Result<bool, MembersError> {
        match self.one(name)?.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(MembersError::BadRequest(format!("\"{name}\" must be true or false"))),
        }
    }

    /// Rejects parameters that have not been read.
    ///
    /// # Errors
    /// `BadRequest` if there is one.
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
