/// Where each thread begins to look for events. Private to the library.
#ifndef WEBCHAT_MARKS_HPP
#define WEBCHAT_MARKS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <unordered_map>

namespace webchat::detail {

/// The marks of one thread: behind which event it begins to look, for each chat that it has given a command to.
class Marks {
public:
    static Marks& of_this_thread() {
        thread_local Marks marks;
        return marks;
    }

    /// The mark for the chat that this belongs to.
    std::optional<std::uint64_t> get(const std::shared_ptr<void>& chat) const {
        const auto at = all_.find(chat.get());
        if (at == all_.end() || at->second.chat.expired()) return std::nullopt;
        return at->second.mark;
    }

    void set(const std::shared_ptr<void>& chat, std::uint64_t mark) {
        if (all_.size() >= enough_ && all_.find(chat.get()) == all_.end()) forget_the_gone();
        all_.insert_or_assign(chat.get(), Mark{chat, mark});
    }

private:
    struct Mark {
        std::weak_ptr<void> chat;
        std::uint64_t mark;
    };

    std::unordered_map<const void*, Mark> all_{};
    std::size_t enough_ = least;
    static constexpr std::size_t least = 64;

    void forget_the_gone() {
        for (auto at = all_.begin(); at != all_.end();) at = at->second.chat.expired() ? all_.erase(at) : std::next(at);
        enough_ = std::max(least, 2 * all_.size());
    }
};

} // namespace webchat::detail

#endif
