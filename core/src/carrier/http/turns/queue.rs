//! Who may send to one server next, without input or output.
//!
//! There are as many turns as the window is wide. It begins narrow and widens with each answer, up to the bound, so that a server which offers
//! HTTP/2 has shown so before many connections are made; it narrows where the server does not answer, so that one which has too much to do, or
//! is gone, is asked by few. Who waits is given a turn by rank, and within a rank chats take turns, however much one of them wants.

use std::collections::{HashMap, VecDeque};

/// The narrowest window.
const NARROWEST: usize = 8;

/// How a request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// First: somebody waits for what comes of it.
    Command,
    /// Carries a file, which may take any time: they have half of the window at most.
    File,
    /// Last: it will be asked again anyway.
    Poll,
}

/// One that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ticket(u64);

/// Who has a turn and who waits.
#[derive(Debug)]
pub(super) struct Queue {
    most: usize,
    window: usize,
    files: usize,
    others: usize,
    last: u64,
    commands: Line,
    file_line: Line,
    polls: Line,
}

impl Queue {
    /// With at most as many turns at once.
    pub(super) fn new(most: usize) -> Self {
        let (commands, file_line, polls) = (Line::default(), Line::default(), Line::default());
        Self { most, window: most.min(NARROWEST), files: 0, others: 0, last: 0, commands, file_line, polls }
    }

    /// Takes a turn, where there is one and nobody waits for it.
    pub(super) fn take(&mut self, rank: Rank) -> bool {
        let free = self.has_room(rank) && self.first().is_none();
        if free {
            self.begin(rank);
        }
        free
    }

    /// Has `chat` wait for a turn.
    pub(super) fn join(&mut self, chat: u64, rank: Rank) -> Ticket {
        self.last += 1;
        let ticket = Ticket(self.last);
        self.line(rank).join(chat, ticket);
        ticket
    }

    /// `ticket` of `chat` waits no more; false where it did not.
    pub(super) fn leave(&mut self, chat: u64, rank: Rank, ticket: Ticket) -> bool {
        self.line(rank).leave(chat, ticket)
    }

    /// Gives a turn to the next who waits, where there is one.
    pub(super) fn next(&mut self) -> Option<Ticket> {
        let rank = self.first()?;
        self.begin(rank);
        self.line(rank).next()
    }

    /// A turn is over.
    pub(super) fn over(&mut self, rank: Rank) {
        let under_way = if rank == Rank::File { &mut self.files } else { &mut self.others };
        *under_way = under_way.saturating_sub(1);
    }

    /// The server has answered.
    pub(super) fn answered(&mut self) {
        self.window = self.window.saturating_add(1).min(self.most);
    }

    /// The server has not answered.
    pub(super) fn failed(&mut self) {
        self.window = (self.window / 2).max(NARROWEST).min(self.most);
    }

    /// Nobody has a turn and nobody waits.
    pub(super) fn is_idle(&self) -> bool {
        let lines = [&self.commands, &self.file_line, &self.polls];
        self.files == 0 && self.others == 0 && lines.iter().all(|line| line.waiting == 0)
    }

    /// The rank whose line is served next.
    fn first(&self) -> Option<Rank> {
        let lines =
            [(Rank::Command, &self.commands), (Rank::File, &self.file_line), (Rank::Poll, &self.polls)];
        lines.into_iter().find(|(rank, line)| line.waiting > 0 && self.has_room(*rank)).map(|(rank, _)| rank)
    }

    fn has_room(&self, rank: Rank) -> bool {
        let for_files = self.window / 2;
        match rank {
            Rank::File => self.files < for_files,
            Rank::Command | Rank::Poll => self.others < self.window - self.files.min(for_files),
        }
    }

    fn begin(&mut self, rank: Rank) {
        if rank == Rank::File { self.files += 1 } else { self.others += 1 }
    }

    fn line(&mut self, rank: Rank) -> &mut Line {
        match rank {
            Rank::Command => &mut self.commands,
            Rank::File => &mut self.file_line,
            Rank::Poll => &mut self.polls,
        }
    }
}

/// Those of one rank that wait.
#[derive(Debug, Default)]
struct Line {
    /// The chats in the order in which they are served; each that is in `of`, once.
    chats: VecDeque<u64>,
    of: HashMap<u64, VecDeque<Ticket>>,
    waiting: usize,
}

