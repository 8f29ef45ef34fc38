//! The node's fragment chain and inclusion emulator beside the model.
