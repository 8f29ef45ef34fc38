//! Astar's emission with all that users, root and the switch can do to it: short calendars explored whole,
//! long runs at random, every mistake with who notices it, and what other chains did instead.

mod elsewhere;
mod explored;
mod gaps;
mod mistakes;
mod runs;
mod scenario;
