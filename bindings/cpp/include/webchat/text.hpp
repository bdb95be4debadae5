/// How texts and times go to the C interface and come back. Private to the library.
#ifndef WEBCHAT_TEXT_HPP
#define WEBCHAT_TEXT_HPP

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <webchat.h>
#include <webchat/error.hpp>

namespace webchat::detail {

/// Text for C, which ends at the first NUL: one inside would silently cut it short.
inline const char* c_text(const std::string& text) {
    if (text.find('\0') != std::string::npos) raise(Status::invalid_argument, "a text has a NUL character in it");
    return text.c_str();
}

/// The same for a parameter that may be left out: an empty text is none.
inline const char* c_text_or_null(const std::string& text) { return text.empty() ? nullptr : c_text(text); }

/// A path as C has it: the system's own bytes, or UTF-8 where those of the system are wide.
inline std::string native(const std::filesystem::path& path) {
#ifdef _WIN32
    const auto text = path.u8string(); // of char in C++17, of char8_t later
    return std::string(text.begin(), text.end());
#else
    return path.native();
#endif
}

inline std::string string(const webchat_str& text) { return std::string(text.data, text.len); }

/// The text that a getter of the C interface gives.
template <class Getter, class... Args>
std::string read_text(Getter getter, Args... args) {
    webchat_str text{};
    check(getter(args..., &text));
    return string(text);
}

/// The number that a getter gives.
template <class Number, class Of>
Number read_number(webchat_status (*getter)(const Of*, Number*), const Of* of) {
    Number number{};
    check(getter(of, &number));
    return number;
}

/// Has a getter fill a structure: false when there is none.
template <class Struct, class Getter, class... Args>
bool read_struct(Struct& to, Getter getter, Args... args) {
    const webchat_status status = getter(args..., &to, sizeof to);
    if (status == WEBCHAT_ERR_NOT_FOUND) return false;
    check(status);
    return true;
}

/// Whole milliseconds, rounded up, between two limits.
template <class Rep, class Period>
std::uint32_t milliseconds(std::chrono::duration<Rep, Period> time, std::uint32_t least, std::uint32_t most) {
    const double exact = std::chrono::duration<double, std::milli>(time).count();
    if (!(exact > least)) return least;
    if (exact >= most) return most;
    const auto whole = static_cast<std::uint32_t>(exact);
    return whole < exact ? whole + 1 : whole;
}

} // namespace webchat::detail

#endif
