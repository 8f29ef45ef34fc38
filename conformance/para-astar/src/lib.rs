//! Astar's generation of the cumulus pallets beside the model.
