//! A short list that is copied like a number: what concerns each core of a para.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::state::MAX_PENDING;

/// At most [`MAX_PENDING`] things, in their order.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Few<T> {
    length: u8,
    items: [T; MAX_PENDING],
}

impl<T: Copy + Default> Few<T> {
    /// Nothing.
    pub fn none() -> Self {
        Few::default()
    }

    /// These things; none if there is no room for all of them.
    pub fn of(items: impl IntoIterator<Item = T>) -> Option<Self> {
        items.into_iter().try_fold(Few::none(), Few::with)
    }

    /// The same with one more at its end; none if there is no room.
    #[must_use]
    pub fn with(mut self, item: T) -> Option<Self> {
        *self.items.get_mut(usize::from(self.length))? = item;
        self.length += 1;
        Some(self)
    }
}

impl<T: Copy + Default> From<Option<T>> for Few<T> {
    fn from(item: Option<T>) -> Self {
        item.and_then(|item| Few::none().with(item)).unwrap_or_default()
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items[..usize::from(self.length)]
    }
}

impl<T: fmt::Debug> fmt::Debug for Few<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Serialize> Serialize for Few<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de, T: Deserialize<'de> + Copy + Default> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<T>::deserialize(deserializer)?;
        let too_many = || serde::de::Error::custom(format!("more than {MAX_PENDING} entries"));
        Few::of(items).ok_or_else(too_many)
    }
}
