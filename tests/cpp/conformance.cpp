// The C++ adapter of the conformance table (tests/conformance/README.md has the protocol): commands come as lines on standard input,
// outcomes and events go as lines to standard output. The only argument is the configuration as JSON text, or "-" for none.
// WEBCHAT_KEEPER_FILE names a file that keeps the session of an asynchronous chat.
//
// Commands go through the methods of webchat::Chat. What those do not take, options of a wrong type among it, goes by name.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>
#include <webchat.hpp>

#include "../c/json.h"

namespace {

// ---- What the library tells ----

std::mutex output;

void tell(const std::string& line) {
    const std::lock_guard<std::mutex> turn(output);
    std::cout << line << std::endl;
}

void tell_outcome(unsigned long id, const webchat::Outcome& outcome) {
    const std::string number = std::to_string(id);
    tell(outcome ? "resolved " + number + " " + outcome.payload_json()
                 : "rejected " + number + " " + webchat::name(outcome.status()) + " " + outcome.payload_json());
}

// ---- The functions of an application ----

std::optional<std::string> replaced(std::string text, const std::string& old, const std::string& other) {
    const std::size_t at = text.find(old);
    if (at == std::string::npos) return std::nullopt;
    return text.replace(at, old.size(), other);
}

// Capitals for ASCII will do here, and the library's JSON has no spaces.
std::optional<std::string> upper_case(const std::string& message) {
    const std::string key = R"("text":")";
    const std::size_t at = message.find(key);
    if (message.find(R"("type":"Message")") == std::string::npos || at == std::string::npos) return std::nullopt;
    std::string changed = message;
    for (std::size_t i = at + key.size(); i < changed.size() && changed[i] != '"'; i++) {
        if (changed[i] >= 'a' && changed[i] <= 'z') changed[i] = static_cast<char>(changed[i] - 'a' + 'A');
    }
    return replaced(changed, "{", R"({"html":true,)");
}

std::optional<std::string> silent_join(const std::string& message) {
    if (message.find(R"("type":"Agent")") == std::string::npos) return std::nullopt;
    return replaced(message, R"("type":"ParticipantJoined")", R"("type":"")");
}

const std::map<std::string, webchat::Preprocessor> preprocessors = {
    {"upperCase", upper_case},
    {"nothing", [](const std::string&) { return std::nullopt; }},
    {"silentJoin", silent_join},
    {"failing", [](const std::string&) -> std::optional<std::string> { throw std::runtime_error("it fails on purpose"); }},
};

// ---- The session keeper: a file ----

webchat::SessionKeeper keeper(const std::string& file) {
    webchat::SessionKeeper keeper;
    keeper.store_session = [file](const std::string& session) {
        if (!(std::ofstream(file) << session)) throw std::runtime_error(file);
    };
    keeper.load_session = [file]() -> std::optional<std::string> {
        std::ifstream from(file);
        if (!from) return std::nullopt;
        return std::string(std::istreambuf_iterator<char>(from), {});
    };
    keeper.forget_session = [file](const std::string& lost) {
        std::remove(file.c_str());
        tell("note forgotten " + lost);
    };
    return keeper;
}

// ---- Commands ----

// The members of an object, or the elements of an array without names.
std::vector<std::pair<std::string, json>> parts(json value) {
    std::vector<std::pair<std::string, json>> parts;
    const char* at = value.at + 1;
    json name{}, part{};
    while (json_next(&at, &name, &part)) {
        parts.emplace_back(name.at == nullptr ? "" : std::string(name.at + 1, name.length - 2), part);
        name = {};
    }
    return parts;
}

std::string text(json value) {
    char* const of = json_text(value);
    if (of == nullptr) throw std::invalid_argument("a text with a NUL");
    const std::string text = of;
    std::free(of);
    return text;
}

// A command's options, with what has been asked of them: what is left is nothing that a method takes.
class Options {
public:
    explicit Options(json given) {
        if (*given.at == '{') {
            for (const auto& [name, value] : parts(given)) left_.emplace(name, value);
        } else {
            left_.emplace("", given);
        }
    }

    // The option of this name, if its JSON begins with one of these.
    std::optional<json> take(const std::string& name, const std::string& begin) {
        const auto at = left_.find(name);
        if (at == left_.end() || begin.find(at->second.at[0]) == std::string::npos) return std::nullopt;
        const json value = at->second;
        left_.erase(at);
        return value;
    }

    std::optional<std::string> text(const std::string& name) { return written(name, "\""); }

    std::optional<std::string> written(const std::string& name, const std::string& begin) {
        const auto value = take(name, begin);
        return value ? std::optional(::text(*value)) : std::nullopt;
    }

    bool empty() const { return left_.empty(); }

private:
    std::map<std::string, json> left_;
};

class Adapter {
public:
    Adapter(const std::optional<std::string>& config, const webchat::ChatOptions& options)
        : chat_(config ? webchat::Chat(*config, options) : webchat::Chat(options)),
          events_(chat_.on_any([](const webchat::Event& event) { tell(std::string("event ") + event.name() + " " + event.json()); })) {}