impl Line {
    fn join(&mut self, chat: u64, ticket: Ticket) {
        let own = self.of.entry(chat).or_insert_with(|| {
            self.chats.push_back(chat);
            VecDeque::new()
        });
        own.push_back(ticket);
        self.waiting += 1;
    }

    fn leave(&mut self, chat: u64, ticket: Ticket) -> bool {
        let Some(own) = self.of.get_mut(&chat) else { return false };
        let before = own.len();
        own.retain(|other| *other != ticket);
        let waited = own.len() < before;
        self.waiting -= usize::from(waited);
        waited
    }

    /// The next, of the chat that has been served least lately.
    fn next(&mut self) -> Option<Ticket> {
        while let Some(chat) = self.chats.pop_front() {
            let Some(own) = self.of.get_mut(&chat) else { continue };
            let ticket = own.pop_front();
            if own.is_empty() {
                self.of.remove(&chat);
            } else {
                self.chats.push_back(chat);
            }
            if let Some(ticket) = ticket {
                self.waiting -= 1;
                return Some(ticket);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue whose turns are all taken, by requests of this rank.
    fn full(most: usize) -> Queue {
        let mut queue = Queue::new(most);
        while queue.take(Rank::Poll) {}
        queue
    }

    /// Who is served next when a turn is over.
    fn serve(queue: &mut Queue) -> Option<Ticket> {
        queue.over(Rank::Poll);
        queue.next()
    }

    #[test]
    fn commands_go_before_polls_and_chats_take_turns() {
        let mut queue = full(2);
        let poll = queue.join(1, Rank::Poll);
        let [first, second, third] = [2, 2, 2].map(|chat| queue.join(chat, Rank::Command));
        let other = queue.join(3, Rank::Command);
        let served: Vec<_> = (0..5).filter_map(|_| serve(&mut queue)).collect();
        assert_eq!(served, [first, other, second, third, poll]);
        assert_eq!(serve(&mut queue), None);
    }

    #[test]
    fn nobody_who_has_left_is_served() {
        let mut queue = full(2);
        let gone = queue.join(1, Rank::Command);
        let stays = queue.join(2, Rank::Command);
        assert!(queue.leave(1, Rank::Command, gone) && !queue.leave(1, Rank::Command, gone));
        let again = queue.join(1, Rank::Command);
        let mut served: Vec<_> = (0..3).filter_map(|_| serve(&mut queue)).collect();
        served.sort_by_key(|ticket| ticket.0);
        assert_eq!(served, [stays, again]);
        for _ in 0..4 {
            queue.over(Rank::Poll);
        }
        assert!(queue.is_idle());
    }

    #[test]
    fn nobody_overtakes_who_waits() {
        let mut queue = full(2);
        queue.join(1, Rank::Poll);
        queue.over(Rank::Poll);
        assert!(!queue.take(Rank::Poll), "the turn is another's");
        assert!(queue.next().is_some());
    }

    #[test]
    fn files_leave_room_for_others() {
        let mut queue = Queue::new(6);
        let files = (0..9).filter(|_| queue.take(Rank::File)).count();
        assert_eq!(files, 3);
        let waits = queue.join(1, Rank::File);
        let others = (0..9).filter(|_| queue.take(Rank::Poll)).count();
        assert_eq!(others, 3, "a file that waits for its half holds up nobody else");
        queue.over(Rank::Poll);
        assert_eq!(queue.next(), None);
        queue.over(Rank::File);
        assert_eq!(queue.next(), Some(waits));
    }

    #[test]
    fn the_window_widens_with_answers_and_narrows_without() {
        let mut queue = Queue::new(100);
        let mut taken = 0;
        let mut fill = |queue: &mut Queue| {
            while queue.take(Rank::Command) {
                taken += 1;
            }
            taken
        };
        assert_eq!(fill(&mut queue), 8);
        (0..8).for_each(|_| queue.answered());
        assert_eq!(fill(&mut queue), 16);
        (0..1_000).for_each(|_| queue.answered());
        assert_eq!(fill(&mut queue), 100, "the bound");
        queue.failed();
        assert_eq!(queue.window, 50);
        (0..10).for_each(|_| queue.failed());
        assert_eq!(queue.window, NARROWEST);
        let mut few = Queue::new(2);
        few.failed();
        assert_eq!(fill(&mut few), 102);
    }
}
