/// Every command of a chat.
#ifndef WEBCHAT_COMMANDS_HPP
#define WEBCHAT_COMMANDS_HPP

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include <webchat.h>
#include <webchat/any_chat.hpp>
#include <webchat/hook.hpp>
#include <webchat/model.hpp>
#include <webchat/results.hpp>
#include <webchat/service.hpp>

namespace webchat {

/// The commands of a Chat, each with the specification's name in snake_case, and each in every form:
///
///     chat.send_message("Hi");                                          waits; throws when rejected; returns the Outcome
///     chat.send_message("Hi", std::nothrow);                            the same, and the outcome says whether it was rejected
///     chat.send_message("Hi", [](const webchat::Outcome& outcome) {});  returns a Request at once; the function is told
///     chat.send_message("Hi", webchat::use_future);                     returns a std::future<Outcome>, which throws when rejected
///     chat.send_message("Hi", webchat::use_awaitable);                  is for co_await, which gives the Outcome; throws when rejected
///     chat.send_message("Hi", webchat::detached);                       returns a Request at once; nobody is told
///
/// Behind its own arguments a command takes, in any order, one of these, a deadline (a std::chrono::duration or time_point: when the
/// command is given up) and, where files are sent or downloaded, a Progress function. A command that resolves with a value has a
/// Result<Value> for its Outcome: `chat.get_stats()->duration`.
///
/// A completion is called exactly once on the callback thread, at the latest before the chat's destructor returns, and possibly before
/// the command's function does. The form that waits throws WrongThreadError in callbacks.
///
/// Every form throws InvalidArgumentError, before there is a command, when a text has a NUL in it or is not UTF-8, or JSON is none, and
/// InvalidHandleError on a moved-from chat; there is no outcome then. Every command can be rejected with ClosedError, CancelledError and,
/// with a deadline, TimeoutError. What else is said below about rejection holds for the exception and for Outcome::status() alike. An
/// optional text that is empty is left out.
template <class Face>
class Commands : public AnyChat {
private:
    /// What a command returns that resolves with an Answer.
    template <class Answer, class... How>
    using Given = detail::Returned<Face, Answer, How...>;

public:
    // made from the tables: plain commands
    /// Configures a chat that was made without a configuration; once. Resolves when the chat is ready. A configuration that cannot be used
    /// is named in the rejection, by its key. Resolves with nothing. InvalidArgumentError.
    /// `config_json`: A configuration, as a chat is made with.
    template <class... How>
    Given<Outcome, How...> configure(const std::string& config_json, How&&... how) {
        return with_text<Outcome>(webchat_configure, config_json, std::forward<How>(how)...);
    }

    /// Ends the chat session once the messages on their way have their outcome, or twice `ajaxTimeout` has passed. Resolves after the event
    /// `ended`. Resolves with the server's answer. NoSessionError, what the server answers.
    template <class... How>
    Given<Outcome, How...> end_chat(How&&... how) {
        return plain<Outcome>(webchat_end_chat, std::forward<How>(how)...);
    }

    /// Takes up a chat again; only where chats are asynchronous, others are restored when a chat is configured. Resolves once its newest
    /// messages have been published, after the event `restored` (`started`, when the server has made a new session instead); `fetchHistory`
    /// has the older ones. What is kept is restored by itself when a chat is configured: this is for a session that comes to be known
    /// later. Resolves with the server's answer. NoSessionError, SessionActiveError, BusyError, AccessDeniedError, what the server answers.
    /// `session_data`: The session: Nexus's token, or an object with `token`, or of GMS with `secureKey`, `sessionID`, `alias` and
    /// `userId`. Without it, the one that the session keeper or the store keeps.
    template <class... How>
    Given<Outcome, How...> restore(const std::string& session_data, How&&... how) {
        return with_text<Outcome>(webchat_restore, session_data, std::forward<How>(how)...);
    }

    /// The same without it.
    template <class... How, detail::Hows<Outcome, How...> = 0>
    Given<Outcome, How...> restore(How&&... how) {
        return without_text<Outcome>(webchat_restore, std::forward<How>(how)...);
    }

    /// Tells whether a session exists, judged from what is known here. Resolves with a bool. UnsupportedError.
    template <class... How>
    Given<Result<bool>, How...> verify_session(How&&... how) {
        return plain<Result<bool>>(webchat_verify_session, std::forward<How>(how)...);
    }

