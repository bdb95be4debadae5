//! Idle control: a warning, perhaps a second one, then the close (gms-v2.md, 4.1).

use std::time::Duration;

use tokio::time::Instant;

/// When the chat server warns about, and closes, a chat in which nobody says anything.
///
/// Messages, pushed URLs and files of any participant count as activity; typing does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdleSettings {
    /// Silence before the first warning; zero turns idle control off.
    pub alert: Duration,
    /// Time between the first and a second warning; zero means no second one.
    pub alert2: Duration,
    /// Time between the last warning and the close.
    pub close: Duration,
    /// Text of `IdleAlert`.
    pub alert_text: String,
    /// Text of `IdleClose`.
    pub close_text: String,
}

impl Default for IdleSettings {
    /// Chat Server's own defaults: 255 s, no second warning, 45 s.
    fn default() -> Self {
        Self {
            alert: Duration::from_secs(255),
            alert2: Duration::ZERO,
            close: Duration::from_secs(45),
            alert_text: "This chat will be closed soon unless you write something.".to_owned(),
            close_text: "This chat was closed due to inactivity.".to_owned(),
        }
    }
}

impl IdleSettings {
    /// Idle control switched off.
    pub fn off() -> Self {
        Self { alert: Duration::ZERO, ..Self::default() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Active,
    Alerted,
    AlertedTwice,
}

/// What the timer asks for when it runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdleStep {
    /// Warn; the next timer runs for `next`, and closes the chat if `closes`.
    Alert { next: Duration, closes: bool },
    /// Close the chat.
    Close,
}

/// The idle timer of one chat.
#[derive(Debug, Clone)]
pub(crate) struct IdleTimer {
    stage: Stage,
    since: Instant,
}

impl IdleTimer {
    pub(crate) fn new(now: Instant) -> Self {
        Self { stage: Stage::Active, since: now }
    }

    pub(crate) fn reset(&mut self, now: Instant) {
        *self = Self::new(now);
    }

    pub(crate) fn deadline(&self, settings: &IdleSettings) -> Option<Instant> {
        let span = match self.stage {
            _ if settings.alert.is_zero() => return None,
            Stage::Active => settings.alert,
            Stage::Alerted if !settings.alert2.is_zero() => settings.alert2,
            Stage::Alerted | Stage::AlertedTwice => settings.close,
        };
        self.since.checked_add(span)
    }

    /// Time left until the next step, once a warning has been given.
    pub(crate) fn countdown(&self, settings: &IdleSettings, now: Instant) -> Option<Duration> {
        (self.stage != Stage::Active).then_some(())?;
        self.deadline(settings).map(|deadline| deadline.saturating_duration_since(now))
    }

    /// Goes one stage further, as if the running timer had run out.
    pub(crate) fn expire(&mut self, settings: &IdleSettings, now: Instant) -> IdleStep {
        let second = !settings.alert2.is_zero();
        let (stage, step) = match self.stage {
            Stage::Active if second => {
                (Stage::Alerted, IdleStep::Alert { next: settings.alert2, closes: false })
            }
            Stage::Active => (Stage::Alerted, IdleStep::Alert { next: settings.close, closes: true }),
            Stage::Alerted if second => {
                (Stage::AlertedTwice, IdleStep::Alert { next: settings.close, closes: true })
            }
            Stage::Alerted | Stage::AlertedTwice => (self.stage, IdleStep::Close),
        };
        *self = Self { stage, since: now };
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn warns_then_closes() {
        let settings = IdleSettings::default();
        let start = Instant::now();
        let mut timer = IdleTimer::new(start);
        assert_eq!(timer.deadline(&settings), Some(start + Duration::from_secs(255)));
        assert_eq!(timer.countdown(&settings, start), None);
        let alert = start + Duration::from_secs(255);
        assert_eq!(
            timer.expire(&settings, alert),
            IdleStep::Alert { next: Duration::from_secs(45), closes: true }
        );
        assert_eq!(timer.countdown(&settings, alert), Some(Duration::from_secs(45)));
        assert_eq!(timer.expire(&settings, alert + Duration::from_secs(45)), IdleStep::Close);
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_warning_announces_the_close() {
        let settings = IdleSettings { alert2: Duration::from_secs(20), ..IdleSettings::default() };
        let now = Instant::now();
        let mut timer = IdleTimer::new(now);
        assert_eq!(
            timer.expire(&settings, now),
            IdleStep::Alert { next: Duration::from_secs(20), closes: false }
        );
        assert_eq!(
            timer.expire(&settings, now),
            IdleStep::Alert { next: Duration::from_secs(45), closes: true }
        );
        timer.reset(now);
        assert_eq!(timer.deadline(&settings), Some(now + Duration::from_secs(255)));
    }

    #[tokio::test(start_paused = true)]
    async fn off_has_no_deadline() {
        assert_eq!(IdleTimer::new(Instant::now()).deadline(&IdleSettings::off()), None);
    }
}