    // "ID DEADLINE NAME OPTIONS".
    void command(const std::string& words) {
        std::istringstream line(words);
        unsigned long id = 0, deadline = 0;
        std::string name, options;
        line >> id >> deadline >> name >> std::ws;
        std::getline(line, options);
        const auto give = [&](const auto& call) {
            const auto done = [id](const webchat::Outcome& outcome) { tell_outcome(id, outcome); };
            requests_[id] = deadline == 0 ? call(done) : call(done, std::chrono::milliseconds(deadline));
        };
        try {
            if (!by_method(name, options, give)) {
                give([&](const auto&... how) { return chat_.command(name, options, how...); });
            }
        } catch (const webchat::Error& error) {
            tell("rejected " + std::to_string(id) + " " + webchat::name(error.status()) + " \"" + webchat::text(error.status()) + "\"");
        }
    }

    void cancel(unsigned long id) { chat_.cancel(requests_.at(id)); }

    void close() {
        chat_.close();
        while (!chat_.wait_closed(std::chrono::minutes(1))) {
        }
    }

private:
    webchat::Chat chat_;
    webchat::Subscription events_;
    std::map<unsigned long, webchat::Request> requests_;

    // Gives a command by its method; false where that does not take these options.
    template <class Give>
    bool by_method(const std::string& name, const std::string& given, const Give& give) {
        const std::size_t colon = name.find(':');
        if (colon != std::string::npos) return with_function(name.substr(0, colon), name.substr(colon + 1), give);
        Options options({given.c_str(), given.size()});
        if (given == "{}" && without_options(name, give)) return true;
        return talking(name, options, give) || with_data(name, given, options, give) || with_files(name, options, give);
    }

    template <class Give>
    bool with_function(const std::string& name, const std::string& function, const Give& give) {
        if (name == "registerTypingPreviewInput") {
            give([&](const auto&... how) {
                return chat_.register_typing_preview_input([] { return std::optional<std::string>("what I am typing"); }, how...);
            });
            return true;
        }
        give([&](const auto&... how) { return chat_.register_pre_processor(preprocessors.at(function), how...); });
        return true;
    }

    template <class Give>
    bool without_options(const std::string& name, const Give& give) {
        if (name == "startChat") give([&](const auto&... how) { return chat_.start_chat(how...); });
        else if (name == "endChat") give([&](const auto&... how) { return chat_.end_chat(how...); });
        else if (name == "restore") give([&](const auto&... how) { return chat_.restore(how...); });
        else if (name == "verifySession") give([&](const auto&... how) { return chat_.verify_session(how...); });
        else if (name == "sendCustomNotice") give([&](const auto&... how) { return chat_.send_custom_notice(how...); });
        else if (name == "sendTyping") give([&](const auto&... how) { return chat_.send_typing(how...); });
        else if (name == "readReceipt") give([&](const auto&... how) { return chat_.read_receipt(0, how...); });
        else if (name == "getTranscript") give([&](const auto&... how) { return chat_.get_transcript(how...); });
        else if (name == "getAgents") give([&](const auto&... how) { return chat_.get_agents(how...); });
        else if (name == "getStats") give([&](const auto&... how) { return chat_.get_stats(how...); });
        else if (name == "getOutbox") give([&](const auto&... how) { return chat_.get_outbox(how...); });
        else if (name == "getSessionData") give([&](const auto&... how) { return chat_.get_session_data(how...); });
        else if (name == "fetchHistory") give([&](const auto&... how) { return chat_.fetch_history(how...); });
        else if (name == "getFileLimits") give([&](const auto&... how) { return chat_.get_file_limits(how...); });
        else if (name == "poll") give([&](const auto&... how) { return chat_.poll(how...); });
        else if (name == "startPoll") give([&](const auto&... how) { return chat_.start_poll(how...); });
        else if (name == "stopPoll") give([&](const auto&... how) { return chat_.stop_poll(how...); });
        else if (name == "resetPollExceptions") give([&](const auto&... how) { return chat_.reset_poll_exceptions(how...); });
        else return false;
        return true;
    }

    // Messages, and what else is said.
    template <class Give>
    bool talking(const std::string& name, Options& options, const Give& give) {
        if (name == "sendFilteredMessage") {
            const auto message = options.text("message"), regex = options.text("regex");
            if (!message || !regex || !options.empty()) return false;
            give([&](const auto&... how) { return chat_.send_filtered_message(*message, *regex, how...); });
            return true;
        }
        if (name != "sendMessage" && name != "sendCustomNotice" && name != "sendTyping" && name != "pushUrl" && name != "updateNickname") {
            return false;
        }
        const auto said = options.text(name == "pushUrl" ? "url" : name == "updateNickname" ? "nickname" : "message");
        const auto type = name == "sendMessage" ? options.text("type") : std::nullopt;
        const auto parent = name == "sendMessage" ? options.text("parentMessageID") : std::nullopt;
        if (!said || !options.empty()) return false;
        if (type || parent) give([&](const auto&... how) { return chat_.send_message_as(*said, type.value_or(""), parent.value_or(""), how...); });
        else if (name == "sendMessage") give([&](const auto&... how) { return chat_.send_message(*said, how...); });
        else if (name == "sendCustomNotice") give([&](const auto&... how) { return chat_.send_custom_notice(*said, how...); });
        else if (name == "sendTyping") give([&](const auto&... how) { return chat_.send_typing(*said, how...); });
        else if (name == "pushUrl") give([&](const auto&... how) { return chat_.push_url(*said, how...); });
        else give([&](const auto&... how) { return chat_.update_nickname(*said, how...); });
        return true;
    }

