//! The newest cumulus pallets beside the model.
