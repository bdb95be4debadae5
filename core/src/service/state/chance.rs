//! Chance, from a seed that is handed in: whoever knows the seed knows what comes of it.

use std::time::Duration;

/// Chance, or none.
#[derive(Debug, Default)]
pub(crate) struct Chance(Option<fastrand::Rng>);

impl Chance {
    /// Chance from `seed`; without one what follows keeps to the millisecond.
    pub(crate) fn of(seed: Option<u64>) -> Self {
        Self(seed.map(fastrand::Rng::with_seed))
    }

    /// A time that is at most `reach` away from `middle`, which it is on average.
    pub(crate) fn around(&mut self, middle: Duration, reach: Duration) -> Duration {
        match &mut self.0 {
            Some(random) => middle.saturating_sub(reach) + reach.mul_f64(2.0 * random.f64()),
            None => middle,
        }
    }

    /// A time from `least` on, later by `reach` at most.
    pub(crate) fn after(&mut self, least: Duration, reach: Duration) -> Duration {
        least + self.0.as_mut().map_or(Duration::ZERO, |random| reach.mul_f64(random.f64()))
    }
}