    /// Takes another nickname. Resolves with the server's answer. NoSessionError, UnsupportedError, what the server answers.
    /// `nickname`: The new nickname.
    template <class... How>
    Given<Outcome, How...> update_nickname(const std::string& nickname, How&&... how) {
        return with_text<Outcome>(webchat_update_nickname, nickname, std::forward<How>(how)...);
    }

    /// Sends a notice to a custom agent desktop. Resolves with the server's answer. NoSessionError, UnsupportedError, what the server
    /// answers.
    /// `message`: Text that goes with the notice.
    template <class... How>
    Given<Outcome, How...> send_custom_notice(const std::string& message, How&&... how) {
        return with_text<Outcome>(webchat_send_custom_notice, message, std::forward<How>(how)...);
    }

    /// The same without it.
    template <class... How, detail::Hows<Outcome, How...> = 0>
    Given<Outcome, How...> send_custom_notice(How&&... how) {
        return without_text<Outcome>(webchat_send_custom_notice, std::forward<How>(how)...);
    }

    /// Tells the agent that the customer types. What is repeated within two seconds needs no request. Resolves with the server's answer, or
    /// with nothing where no request was needed. NoSessionError, what the server answers.
    /// `message`: What has been typed. Without it, the registered typing preview input is asked.
    template <class... How>
    Given<Outcome, How...> send_typing(const std::string& message, How&&... how) {
        return with_text<Outcome>(webchat_send_typing, message, std::forward<How>(how)...);
    }

    /// The same without it.
    template <class... How, detail::Hows<Outcome, How...> = 0>
    Given<Outcome, How...> send_typing(How&&... how) {
        return without_text<Outcome>(webchat_send_typing, std::forward<How>(how)...);
    }

    /// Pushes a web address to the agent. Resolves with the server's answer. NoSessionError, UnsupportedError, what the server answers.
    /// `url`: The address.
    template <class... How>
    Given<Outcome, How...> push_url(const std::string& url, How&&... how) {
        return with_text<Outcome>(webchat_push_url, url, std::forward<How>(how)...);
    }

    /// Changes the attached data of the chat, or of chats to come. Resolves with the server's answer, or without a session with the data
    /// that a chat will start with. UnsupportedError, what the server answers.
    /// `user_data_json`: The data: options of any name.
    template <class... How>
    Given<Outcome, How...> update_user_data(const std::string& user_data_json, How&&... how) {
        return with_text<Outcome>(webchat_update_user_data, user_data_json, std::forward<How>(how)...);
    }

    /// Returns the messages of the chat in order, those hidden by prefilters absent. Beyond `maxTranscriptBytes` of the configuration the
    /// oldest are missing, and `truncated` is true. Resolves with a Transcript.
    template <class... How>
    Given<Result<Transcript>, How...> get_transcript(How&&... how) {
        return plain<Result<Transcript>>(webchat_get_transcript, std::forward<How>(how)...);
    }

    /// Returns the agents of the chat. Resolves with a vector of Agent.
    template <class... How>
    Given<Result<std::vector<Agent>>, How...> get_agents(How&&... how) {
        return plain<Result<std::vector<Agent>>>(webchat_get_agents, std::forward<How>(how)...);
    }

    /// Returns figures of the chat: who took part, when it began and ended, how long it took. Resolves with Stats.
    template <class... How>
    Given<Result<Stats>, How...> get_stats(How&&... how) {
        return plain<Result<Stats>>(webchat_get_stats, std::forward<How>(how)...);
    }

    /// Returns the messages that were given and have no outcome yet, in order: with their local ids, how far they are, and their texts.
    /// Resolves with `{messages}`, as its JSON shows them.
    template <class... How>
    Given<Outcome, How...> get_outbox(How&&... how) {
        return plain<Outcome>(webchat_get_outbox, std::forward<How>(how)...);
    }

    /// Returns what identifies the session; empty without one. Whoever has it can take part in the chat. Resolves with a Session.
    template <class... How>
    Given<Result<Session>, How...> get_session_data(How&&... how) {
        return plain<Result<Session>>(webchat_get_session_data, std::forward<How>(how)...);
    }

    /// Fetches a page of older messages of an asynchronous chat. They come with `messageReceived`, newest first and `oldMessages` true,
    /// before this resolves. Resolves with the server's answer. NoSessionError, UnsupportedError, NotFoundError, what the server answers.
    template <class... How>
    Given<Outcome, How...> fetch_history(How&&... how) {
        return plain<Outcome>(webchat_fetch_history, std::forward<How>(how)...);
    }

