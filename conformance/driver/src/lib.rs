//! What every layer's comparison shares: how much to try, and where a divergence is kept.
