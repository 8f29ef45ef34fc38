//! Astar's emission with all that users, root and the switch can do to it.

mod explored;