    /// Returns what the server allows to upload. Resolves with FileLimits. NoSessionError, UnsupportedError.
    template <class... How>
    Given<Result<FileLimits>, How...> get_file_limits(How&&... how) {
        return plain<Result<FileLimits>>(webchat_get_file_limits, std::forward<How>(how)...);
    }

    /// Deletes an uploaded file. Resolves with the server's answer. NoSessionError, UnsupportedError, what the server answers.
    /// `file_id`: The file's id.
    template <class... How>
    Given<Outcome, How...> delete_file(const std::string& file_id, How&&... how) {
        return with_text<Outcome>(webchat_delete_file, file_id, std::forward<How>(how)...);
    }

    /// Polls once, also while automatic polling is stopped; private to the service. A program that polls by a clock of its own gives it for
    /// the service. Resolves after what the answer brings was published, images apart. Resolves with the server's answer. NoSessionError,
    /// BusyError, AccessDeniedError, UnsupportedError, what the server answers.
    template <class... How>
    Given<Outcome, How...> poll(How&&... how) {
        return plain<Outcome>(webchat_poll, std::forward<How>(how)...);
    }

    /// Starts automatic polling. Resolves with nothing. NoSessionError, UnsupportedError.
    template <class... How>
    Given<Outcome, How...> start_poll(How&&... how) {
        return plain<Outcome>(webchat_start_poll, std::forward<How>(how)...);
    }

    /// Stops automatic polling. Resolves with nothing. NoSessionError, UnsupportedError.
    template <class... How>
    Given<Outcome, How...> stop_poll(How&&... how) {
        return plain<Outcome>(webchat_stop_poll, std::forward<How>(how)...);
    }

    /// Sets the count of poll exceptions to 0. Resolves with nothing. UnsupportedError.
    template <class... How>
    Given<Outcome, How...> reset_poll_exceptions(How&&... how) {
        return plain<Outcome>(webchat_reset_poll_exceptions, std::forward<How>(how)...);
    }
    // until here: plain commands

    /// Starts a chat session with what the customer entered. Resolves with the server's answer, after the event `started`.
    /// SessionActiveError, BusyError, what the server answers.
    template <class... How>
    Given<Outcome, How...> start_chat(const ChatForm& form, How&&... how) {
        return give<Outcome>([&](auto... last) {
            const webchat_chat_form of = c_form(form);
            return webchat_start_chat(raw(), &of, last...);
        }, std::forward<How>(how)...);
    }

    /// The same with an empty form.
    template <class... How, detail::Hows<Outcome, How...> = 0>
    Given<Outcome, How...> start_chat(How&&... how) {
        return start_chat(ChatForm{}, std::forward<How>(how)...);
    }

    /// Sends a text message, untrimmed. Messages arrive in the order given, each at most once; the request id is the message's local id.
    /// Resolves with the server's answer: the message was sent. NoSessionError, an empty text, what the server answers, NotSentError (the
    /// connection is lost, and nothing has left), OutcomeUnknownError; Outcome::delivery() and Error::delivery() say how sure it is.
    template <class... How>
    Given<Outcome, How...> send_message(const std::string& text, How&&... how) {
        return with_text<Outcome>(webchat_send_message, text, std::forward<How>(how)...);
    }

    /// The same with its other options: a label for the kind of text (empty: "text"), and the id of the rich message that this one answers
    /// (empty: none).
    template <class... How>
    Given<Outcome, How...> send_message_as(const std::string& text, const std::string& message_type,
                                           const std::string& parent_message_id, How&&... how) {
        return give<Outcome>([&](auto... last) {
            return webchat_send_message_as(raw(), detail::c_text(text), detail::c_text_or_null(message_type),
                                           detail::c_text_or_null(parent_message_id), last...);
        }, std::forward<How>(how)...);
    }

    /// Sends a message and hides it, and all that match `regex`, from the transcript. `regex` is a JavaScript regular expression,
    /// "/pattern/flags". Resolves at once with nothing, whatever becomes of the message. InvalidArgumentError says what is wrong with the
    /// expression.
    template <class... How>
    Given<Outcome, How...> send_filtered_message(const std::string& message, const std::string& regex, How&&... how) {
        return give<Outcome>([&](auto... last) {
            return webchat_send_filtered_message(raw(), detail::c_text(message), detail::c_text(regex), last...);
        }, std::forward<How>(how)...);
    }

