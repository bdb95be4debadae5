/// Exceptions, and what stands for them in programs that are compiled without (-fno-exceptions): there the program ends, with what() on the
/// error stream, where one would be thrown. Such programs take the forms of commands that throw nothing once the command is given: with a
/// completion, a future, or std::nothrow; and check what they pass.
#ifndef WEBCHAT_EXCEPTIONS_HPP
#define WEBCHAT_EXCEPTIONS_HPP

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

namespace webchat::detail {

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)

inline constexpr bool has_exceptions = true;

template <class Exception>
[[noreturn]] void throw_it(Exception exception) {
    throw exception;
}

/// Does the one and, with an exception out of it, the other.
template <class Work, class Otherwise>
void caught(Work&& work, Otherwise&& otherwise) {
    try {
        work();
    } catch (...) {
        otherwise(std::current_exception());
    }
}

/// What an exception says.
inline std::string words(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {
        return "something that is no std::exception";
    }
}

#else

inline constexpr bool has_exceptions = false;

template <class Exception>
[[noreturn]] void throw_it(const Exception& exception) {
    std::fprintf(stderr, "webchat: %s\n", exception.what());
    std::abort();
}

template <class Work, class Otherwise>
void caught(Work&& work, Otherwise&&) {
    work();
}

inline std::string words(const std::exception_ptr&) { return {}; }

#endif

} // namespace webchat::detail

#endif