    // Sessions, data and filters.
    template <class Give>
    bool with_data(const std::string& name, const std::string& given, Options& options, const Give& give) {
        if (name == "configure") {
            give([&](const auto&... how) { return chat_.configure(given, how...); });
        } else if (name == "updateUserData") {
            give([&](const auto&... how) { return chat_.update_user_data(given, how...); });
        } else if (name == "startChat") {
            webchat::ChatForm form;
            form.nickname = options.text("nickname").value_or("");
            form.firstname = options.text("firstname").value_or("");
            form.lastname = options.text("lastname").value_or("");
            form.email = options.text("email").value_or("");
            form.subject = options.text("subject").value_or("");
            form.user_data_json = options.written("userData", "{").value_or("");
            if (!options.empty()) return false;
            give([&](const auto&... how) { return chat_.start_chat(form, how...); });
        } else if (name == "restore") {
            const auto session = options.written("sessionData", "\"{");
            if (!session || !options.empty()) return false;
            give([&](const auto&... how) { return chat_.restore(*session, how...); });
        } else if (name == "readReceipt") {
            // By method 0 is the newest message, and by name it is wrong.
            const auto index = options.written("index", "123456789");
            if (!index || !options.empty()) return false;
            give([&](const auto&... how) { return chat_.read_receipt(std::stoull(*index), how...); });
        } else if (name == "addPrefilter") {
            const auto filters = options.take("filters", "\"[");
            std::vector<std::string> texts;
            if (!filters || !options.empty()) return false;
            if (filters->at[0] == '"') texts.push_back(text(*filters));
            else for (const auto& part : parts(*filters)) {
                if (part.second.at[0] != '"') return false;
                texts.push_back(text(part.second));
            }
            if (texts.empty()) return false;
            give([&](const auto&... how) { return chat_.add_prefilter(texts, how...); });
        } else {
            return false;
        }
        return true;
    }

    template <class Give>
    bool with_files(const std::string& name, Options& options, const Give& give) {
        if (name == "sendFile") return send_file(options, give);
        const auto id = options.text("fileId");
        if (!id) return false;
        if (name == "deleteFile" && options.empty()) {
            give([&](const auto&... how) { return chat_.delete_file(*id, how...); });
            return true;
        }
        const auto path = options.text("path"), directory = options.text("directory"), file_name = options.text("fileName");
        if (name != "downloadFile" || !options.empty() || (path && directory) || (file_name && !directory)) return false;
        if (path) give([&](const auto&... how) { return chat_.download_file_to(*id, *path, how...); });
        else if (file_name) give([&](const auto&... how) { return chat_.download_file_into(*id, *directory, *file_name, how...); });
        else if (directory) give([&](const auto&... how) { return chat_.download_file_into(*id, *directory, how...); });
        else give([&](const auto&... how) { return chat_.download_file(*id, how...); });
        return true;
    }

    // A path, or an object with a name and bytes, or with a path and another name.
    template <class Give>
    bool send_file(Options& options, const Give& give) {
        const auto files = options.take("files", "\"{");
        if (!files || !options.empty()) return false;
        if (files->at[0] == '"') {
            give([&](const auto&... how) { return chat_.send_file(text(*files), how...); });
            return true;
        }
        Options file(*files);
        const auto path = file.text("path"), name = file.text("name");
        auto bytes = file.text("bytes");
        if (!file.empty() || !name || path.has_value() == bytes.has_value()) return false;
        if (path) {
            give([&](const auto&... how) { return chat_.send_file(*path, *name, "", how...); });
        } else {
            bytes->resize(json_bytes(bytes->data()));
            give([&](const auto&... how) { return chat_.send_file_bytes(*name, *bytes, how...); });
        }
        return true;
    }
};

// Obeys until the order to close; false when there was something else.
bool obey(Adapter& adapter) {
    for (std::string line; std::getline(std::cin, line);) {
        const std::size_t space = line.find(' ');
        const std::string word = line.substr(0, space), rest = space == std::string::npos ? "" : line.substr(space + 1);
        if (word == "close") return true;
        if (word == "command" || word == "begin") adapter.command(rest);
        else if (word == "cancel") adapter.cancel(std::stoul(rest));
        else {
            std::cerr << "not understood: " << line << std::endl;
            return false;
        }
    }
    return false;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const char* const file = std::getenv("WEBCHAT_KEEPER_FILE");
    webchat::ChatOptions options;
    if (file != nullptr) options.keeper = keeper(file);
    try {
        const std::string config = argv[1];
        Adapter adapter(config == "-" ? std::nullopt : std::optional(config), options);
        const bool good = obey(adapter);
        adapter.close();
        return good ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 2;
    }
}