    /// Hides messages that match one of these JavaScript regular expressions, "/pattern/flags" each, from the transcript. Resolves with
    /// all registered filters. InvalidArgumentError, with none of them registered.
    template <class... How>
    Given<Outcome, How...> add_prefilter(const std::vector<std::string>& filters, How&&... how) {
        return give<Outcome>([&](auto... last) {
            std::vector<const char*> texts;
            for (const std::string& filter : filters) texts.push_back(detail::c_text(filter));
            return webchat_add_prefilter(raw(), texts.data(), texts.size(), last...);
        }, std::forward<How>(how)...);
    }

    /// Reports what the customer has read: everything up to the message with this index in the transcript; 0: up to the newest one
    /// received. Resolves with the server's answer. NoSessionError, UnsupportedError, what the server answers.
    template <class... How>
    Given<Outcome, How...> read_receipt(std::uint64_t index, How&&... how) {
        return give<Outcome>([&](auto... last) { return webchat_read_receipt(raw(), index, last...); }, std::forward<How>(how)...);
    }

    /// Sends the file at `path`, read while it is sent. Resolves with the server's answer. NoSessionError, IoError, UnsupportedError, what
    /// the server answers.
    template <class... How, detail::Hows<Outcome, How...> = 0>
    Given<Outcome, How...> send_file(const std::filesystem::path& path, How&&... how) {
        return send_file(path, {}, {}, std::forward<How>(how)...);
    }

    /// The same under another name, with attached data (a JSON object); either may be empty.
    template <class... How>
    Given<Outcome, How...> send_file(const std::filesystem::path& path, const std::string& name, const std::string& user_data_json,
                                     How&&... how) {
        return give<Outcome>([&](auto... last) {
            return webchat_send_file(raw(), detail::c_text(detail::native(path)), detail::c_text_or_null(name),
                                     detail::c_text_or_null(user_data_json), last...);
        }, std::forward<How>(how)...);
    }

    /// Sends bytes in memory as a file of this name. Else as send_file.
    template <class... How, detail::Hows<Outcome, How...> = 0>
    Given<Outcome, How...> send_file_bytes(const std::string& name, Bytes bytes, How&&... how) {
        return send_file_bytes(name, bytes, {}, std::forward<How>(how)...);
    }

    /// The same with attached data (a JSON object), which may be empty.
    template <class... How>
    Given<Outcome, How...> send_file_bytes(const std::string& name, Bytes bytes, const std::string& user_data_json, How&&... how) {
        return give<Outcome>([&](auto... last) {
            return webchat_send_file_bytes(raw(), detail::c_text(name), static_cast<const std::uint8_t*>(bytes.data), bytes.size,
                                           detail::c_text_or_null(user_data_json), last...);
        }, std::forward<How>(how)...);
    }

    /// Downloads a file into memory, up to the configuration's response limit. Resolves with a Download. `file_id` is a message's.
    /// NoSessionError, UnsupportedError, what the server answers.
    template <class... How>
    Given<Result<Download>, How...> download_file(const std::string& file_id, How&&... how) {
        return with_text<Result<Download>>(webchat_download_file, file_id, std::forward<How>(how)...);
    }

    /// Downloads to exactly this file; an existing one is replaced once the download is complete. IoError when it cannot be written. Else
    /// as download_file.
    template <class... How>
    Given<Result<Download>, How...> download_file_to(const std::string& file_id, const std::filesystem::path& path, How&&... how) {
        return give<Result<Download>>([&](auto... last) {
            return webchat_download_file_to(raw(), detail::c_text(file_id), detail::c_text(detail::native(path)), last...);
        }, std::forward<How>(how)...);
    }

    /// Downloads into a directory under the name the server tells, else the id: never outside of the directory, never over an existing
    /// file. Download::path says where it is. Else as download_file_to.
    template <class... How, detail::Hows<Result<Download>, How...> = 0>
    Given<Result<Download>, How...> download_file_into(const std::string& file_id, const std::filesystem::path& directory, How&&... how) {
        return download_file_into(file_id, directory, {}, std::forward<How>(how)...);
    }

    /// The same under a name of your own.
    template <class... How>
    Given<Result<Download>, How...> download_file_into(const std::string& file_id, const std::filesystem::path& directory,
                                              const std::string& file_name, How&&... how) {
        return give<Result<Download>>([&](auto... last) {
            return webchat_download_file_into(raw(), detail::c_text(file_id), detail::c_text(detail::native(directory)),
                                              detail::c_text_or_null(file_name), last...);
        }, std::forward<How>(how)...);
    }

