//! The relay chain's runtime pallets beside the model.
