// Result<T>: a value or the Error that kept it from being made. Status: nothing or an Error.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

#include "base/error.hpp"

namespace vistter {

// Either a T or an Error. Reading the side that is not there is a programming error (asserted).
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT implicit on purpose
    Result(Error error)
        : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT implicit on purpose

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & { return *checked(); }
    const T& value() const& { return *const_cast<Result*>(this)->checked(); }
    T&& value() && { return std::move(*checked()); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return checked(); }
    const T* operator->() const { return const_cast<Result*>(this)->checked(); }

    const Error& error() const& {
        assert(!ok());
        return *std::get_if<1>(&state_);
    }
    Error&& error() && {
        assert(!ok());
        return std::move(*std::get_if<1>(&state_));
    }

  private:
    T* checked() {
        assert(ok());
        return std::get_if<0>(&state_);
    }
    std::variant<T, Error> state_;
};

struct Done {};
// A Result with nothing to carry: `return ok();` or `return fail(...)`.
using Status = Result<Done>;

inline Status ok() {
    return Done{};
}

inline Error fail(ErrorCode code, std::string message) {
    return Error{code, std::move(message), {}};
}

inline Error fail_at(ErrorCode code, std::string pointer, std::string message) {
    Error error{code, message, {}};
    error.details.push_back({.pointer = std::move(pointer),
                             .keyword = {},
                             .expected = {},
                             .actual = {},
                             .hint = std::move(message),
                             .code = code});
    return error;
}

}  // namespace vistter
