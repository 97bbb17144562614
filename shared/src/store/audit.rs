//! Reading everything, for the audit: the only scans there are.
