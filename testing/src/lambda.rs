//! The Lambda Runtime API, for a function's real binary.