    /// Has `input` asked for the text being typed whenever the agent is told of it, in place of the input before. Resolves with nothing.
    template <class... How>
    Given<Outcome, How...> register_typing_preview_input(TypingInput input, How&&... how) {
        return with_hook(webchat_register_typing_preview_input, detail::Hooked<TypingInput>::ask_input, std::move(input),
                         std::forward<How>(how)...);
    }

    /// Has every message passed through `preprocessor` before it is shown, in the order of registration. Resolves with nothing.
    template <class... How>
    Given<Outcome, How...> register_pre_processor(Preprocessor preprocessor, How&&... how) {
        return with_hook(webchat_register_pre_processor, detail::Hooked<Preprocessor>::preprocess, std::move(preprocessor),
                         std::forward<How>(how)...);
    }

    /// Gives any command by its name, with or without "WebChatService." before it, with its options as a JSON object. A name that does not
    /// exist: UnsupportedError. Callbacks cannot be written in JSON. Options that a command does not have are named in the log.
    ///
    /// The option `commander` names who gives the command: for "WebChatService", `poll` makes one poll now, also while automatic polling is
    /// stopped, and resolves with the server's answer. NoSessionError, BusyError while a poll is under way, UnsupportedError where messages
    /// are pushed (CometD).
    template <class... How>
    Given<Outcome, How...> command(const std::string& name, const std::string& options_json, How&&... how) {
        return give<Outcome>([&](auto... last) {
            return webchat_command(raw(), detail::c_text(name), detail::c_text_or_null(options_json), last...);
        }, std::forward<How>(how)...);
    }

    /// The same without options.
    template <class... How, detail::Hows<Outcome, How...> = 0>
    Given<Outcome, How...> command(const std::string& name, How&&... how) {
        return command(name, std::string{}, std::forward<How>(how)...);
    }

    /// Gives up a command that has no outcome yet: CancelledError, or OutcomeUnknownError for a message that has left; a transfer is broken
    /// off. Nothing happens when there is no such command or it has its outcome. Returns at once. Any thread, also in a callback.
    void cancel(Request request) { detail::check(webchat_cancel(raw(), request)); }

protected:
    Commands(const char* config_json, const ChatOptions& options) : AnyChat(config_json, options) {}

private:
    template <class Answer, class Call, class... How>
    Given<Answer, How...> give(Call&& call, How&&... how) {
        return service().template give<Face, Answer>(std::forward<Call>(call), std::forward<How>(how)...);
    }

    using Plain = webchat_status (*)(webchat_service*, const webchat_completion*, std::uint64_t*);
    template <class Answer, class... How>
    Given<Answer, How...> plain(Plain function, How&&... how) {
        return give<Answer>([&](auto... last) { return function(raw(), last...); }, std::forward<How>(how)...);
    }

    using WithText = webchat_status (*)(webchat_service*, const char*, const webchat_completion*, std::uint64_t*);
    template <class Answer, class... How>
    Given<Answer, How...> with_text(WithText function, const std::string& text, How&&... how) {
        return give<Answer>([&](auto... last) { return function(raw(), detail::c_text(text), last...); }, std::forward<How>(how)...);
    }

    template <class Answer, class... How>
    Given<Answer, How...> without_text(WithText function, How&&... how) {
        return give<Answer>([&](auto... last) { return function(raw(), nullptr, last...); }, std::forward<How>(how)...);
    }

    template <class Register, class Trampoline, class Function, class... How>
    Given<Outcome, How...> with_hook(Register function, Trampoline trampoline, Function hook, How&&... how) {
        if (!hook) detail::raise(Status::invalid_argument, "the function is empty");
        return give<Outcome>([&](auto... last) {
            auto context = std::make_unique<detail::Hooked<Function>>(service().held(), std::move(hook));
            return function(raw(), trampoline, context.release()->pointer(), detail::Context::destroy, last...);
        }, std::forward<How>(how)...);
    }

    static webchat_chat_form c_form(const ChatForm& form) {
        webchat_chat_form of{};
        of.size = sizeof of;
        of.nickname = detail::c_text(form.nickname);
        of.firstname = detail::c_text(form.firstname);
        of.lastname = detail::c_text(form.lastname);
        of.email = detail::c_text(form.email);
        of.subject = detail::c_text(form.subject);
        of.user_data_json = detail::c_text_or_null(form.user_data_json);
        of.other_json = detail::c_text_or_null(form.other_json);
        return of;
    }
};

} // namespace webchat

#endif
