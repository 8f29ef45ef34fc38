//! Heads built by the para mock, backed and included by the relay mock.
