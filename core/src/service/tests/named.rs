//! A back end whose server repeats by what its entries were sent: no text has to be compared.

use super::{
    answers::{Who, batch, done, lost, says},
    push::news,
    script::Script,
};
use crate::{
    model::{Received, Whose},
    transport::Operation,
};

/// An own message with this text, which says whose it is.
fn own(index: u64, text: &str, whose: Whose) -> Received {
    Received { whose, ..says(index, Who::Client, text) }
}

/// The number of the message on its way.
fn number(script: &Script) -> u64 {
    let Operation::Send(text) = &script.request("send").request.operation else { panic!() };
    text.number
}

/// A message in doubt, and its number.
fn in_doubt(script: &mut Script, text: &str) -> (crate::command::RequestId, u64) {
    let id = script.send(text);
    let number = number(script);
    script.fail("send", lost());
    (id, number)
}

#[test]
fn a_message_in_doubt_is_the_entry_that_names_it_whatever_its_text() {
    let mut script = Script::pushing();
    let (id, number) = in_doubt(&mut script, "hi");
    script.answer("poll", batch(vec![own(2, "***", Whose::Sent(number))]));
    assert_eq!(script.resolved(id)["statusCode"], 0);
}

#[test]
fn an_entry_that_is_told_to_be_anothers_is_none_of_ours() {
    for whose in [Whose::Other, Whose::Sent(77)] {
        let mut script = Script::pushing();
        let (id, first) = in_doubt(&mut script, "hi");
        script.answer("poll", batch(vec![own(2, "hi", whose)]));
        assert!(script.is_open(id), "the same text from another device");
        script.wait(script.config.ajax_timeout);
        script.answer("poll", done());
        assert_eq!(number(&script), first, "sent again under the same number");
    }
}

#[test]
fn one_that_shows_up_before_it_is_sent_again_is_it() {
    let mut script = Script::pushing();
    let (id, number) = in_doubt(&mut script, "hi");
    script.answer("poll", done());
    script.wait(script.config.ajax_timeout);
    script.answer("poll", done());
    script.fail("send", lost());
    script.answer("poll", done());
    script.wait(script.config.ajax_timeout);
    script.answer("poll", done());
    assert!(script.kinds().is_empty(), "it waits for its turn");
    script.incoming(news(vec![own(2, "hi", Whose::Sent(number))]));
    assert_eq!(script.resolved(id)["statusCode"], 0);
}

#[test]
fn how_late_a_message_can_arrive_is_for_the_back_end_to_say() {
    let mut script = Script::started_with(|script| {
        script.capabilities = super::push::PUSH;
        script.config.settle_timeout = Some(script.config.ajax_timeout * 2);
    });
    let (id, _) = in_doubt(&mut script, "hi");
    script.answer("poll", done());
    script.wait(script.config.ajax_timeout);
    assert!(script.kinds().is_empty() && script.is_open(id));
    script.wait(script.config.ajax_timeout);
    script.answer("poll", done());
    assert_eq!(script.kinds(), ["send"]);
}
