//! Commands about automatic polling.

macro_rules! polling_commands {
    ([$next:ident $($after:ident)*] $($before:tt)*) => { $next! { [$($after)*] $($before)*
        /// Polls once, also while automatic polling is stopped; private to the service. A program that polls by a clock of its own gives it for
        /// the service. Resolves after what the answer brings was published, images apart.
        Poll {
            /// Who polls: for `WebChatService` it is carried out.
            commander: Commander = "commander" as By,
        } as "poll", poll => Answer as Value,
        needs [ability(polling) else texts::NO_POLL, service else texts::PRIVATE, session else texts::UNFINISHED],
        rejects [Busy texts::UNFINISHED];

        /// Starts automatic polling.
        StartPoll as "startPoll", start_poll => Nothing as (),
        needs [ability(polling) else texts::NO_POLLING, session else texts::NO_ACTIVE_SESSION],
        rejects [];

        /// Stops automatic polling.
        StopPoll as "stopPoll", stop_poll => Nothing as (),
        needs [ability(polling) else texts::NO_POLLING, session else texts::NO_ACTIVE_SESSION],
        rejects [];

        /// Sets the count of poll exceptions to 0.
        ResetPollExceptions as "resetPollExceptions", reset_poll_exceptions => Nothing as (),
        needs [ability(server_outage) else texts::NO_EXCEPTIONS],
        rejects [];
    } };
}
pub(crate) use polling_commands;
