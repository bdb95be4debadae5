//! Where the outcome of a command goes.

use super::Place;
use crate::{Error, ErrorKind, command::Resolution, model::ProgressListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a command's outcome goes: called exactly once, when dropped uncalled with an error of kind [`ErrorKind::Closed`].
pub struct Completion {
    outlet: Option<Outlet>,
    /// The command's place among those under way.
    place: Option<Place>,
}

type Outlet = Box<dyn FnOnce(Result<Resolution, Error>, Option<Place>) + Send>;

impl Completion {
    /// Wraps a function. It runs on the library's threads and must not block.
    pub fn new(function: impl FnOnce(Result<Resolution, Error>) + Send + 'static) -> Self {
        Self::posted(move |outcome, _| function(outcome))
    }

    /// Wraps a function that passes the outcome on: the command keeps its place until that is dropped, so that outcomes which nobody takes
    /// do not pile up. (There is none when the command never came to be under way.)
    pub fn posted(function: impl FnOnce(Result<Resolution, Error>, Option<Place>) + Send + 'static) -> Self {
        Self { outlet: Some(Box::new(function)), place: None }
    }

    /// The same for the outcome of a message: its error says how sure it is that the message did not arrive.
    pub(crate) fn of_message(mut self) -> Self {
        let function = self.outlet.take();
        let outlet = function.map(|function| -> Outlet {
            Box::new(move |outcome, place| function(outcome.map_err(Error::of_message), place))
        });
        Self { outlet, place: self.place.take() }
    }

    /// The same for a transfer: `progress` is told nothing any more when the outcome is handed over.
    pub(crate) fn of_transfer(mut self, progress: &mut Option<ProgressListener>) -> Self {
        let Some(listener) = progress.take() else { return self };
        let open = Arc::new(Mutex::new(Some(listener)));
        let gate = open.clone();
        *progress = Some(ProgressListener(Arc::new(move |step| {
            if let Some(listener) = &*lock(&gate) {
                (listener.0)(step);
            }
        })));
        let function = self.outlet.take();
        let outlet = function.map(|function| -> Outlet {
            Box::new(move |outcome, place| {
                let listener = lock(&open).take();
                drop(listener);
                function(outcome, place);
            })
        });
        Self { outlet, place: self.place.take() }
    }

    /// The same with the command's place, for one that has its outcome before it was given.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Hands over the outcome.
    pub fn complete(mut self, outcome: Result<Resolution, Error>) {
        self.hand_over(outcome);
    }

    fn hand_over(&mut self, outcome: Result<Resolution, Error>) {
        if let Some(function) = self.outlet.take() {
            function(outcome, self.place.take());
        }
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        if self.outlet.is_some() {
            self.hand_over(Err(Error::new(ErrorKind::Closed, "the service is closed")));
        }
    }
}

fn lock(gate: &Mutex<Option<ProgressListener>>) -> MutexGuard<'_, Option<ProgressListener>> {
    gate.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Progress;
    use std::{
        sync::mpsc::{Receiver, Sender, channel},
        thread,
    };

    const STEP: Progress = Progress { transferred: 1, total: None };

    /// A transfer's completion and progress, which tell the channel what they are told.
    fn transfer(told: &Sender<&'static str>) -> (Completion, ProgressListener) {
        let (step, done) = (told.clone(), told.clone());
        let completion = Completion::new(move |_| done.send("outcome").unwrap());
        let mut progress = Some(ProgressListener(Arc::new(move |_| step.send("progress").unwrap())));
        let completion = completion.of_transfer(&mut progress);
        (completion, progress.unwrap())
    }

    fn all(told: &Receiver<&'static str>) -> Vec<&'static str> {
        told.try_iter().collect()
    }

    #[test]
    fn progress_ends_with_the_outcome() {
        let (sender, told) = channel();
        let (completion, progress) = transfer(&sender);
        (progress.0)(STEP);
        completion.complete(Ok(Resolution::Nothing));
        (progress.0)(STEP);
        assert_eq!(all(&told), ["progress", "outcome"]);
        let (completion, progress) = transfer(&sender);
        drop(completion);
        (progress.0)(STEP);
        assert_eq!(all(&told), ["outcome"], "a completion that is dropped is one");
    }

    /// The body of an upload is read by another thread than the one that cancels it.
    #[test]
    fn no_step_that_another_thread_tells_comes_after_the_outcome() {
        for _ in 0..200 {
            let (sender, told) = channel();
            let (completion, progress) = transfer(&sender);
            thread::scope(|scope| {
                let steps = scope.spawn(|| (0..50).for_each(|_| (progress.0)(STEP)));
                scope.spawn(|| completion.complete(Ok(Resolution::Nothing)));
                steps.join().unwrap();
            });
            assert_eq!(all(&told).last(), Some(&"outcome"));
        }
    }

    #[test]
    fn what_listens_is_let_go_with_the_outcome() {
        let held = Arc::new(());
        let weak = Arc::downgrade(&held);
        let mut progress = Some(ProgressListener(Arc::new(move |_| drop(held.clone()))));
        let completion = Completion::new(drop).of_transfer(&mut progress);
        completion.complete(Ok(Resolution::Nothing));
        assert!(weak.upgrade().is_none() && progress.is_some());
    }
}
