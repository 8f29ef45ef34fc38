//! placeholder

pub mod economics;
